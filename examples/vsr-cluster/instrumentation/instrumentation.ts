// What a replica records. Its handlers call this where something happens; recorders are resolved
// once, so that a handler only stores numbers.
//
//   const instrumentation = new Instrumentation(registry.metrics, registryStopwatch(registry));
//   instrumentation.batch.received('Prepare', 3);
//   instrumentation.viewIs(7, 1);        // one fact, several families: set in one place
//
// Families that stand for themselves are used directly, as `instrumentation.metrics.quorumSize`.

import type { Counter, Histogram, LastGauge } from 'vsr-metrics';
import { type ConsensusSource, consensusSource } from 'vsr-metrics/cluster';
import type { Rejection } from '../messages/contradictions.js';
import { type Configuration, isJoint, quorumSize, votersOf } from '../replica/configuration.js';
import { type BatchEvents, type Method, nobodyIsTold } from './batch-events.js';
import { BatchMetrics } from './batch-metrics.js';
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
  /** Operations that the primary has, and this replica has not; undefined: it has no word of it. */
  readonly behind: number | undefined;
}

const unknownPosition: Position = {
  op: Number.NaN,
  commit: Number.NaN,
  entries: Number.NaN,
  bytes: Number.NaN,
  waiting: Number.NaN,
  votes: Number.NaN,
  behind: Number.NaN,
};

export class Instrumentation {
  readonly metrics: ReplicaMetrics;
  readonly stopwatch: Stopwatch;
  readonly spans: Spans;
  /** What happens with every batch is recorded here. */
  batch: BatchEvents;
  readonly repairs: Readonly<Record<'success' | 'failure', Counter>>;
  readonly checksumFailures: Readonly<Record<'log' | 'superblock', Counter>>;
  readonly rejected: (reason: Rejection) => Counter;
  readonly heartbeatRtt: (peer: number) => Histogram;
  readonly repairEwma: (peer: number) => LastGauge;
  readonly repairBuffer: Counter;
  readonly #batchMetrics: BatchMetrics;
  readonly #source: ConsensusSource;
  readonly #failed: Counter;
  readonly #errors: Readonly<Record<Method, Counter>>;
  #shown = unknownPosition;
  #isOn = true;

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
    this.heartbeatRtt = byNumber((peer) => m.heartbeatRtt.with({ peer: String(peer) }));
    this.repairEwma = byNumber((peer) => m.repairEwmaLatency.with({ peer: String(peer) }));
    this.repairBuffer = m.allocatedBytes.with({ site: 'repair_buffer' });
    this.#batchMetrics = new BatchMetrics(m, stopwatch);
    this.batch = this.#batchMetrics;
    this.#source = consensusSource(m);
    this.#failed = m.operations.with({ status: 'failure' });
    this.#errors = {
      query: m.requests.with({ method: 'query', status: 'error' }),
      write: m.requests.with({ method: 'write', status: 'error' }),
    };
    this.#forgetFormerLife();
  }

  /** What a replica showed before it ended is not how it is while it starts. */
  #forgetFormerLife(): void {
    const m = this.metrics;
    for (const gauge of [
      ...[m.replicaStatus, m.viewNumber, m.consensusView, m.consensusLeader],
      ...[m.opNumber, m.commitNumber, m.projectionAppliedPosition, m.projectionLag],
      ...[m.logEntryCount, m.logSize, m.kmbLogSize, m.prepareOkVotes, m.replicaLag],
      ...[m.clockOffset, m.clientSessionsActive, m.activeTenants, m.scrubThroughput],
      ...[m.memoryUsed, m.cpuUtilization, m.diskIops],
    ]) {
      gauge.unset();
    }
    this.#source.pendingIs(0);
  }

  /** Whether what happens with every batch is recorded; may be switched between two batches. */
  get isOn(): boolean {
    return this.#isOn;
  }

  set isOn(isOn: boolean) {
    if (isOn === this.#isOn) return;
    this.#isOn = isOn;
    this.#shown = unknownPosition;
    this.batch = isOn ? this.#batchMetrics : nobodyIsTold;
  }

  /** On the stopwatch: when something happens that happens with every batch. */
  now(): number {
    return this.#isOn ? this.stopwatch.now() : 0;
  }

  /** Now and then: it is `now`, in milliseconds. */
  timeIs(now: number): void {
    if (!this.#isOn) return;
    this.#batchMetrics.timeIs(now);
  }

  statusIs(status: Status): void {
    this.metrics.replicaStatus.set(status);
  }

  /** `leader` is undefined while nobody is known to lead; nodes are numbered from 1. */
  viewIs(view: number, leader: number | undefined): void {
    this.#source.viewIs(view, leader);
  }

  configurationIs(configuration: Configuration): void {
    const { metrics: m } = this;
    m.quorumSize.set(quorumSize(configuration));
    m.clusterSize.set(votersOf(configuration).length);
    m.reconfigState.set(isJoint(configuration) ? 1 : 0);
  }

  /** Where the replica is now: what has changed is shown at once. */
  positionIs(position: Position): void {
    if (!this.#isOn) return;
    const { metrics: m } = this;
    const before = this.#shown;
    this.#shown = position;
    const { op, commit, entries, bytes, waiting, votes, behind } = position;
    if (op !== before.op || commit !== before.commit) this.#source.positionIs(op, commit);
    if (entries !== before.entries || bytes !== before.bytes) this.#source.logIs(entries, bytes);
    if (waiting !== before.waiting) this.#source.pendingIs(waiting);
    if (votes !== before.votes) setOrUnset(m.prepareOkVotes, votes);
    if (behind !== before.behind) setOrUnset(m.replicaLag, behind);
  }

  /** The primary did not take requests: too many wait, its view ended, they took too long. */
  refused(method: Method, requests = 1): void {
    this.#failed.inc(requests);
    this.#errors[method].inc(requests);
  }

  /** Requests are in the log, and their clients have no answer of this replica, or none in time. */
  unanswered(method: Method, requests = 1): void {
    this.#errors[method].inc(requests);
  }

  viewChangeStarted(reason: ViewChangeReason): void {
    this.#source.viewChangeStarted(reason);
  }
}

function setOrUnset(gauge: LastGauge, value: number | undefined): void {
  if (value === undefined) gauge.unset();
  else gauge.set(value);
}
