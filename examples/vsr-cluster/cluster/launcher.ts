// A cluster of replicas and clients, each on a thread, all recording into one registry.
//
//   const cluster = await Cluster.start({ replicas: 3, rate: 2000 });
//   cluster.registry.snapshot().value('vsr_commit_number', { replica_id: '0' });
//   cluster.kill(1);                 // as SIGKILL would: it comes back, and reads its disk
//   await cluster.stop();

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import { createRegistry, type Registry } from 'vsr-metrics';
import { kimberlite, vsr } from 'vsr-metrics/catalogues';
import { Codec } from '../messages/codec.js';
import type { Message } from '../messages/messages.js';
import { keyedSigner } from '../messages/signature.js';
import { defaultTiming, type ReplicaOptions } from '../replica/host.js';
import type { Version } from '../replica/version.js';
import { format, removeData } from './files.js';
import { type LoadCommand, type LoadWorkerData, loadCounts } from './load-counts.js';
import type { ReplicaCommand, ReplicaWorkerData } from './replica-worker.js';
import { clientsAddress, type LinkFaults, noLinkFaults } from './transport.js';

export interface ClusterOptions {
  /** How many vote. */
  readonly replicas: number;
  /** How many follow without a vote. */
  readonly standbys?: number;
  /** Requests per second. */
  readonly rate: number;
  /** Where the replicas keep their logs. */
  readonly data: string;
  /** The file of the registry. */
  readonly metricsFile: string;
  readonly sessions?: number;
}

export type ClusterRegistry = Registry<[typeof vsr, typeof kimberlite]>;

const restartMs = 1500;
const slots = 16_384;
const version: Version = { major: 1, minor: 0 };

export class Cluster {
  readonly registry: ClusterRegistry;
  readonly options: ClusterOptions;
  readonly rosterSize: number;
  readonly #key = randomBytes(32).toString('base64');
  readonly #replicas = new Map<number, Worker>();
  readonly #links = new Map<number, LinkFaults>();
  readonly #restarts = new Set<NodeJS.Timeout>();
  readonly #counts = new SharedArrayBuffer(8 * 3);
  readonly #tally = new Float64Array(this.#counts);
  readonly #recording: SharedArrayBuffer;
  readonly #threads: SharedArrayBuffer;
  #load: Worker | undefined;
  #isStopping = false;
  /** Told when a thread ends on an error, which it never should. */
  onFailure: (error: Error) => void = (error) => {
    throw error;
  };

  private constructor(options: ClusterOptions) {
    this.options = options;
    this.rosterSize = options.replicas + (options.standbys ?? 0);
    this.#threads = new SharedArrayBuffer(4 * this.rosterSize);
    this.#recording = new SharedArrayBuffer(4 * this.rosterSize);
    this.setRecording(() => true);
    this.registry = createRegistry({ catalogue: [vsr, kimberlite], file: options.metricsFile });
  }

  static async start(options: ClusterOptions): Promise<Cluster> {
    const cluster = new Cluster(options);
    for (let id = 0; id < cluster.rosterSize; id++) cluster.#formatIfNew(id);
    for (let id = 0; id < cluster.rosterSize; id++) cluster.#startReplica(id);
    cluster.#startLoad();
    const workers = [...cluster.#replicas.values(), cluster.#load!];
    await Promise.all(workers.map((worker) => once(worker, 'online')));
    return cluster;
  }

  // ---- what can be seen ----

  /** What the clients did. */
  get load(): { readonly sent: number; readonly answered: number; readonly evicted: number } {
    return {
      sent: this.#tally[loadCounts.sent]!,
      answered: this.#tally[loadCounts.answered]!,
      evicted: this.#tally[loadCounts.evicted]!,
    };
  }

  isRunning(id: number): boolean {
    return this.#replicas.has(id);
  }

  linkOf(id: number): LinkFaults {
    return this.#links.get(id) ?? noLinkFaults;
  }

  /** The replica that leads the latest view, as the metrics say it. */
  get primary(): number | undefined {
    const snapshot = this.registry.snapshot();
    let primary: number | undefined;
    let latest = -1;
    for (let id = 0; id < this.rosterSize; id++) {
      const labels = { replica_id: String(id) };
      const view = snapshot.value('vsr_view_number', labels) ?? -1;
      const isNormal = snapshot.value('vsr_replica_status', labels) === 0;
      if (!isNormal || view <= latest || !this.isRunning(id)) continue;
      latest = view;
      primary = view % this.rosterSize;
    }
    return primary;
  }

  // ---- what can be done to it ----

  setRate(rate: number): void {
    this.#tellLoad({ type: 'rate', rate });
  }

  /** Which replicas record what comes with every batch, from their next one on. */
  setRecording(records: (id: number) => boolean): void {
    const recording = new Int32Array(this.#recording);
    for (let id = 0; id < this.rosterSize; id++) Atomics.store(recording, id, records(id) ? 1 : 0);
  }

  /** What the kernel calls the replicas' threads, see kernel-thread.ts. */
  get kernelThreads(): readonly number[] {
    return [...new Int32Array(this.#threads)];
  }

  /** Ends a replica in the middle of whatever it does. It starts again a little later. */
  kill(id: number): void {
    const worker = this.#replicas.get(id);
    if (worker === undefined) return;
    this.#replicas.delete(id);
    void worker.terminate().then(() => {
      if (this.#isStopping) return;
      this.#forget(id);
      const timer = setTimeout(() => {
        this.#restarts.delete(timer);
        this.#startReplica(id);
        this.#connectAnew(id);
      }, restartMs);
      this.#restarts.add(timer);
    });
  }

  /** A thread that ended cannot take back what it showed last: whoever saw it end does. */
  #forget(id: number): void {
    const { replicaStatus, prepareOkVotes, replicaLag } = this.registry.metrics;
    const labels = { replica_id: String(id) };
    for (const gauge of [replicaStatus, prepareOkVotes, replicaLag]) gauge.with(labels).unset();
  }

  /** Changes what is wrong with the links of one replica. */
  setLink(id: number, faults: Partial<LinkFaults>): void {
    const link = { ...this.linkOf(id), ...faults };
    this.#links.set(id, link);
    this.tell(id, { type: 'link', faults: link });
  }

  tell(id: number, command: ReplicaCommand): void {
    const moved = command.type === 'connect' ? [command.port] : [];
    this.#replicas.get(id)?.postMessage(command, moved);
  }

  /** A message that is signed with the cluster's key, whoever it says it is from. */
  sendSigned(id: number, message: Message): void {
    const codec = new Codec(keyedSigner(this.#key));
    this.tell(id, { type: 'frame', frame: codec.encode(message, id) });
  }

  // ---- the end ----

  /** No more requests; resolves when all that were made are answered. */
  async drain(): Promise<void> {
    const drained = once(this.#load!, 'message');
    this.#tellLoad({ type: 'drain' });
    await drained;
  }

  /** Ends all threads; what they left on the disk is removed unless it is to be kept. */
  async stop(keeps: { readonly data?: boolean; readonly file?: boolean } = {}): Promise<void> {
    this.#isStopping = true;
    for (const timer of this.#restarts) clearTimeout(timer);
    const workers = [...this.#replicas.values()];
    const exits = [...workers, this.#load!].map((worker) => once(worker, 'exit'));
    this.#tellLoad({ type: 'stop' });
    for (const id of this.#replicas.keys()) this.tell(id, { type: 'stop' });
    await Promise.all(exits);
    this.registry.close();
    if (keeps.data !== true) removeData(this.options.data);
    if (keeps.file !== true) rmSync(this.options.metricsFile, { force: true });
  }

  // ---- threads ----

  #formatIfNew(id: number): void {
    const directory = this.#directoryOf(id);
    if (existsSync(directory)) return;
    format(directory, { replica: id, rosterSize: this.rosterSize, members: this.#members });
  }

  #startReplica(id: number): void {
    const data: ReplicaWorkerData = {
      options: this.#replicaOptions(id),
      slots,
      directory: this.#directoryOf(id),
      key: this.#key,
      metrics: this.registry.share(),
      recording: this.#recording,
      threads: this.#threads,
    };
    const worker = new Worker(new URL('./replica-worker.js', import.meta.url), {
      workerData: data,
      name: `replica ${id}`,
      // Collected often, and mostly in less than a millisecond: a replica answers nobody meanwhile.
      resourceLimits: { maxYoungGenerationSizeMb: 3 },
    });
    worker.on('error', (error) => this.onFailure(error as Error));
    this.#replicas.set(id, worker);
    this.tell(id, { type: 'link', faults: this.linkOf(id) });
    // All have to be there before any speaks: the last connects them.
    if (this.#load === undefined) {
      for (const other of this.#replicas.keys()) if (other !== id) this.#connect(id, other);
    }
  }

  #connectAnew(id: number): void {
    for (const other of this.#replicas.keys()) if (other !== id) this.#connect(id, other);
    this.#connectLoad(id);
    this.tell(id, { type: 'start' });
  }

  #startLoad(): void {
    const data: LoadWorkerData = {
      rosterSize: this.rosterSize,
      sessions: this.options.sessions ?? 512,
      rate: this.options.rate,
      counts: this.#counts,
    };
    this.#load = new Worker(new URL('./load-worker.js', import.meta.url), {
      workerData: data,
      name: 'clients',
    });
    this.#load.on('error', (error) => this.onFailure(error as Error));
    for (const id of this.#replicas.keys()) this.#connectLoad(id);
    for (const id of this.#replicas.keys()) this.tell(id, { type: 'start' });
    this.#tellLoad({ type: 'start' });
  }

  #connect(one: number, other: number): void {
    const { port1, port2 } = new MessageChannel();
    this.tell(one, { type: 'connect', address: other, port: port1 });
    this.tell(other, { type: 'connect', address: one, port: port2 });
  }

  #connectLoad(id: number): void {
    const { port1, port2 } = new MessageChannel();
    this.tell(id, { type: 'connect', address: clientsAddress, port: port1 });
    this.#load!.postMessage({ type: 'connect', address: id, port: port2 }, [port2]);
  }

  #tellLoad(command: LoadCommand): void {
    this.#load!.postMessage(command);
  }

  get #members(): readonly number[] {
    return Array.from({ length: this.options.replicas }, (_, id) => id);
  }

  #directoryOf(id: number): string {
    return join(this.options.data, `replica-${id}`);
  }

  #replicaOptions(id: number): ReplicaOptions {
    return {
      id,
      rosterSize: this.rosterSize,
      members: this.#members,
      version,
      checkpointEvery: slots / 4,
      mostSessions: 4096,
      pipeline: 2048,
      batch: 256,
      // Threads that share two processors pause for longer than a network does.
      timing: { ...defaultTiming, heartbeat: 100, primaryTimeout: 1000, viewChangeTimeout: 1000 },
    };
  }
}
