// The VSR example as it runs: three replicas and their clients on threads, logs on files, so many
// requests a second; and the processor time that an answered request takes all of them together.
//
// Only the replicas' threads record. What the others take (clients, writes to files, collections of
// garbage) varies by itself from block to block, more than recording could ever change: they count
// with what they take on average, on both sides.
//
//   const cluster = await ThreadCluster.start(10_000);
//   await cluster.block(true);    // nanoseconds an operation, recorded
//   await cluster.block(false);   // the same, by the same threads, recording nothing
//   await cluster.stop();

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Cluster } from '../../examples/vsr-cluster/cluster/launcher.js';
import { measureRounds, type OverheadReport } from '../../lib/budget/measure.js';
import { type RoundTimes, runRound, type Side } from '../../lib/budget/round.js';

const blockMilliseconds = 250;
/** What was under way when recording was switched has been answered by then. */
const leadInMilliseconds = 25;
const sessions = 1024;

export class ThreadCluster {
  readonly #cluster: Cluster;
  readonly #directory: string;
  // Of all blocks.
  #othersTime = 0;
  #operations = 0;

  private constructor(cluster: Cluster, directory: string) {
    this.#cluster = cluster;
    this.#directory = directory;
  }

  static async start(rate: number): Promise<ThreadCluster> {
    const directory = mkdtempSync(join(tmpdir(), 'vsr-overhead-'));
    const data = join(directory, 'data');
    const metricsFile = `/dev/shm/vsr-overhead-${process.pid}.metrics`;
    const cluster = await Cluster.start({ replicas: 3, rate, sessions, data, metricsFile });
    return new ThreadCluster(cluster, directory);
  }

  /** Waits until the clients have had so many answers. */
  async answered(count: number): Promise<void> {
    while (this.#cluster.load.answered < count) await pause(20);
  }

  /** Nanoseconds of processor time, of all threads, an answered request. */
  async block(records: boolean): Promise<number> {
    this.#cluster.setRecording(records);
    await pause(leadInMilliseconds);
    const { answered } = this.#cluster.load;
    const before = this.#processorTime();
    await pause(blockMilliseconds);
    // A machine that stands still for so long answers nobody.
    while (this.#cluster.load.answered === answered) await pause(blockMilliseconds);
    const after = this.#processorTime();
    const operations = this.#cluster.load.answered - answered;
    const replicas = after.replicas - before.replicas;
    this.#othersTime += after.all - before.all - replicas;
    this.#operations += operations;
    return replicas / operations + this.#othersTime / this.#operations;
  }

  /** So far, in nanoseconds. Where the system does not tell threads apart, all count as replicas. */
  #processorTime(): { readonly all: number; readonly replicas: number } {
    const { user, system } = process.cpuUsage();
    const all = 1000 * (user + system);
    const { kernelThreads } = this.#cluster;
    const replicas = kernelThreads.reduce((sum, thread) => sum + processorTimeOf(thread), 0);
    return { all, replicas: Number.isNaN(replicas) ? all : replicas };
  }

  /** Operations that replica 0 counted. */
  get counted(): number {
    const snapshot = this.#cluster.registry.snapshot();
    return ['success', 'failure'].reduce((sum, status) => {
      const labels = { replica_id: '0', status };
      return sum + (snapshot.value('vsr_operations_total', labels) ?? 0);
    }, 0);
  }

  async stop(): Promise<void> {
    await this.#cluster.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** Nanoseconds that a thread of this process has had a processor; NaN where the system does not tell. */
function processorTimeOf(thread: number): number {
  try {
    const [ran] = readFileSync(`/proc/self/task/${thread}/schedstat`, 'utf8').split(' ');
    return Number(ran);
  } catch {
    return Number.NaN;
  }
}

export interface ThreadsRun {
  readonly budget: number;
  readonly limitSeconds: number;
  /** Requests a second. */
  readonly rate: number;
}

/** One cluster under one load; only whether it records changes, by the order of a coin. */
export async function measureThreads({ rate, ...run }: ThreadsRun): Promise<OverheadReport> {
  const cluster = await ThreadCluster.start(rate);
  try {
    // Until the code of all threads is compiled for good.
    await cluster.answered(10_000);
    for (let block = 0; block < 8; block++) await cluster.block(block % 2 === 0);
    const plan = {
      ...run,
      confidence: 0.99,
      clock: 'processor',
      onProgress: () => undefined,
    } as const;
    return await measureRounds(plan, roundsOf(cluster, rate));
  } finally {
    await cluster.stop();
  }
}

async function* roundsOf(cluster: ThreadCluster, rate: number): AsyncGenerator<RoundTimes> {
  const side = (records: boolean): Side => ({
    run: async (operations) => operations * (await cluster.block(records)),
  });
  const pair = { baseline: side(false), instrumented: side(true) };
  const operations = (rate * blockMilliseconds) / 1000;
  for (;;) yield await runRound(pair, { operations, quads: 1, isTypical: false }, Math.random);
}
