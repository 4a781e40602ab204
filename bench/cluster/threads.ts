// The VSR example as it runs: three replicas and their clients on threads, logs on files, so many
// requests a second; and the processor time that an answered request takes all of them together.
//
// In some blocks replica 0, the primary, records and the others do not; in some it is the other way
// round. What is compared is the time that replica 0 took more or less than the others. It changes by
// what recording costs replica 0 one way and by what it costs the others the other way: by what it
// costs all of them. What slows the machine for a while slows them all, and leaves the difference
// nearly alone; it would hide what recording costs if blocks in which all record were compared with
// blocks in which none does. What other threads take (clients, writes to files, collections of
// garbage) counts with its average, on both sides.
//
//   const cluster = await ThreadCluster.start(10_000);
//   await cluster.block('instrumented');  // nanoseconds an operation, recorded by all
//   await cluster.block('baseline');      // the same, recorded by none
//   await cluster.stop();

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Cluster } from '../../examples/vsr-cluster/cluster/launcher.js';
import { measureRounds, type OverheadReport } from '../../lib/budget/measure.js';
import { type RoundTimes, runRound, type Side } from '../../lib/budget/round.js';

/** Several times as long as replicas keep what they note: they record it within the block. */
const blockMilliseconds = 400;
/** What was under way when recording was switched has been answered by then. */
const leadInMilliseconds = 15;
const sessions = 1024;

export class ThreadCluster {
  readonly #cluster: Cluster;
  readonly #directory: string;
  // Of all blocks.
  #time = 0;
  #difference = 0;
  #operations = 0;

  private constructor(cluster: Cluster, directory: string) {
    this.#cluster = cluster;
    this.#directory = directory;
  }

  get operationsOfBlock(): number {
    return (this.#cluster.options.rate * blockMilliseconds) / 1000;
  }

  static async start(rate: number): Promise<ThreadCluster> {
    if (process.platform !== 'linux') {
      throw new Error(
        `a thread's processor time is to be had on linux only, not ${process.platform}`,
      );
    }
    const directory = mkdtempSync(join(tmpdir(), 'vsr-overhead-'));
    const data = join(directory, 'data');
    const metricsFile = `/dev/shm/vsr-overhead-${process.pid}.metrics`;
    const cluster = await Cluster.start({ replicas: 3, rate, sessions, data, metricsFile });
    return new ThreadCluster(cluster, directory);
  }

  get answered(): number {
    return this.#cluster.load.answered;
  }

  /** Waits until the clients have had so many answers. */
  async untilAnswered(count: number): Promise<void> {
    while (this.answered < count) await pause(5);
  }

  /** Nanoseconds of processor time, of all threads, an answered request. */
  async block(side: 'baseline' | 'instrumented'): Promise<number> {
    this.#cluster.setRecording((id) => (id === 0) === (side === 'instrumented'));
    await pause(leadInMilliseconds);
    const { answered } = this;
    const before = this.#processorTime();
    // So many operations, however long it takes: a machine may stand still for a while.
    await this.untilAnswered(answered + this.operationsOfBlock);
    const after = this.#processorTime();
    const operations = this.answered - answered;
    const difference = after.difference - before.difference;
    this.#time += after.all - before.all;
    this.#difference += difference;
    this.#operations += operations;
    // On average half of recording is in the time, and half of it, more or less, in the difference.
    return (
      this.#time / this.#operations + difference / operations - this.#difference / this.#operations
    );
  }

  /** So far, in nanoseconds: of all threads, and that of replica 0 less that of the others. */
  #processorTime(): { readonly all: number; readonly difference: number } {
    const { user, system } = process.cpuUsage();
    const [first = 0, ...others] = this.#cluster.kernelThreads.map(processorTimeOf);
    const difference = first - others.reduce((sum, time) => sum + time, 0);
    return { all: 1000 * (user + system), difference };
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

/** Nanoseconds that a thread of this process has had a processor. */
function processorTimeOf(thread: number): number {
  const [ran] = readFileSync(`/proc/self/task/${thread}/schedstat`, 'utf8').split(' ');
  return Number(ran);
}

export interface ThreadsRun {
  readonly budget: number;
  readonly limitSeconds: number;
  /** It goes on for so long even when it is decided. */
  readonly leastSeconds: number;
  /** Requests a second. */
  readonly rate: number;
}

/** Processor time an operation, under load. */
export interface ThreadsResults {
  /** Requests a second, and how many were answered. */
  readonly rate: number;
  readonly answeredPerSecond: number;
  readonly report: OverheadReport;
}

/** One cluster under one load; only whether it records changes, by the order of a coin. */
export async function measureThreads({ rate, ...run }: ThreadsRun): Promise<ThreadsResults> {
  const cluster = await ThreadCluster.start(rate);
  try {
    // Until the code of all threads is compiled for good.
    await cluster.untilAnswered(10_000);
    for (let block = 0; block < 6; block++) {
      await cluster.block(block % 2 === 0 ? 'baseline' : 'instrumented');
    }
    const plan = {
      ...run,
      confidence: 0.99,
      clock: 'processor',
      onProgress: () => undefined,
    } as const;
    const { answered } = cluster;
    const started = performance.now();
    const report = await measureRounds(plan, roundsOf(cluster));
    const seconds = (performance.now() - started) / 1000;
    return { rate, answeredPerSecond: (cluster.answered - answered) / seconds, report };
  } finally {
    await cluster.stop();
  }
}

async function* roundsOf(cluster: ThreadCluster): AsyncGenerator<RoundTimes> {
  const side = (name: 'baseline' | 'instrumented'): Side => ({
    run: async (operations) => operations * (await cluster.block(name)),
  });
  const pair = { baseline: side('baseline'), instrumented: side('instrumented') };
  const operations = cluster.operationsOfBlock;
  for (;;) yield await runRound(pair, { operations, quads: 1, isTypical: false }, Math.random);
}
