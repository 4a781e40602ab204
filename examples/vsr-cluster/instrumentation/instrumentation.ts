// What a replica records. Its handlers call this where something happens; recorders are resolved
// once, so that a handler only stores numbers.
//
//   const instrumentation = new Instrumentation(registry.metrics, registryStopwatch(registry));
//   instrumentation.batch.received('Prepare', 3);
//   instrumentation.viewIs(7, 1);        // one fact, several families: set in one place
//
// Families that stand for themselves are used directly, as `instrumentation.metrics.quorumSize`.

import type { Counter, Histogram, LastGauge } from 'vsr-metrics';
import type { Rejection } from '../messages/contradictions.js';
import { type Configuration, isJoint, quorumSize, votersOf } from '../replica/configuration.js';
import { BatchMetrics } from './batch-metrics.js';
import { Journal } from './journal.js';
import { byName, byNumber } from './known.js';
import type { ReplicaMetrics } from './replica-metrics.js';
import { noSpans, type Spans } from './spans.js';
import type { Stopwatch } from './stopwatch.js';

export type ViewChangeReason =
  | 'primary_timeout'
  | 'view_change_timeout'
  | 'higher_view'
  | 'primary_abdication'
  | 'reconfiguration'
  | 'operator';

/** Values of vsr_replica_status. */
export const statuses = { normal: 0, viewChange: 1, recovering: 2, stateTransfer: 3 } as const;
export type Status = (typeof statuses)[keyof typeof statuses];

/** What changes with every batch. */
export interface Position {
  readonly op: number;
  readonly commit: number;
  /** Of the log in memory. */
  readonly entries: number;
  readonly bytes: number;
  /** Requests that are not answered yet. */
  readonly waiting: number;
  /** Votes for the operation that is being decided; only who leads knows. */
  readonly votes: number | undefined;
  /** Operations that the primary has, and this replica has not, as far as it knows. */
  readonly behind: number | undefined;
}

export class Instrumentation {
  readonly metrics: ReplicaMetrics;
  readonly stopwatch: Stopwatch;
  readonly spans: Spans;
  /** What happens with every batch is told here, and recorded by `record()`. */
  readonly batch = new Journal();
  readonly repairs: Readonly<Record<'success' | 'failure', Counter>>;
  readonly checksumFailures: Readonly<Record<'log' | 'superblock', Counter>>;
  readonly rejected: (reason: Rejection) => Counter;
  readonly viewChanges: (reason: ViewChangeReason) => Counter;
  readonly heartbeatRtt: (peer: number) => Histogram;
  readonly repairEwma: (peer: number) => LastGauge;
  readonly repairBuffer: Counter;
  readonly #batchMetrics: BatchMetrics;

  constructor(metrics: ReplicaMetrics, stopwatch: Stopwatch, spans: Spans = noSpans) {
    const m = metrics;
    this.metrics = m;
    this.stopwatch = stopwatch;
    this.spans = spans;
    this.repairs = {
      success: m.repairs.with({ status: 'success' }),
      failure: m.repairs.with({ status: 'failure' }),
    };
    this.checksumFailures = {
      log: m.checksumFailures.with({ component: 'log' }),
      superblock: m.checksumFailures.with({ component: 'superblock' }),
    };
    this.rejected = byName((reason) => m.byzantineRejections.with({ reason }));
    this.viewChanges = byName((reason) => m.viewChanges.with({ reason }));
    this.heartbeatRtt = byNumber((peer) => m.heartbeatRtt.with({ peer: String(peer) }));
    this.repairEwma = byNumber((peer) => m.repairEwmaLatency.with({ peer: String(peer) }));
    this.repairBuffer = m.allocatedBytes.with({ site: 'repair_buffer' });
    this.#batchMetrics = new BatchMetrics(m, stopwatch);
  }

  /** Whether what happens with every batch is recorded; may be switched between two batches. */
  get isOn(): boolean {
    return this.batch.isOn;
  }

  set isOn(isOn: boolean) {
    if (!isOn) this.record();
    this.batch.isOn = isOn;
  }

  /** On the stopwatch: when something happens that happens with every batch. */
  now(): number {
    return this.batch.isOn ? this.stopwatch.now() : 0;
  }

  /** Records what happened with all batches since it did so last; ten times a second. */
  record(): void {
    if (this.batch.isOn) this.batch.replay(this.#batchMetrics);
  }

  statusIs(status: Status): void {
    this.metrics.replicaStatus.set(status);
  }

  /** `leader` is undefined while nobody is known to lead; nodes are numbered from 1. */
  viewIs(view: number, leader: number | undefined): void {
    this.metrics.viewNumber.set(view);
    this.metrics.consensusView.set(view);
    this.metrics.consensusLeader.set(leader === undefined ? 0 : leader + 1);
  }

  configurationIs(configuration: Configuration): void {
    const { metrics: m } = this;
    m.quorumSize.set(quorumSize(configuration));
    m.clusterSize.set(votersOf(configuration).length);
    m.reconfigState.set(isJoint(configuration) ? 1 : 0);
  }

  /** What changes with every batch; ten times a second. */
  positionIs({ op, commit, entries, bytes, waiting, votes, behind }: Position): void {
    const { metrics: m } = this;
    m.opNumber.set(op);
    m.commitNumber.set(commit);
    m.projectionAppliedPosition.set(commit);
    m.projectionLag.set(op - commit);
    m.logEntryCount.set(entries);
    m.logSize.set(bytes);
    m.kmbLogSize.set(bytes);
    m.pendingRequests.set(waiting);
    m.requestsInFlight.set(waiting);
    if (votes !== undefined) m.prepareOkVotes.set(votes);
    if (behind !== undefined) m.replicaLag.set(behind);
  }

  viewChangeStarted(reason: ViewChangeReason): void {
    this.viewChanges(reason).inc();
    this.metrics.consensusViewChanges.inc();
  }
}
