// What a replica records. Its handlers call this where something happens; recorders are resolved
// once, in the constructor, so that a handler only stores numbers.
//
//   const instrumentation = new Instrumentation(registry.metrics, registryStopwatch(registry));
//   instrumentation.received('Prepare', 3);
//   instrumentation.viewIs(7, 1);        // one fact, several families: set in one place
//
// Families that stand for themselves are used directly, as `instrumentation.metrics.quorumSize`.

import type { Counter, Histogram, LastGauge, Metrics } from 'vsr-metrics';
import type { kimberlite, vsr } from 'vsr-metrics/catalogues';
import { isQuery, type Outcome } from '../machine/ledger.js';
import type { Rejection } from '../messages/contradictions.js';
import type { MessageType } from '../messages/messages.js';
import { type Configuration, isJoint, quorumSize, votersOf } from '../replica/configuration.js';
import { DurationBatch, type Recording } from './duration-batch.js';
import { KimberliteCounts } from './kimberlite-counts.js';
import { noSpans, type Spans } from './spans.js';
import type { Stopwatch } from './stopwatch.js';

export type ReplicaMetrics = Metrics<
  [typeof vsr, typeof kimberlite],
  { replica_id: string; node_id: string }
>;

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

export interface AnsweredRequest {
  readonly body: string;
  readonly outcome: Outcome;
  /** On the stopwatch. */
  readonly arrived: number;
}

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

/** What is made for a peer when it is first needed, and then kept. */
function ofPeer<R>(resolve: (peer: number) => R): (peer: number) => R {
  const known: R[] = [];
  return (peer) => {
    known[peer] ??= resolve(peer);
    return known[peer];
  };
}

/** The same for names. */
function resolved<K extends string, R>(resolve: (key: K) => R): (key: K) => R {
  const known = new Map<K, R>();
  return (key) => {
    let recorder = known.get(key);
    if (recorder === undefined) {
      recorder = resolve(key);
      known.set(key, recorder);
    }
    return recorder;
  };
}

/** Most of a batch is of one kind: the counters of the others are not even looked at. */
function incBy(counter: Counter, count: number): void {
  if (count > 0) counter.inc(count);
}

export class Instrumentation {
  readonly metrics: ReplicaMetrics;
  readonly stopwatch: Stopwatch;
  /** May be switched between batches: what happens with every batch is then not recorded. */
  readonly recording: Recording = { isOn: true };
  readonly spans: Spans;
  readonly #operations: Readonly<Record<Outcome['status'], Counter>>;
  readonly repairs: Readonly<Record<'success' | 'failure', Counter>>;
  readonly checksumFailures: Readonly<Record<'log' | 'superblock', Counter>>;
  /** Of the operations that are decided, or announced, together. */
  readonly durations: Readonly<Record<'prepare' | 'commit' | 'roundTrip', DurationBatch>>;
  readonly allocated: {
    readonly logAppend: Counter;
    readonly messageSerialize: Counter;
    readonly stateMachineEffects: Counter;
    readonly repairBuffer: Counter;
  };
  readonly rejected: (reason: Rejection) => Counter;
  readonly viewChanges: (reason: ViewChangeReason) => Counter;
  readonly heartbeatRtt: (peer: number) => Histogram;
  readonly repairEwma: (peer: number) => LastGauge;
  readonly #networkLatency: (peer: number) => Histogram;
  readonly #sent: (type: MessageType) => Counter;
  readonly #received: (type: MessageType) => Counter;
  readonly #sentBytes: (peer: number) => (type: MessageType) => Counter;
  readonly #receivedBytes: (peer: number) => (type: MessageType) => Counter;
  readonly #kimberlite: KimberliteCounts;
  // What a batch comes to: one record of many is cheaper than many of one.
  #appendedBytes = 0;
  #succeeded = 0;
  #failed = 0;
  #effectBytes = 0;
  readonly #answered: Readonly<Record<'client' | 'query' | 'write', DurationBatch>>;

  constructor(metrics: ReplicaMetrics, stopwatch: Stopwatch, spans: Spans = noSpans) {
    const m = metrics;
    const { recording } = this;
    this.metrics = m;
    this.stopwatch = stopwatch;
    this.spans = spans;
    this.#operations = {
      success: m.operations.with({ status: 'success' }),
      failure: m.operations.with({ status: 'failure' }),
    };
    this.repairs = {
      success: m.repairs.with({ status: 'success' }),
      failure: m.repairs.with({ status: 'failure' }),
    };
    this.checksumFailures = {
      log: m.checksumFailures.with({ component: 'log' }),
      superblock: m.checksumFailures.with({ component: 'superblock' }),
    };
    this.durations = {
      prepare: new DurationBatch(recording, stopwatch, m.prepareLatency),
      commit: new DurationBatch(recording, stopwatch, m.commitLatency),
      roundTrip: new DurationBatch(recording, stopwatch, m.consensusRtt),
    };
    this.#answered = {
      client: new DurationBatch(recording, stopwatch, m.clientLatency),
      query: new DurationBatch(recording, stopwatch, m.queryDuration, 'seconds'),
      write: new DurationBatch(recording, stopwatch, m.writeDuration, 'seconds'),
    };
    this.allocated = {
      logAppend: m.allocatedBytes.with({ site: 'log_append' }),
      messageSerialize: m.allocatedBytes.with({ site: 'message_serialize' }),
      stateMachineEffects: m.allocatedBytes.with({ site: 'state_machine_effects' }),
      repairBuffer: m.allocatedBytes.with({ site: 'repair_buffer' }),
    };
    this.#sent = resolved((message_type) => m.messagesSent.with({ message_type }));
    this.#received = resolved((message_type) => m.messagesReceived.with({ message_type }));
    this.rejected = resolved((reason) => m.byzantineRejections.with({ reason }));
    this.viewChanges = resolved((reason) => m.viewChanges.with({ reason }));
    this.heartbeatRtt = ofPeer((peer) => m.heartbeatRtt.with({ peer: String(peer) }));
    this.#networkLatency = ofPeer((peer) => m.networkLatency.with({ peer: String(peer) }));
    this.repairEwma = ofPeer((peer) => m.repairEwmaLatency.with({ peer: String(peer) }));
    this.#sentBytes = ofPeer((peer) =>
      resolved((message_type: MessageType) =>
        m.networkSentBytes.with({ message_type, peer: String(peer) }),
      ),
    );
    this.#receivedBytes = ofPeer((peer) =>
      resolved((message_type: MessageType) =>
        m.networkReceivedBytes.with({ message_type, peer: String(peer) }),
      ),
    );
    this.#kimberlite = new KimberliteCounts(m);
  }

  /** On the stopwatch: when something happens that happens with every batch. */
  now(): number {
    return this.recording.isOn ? this.stopwatch.now() : 0;
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

  /**
   * Said with every tick, a hundred times a second: what changes with every batch is shown then, and
   * what Kimberlite counts of the same events is counted then.
   */
  positionIs({ op, commit, entries, bytes, waiting, votes, behind }: Position): void {
    if (!this.recording.isOn) return;
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
    this.#kimberlite.record();
  }

  /** An entry is in the log; counted when all of its batch are. */
  appended(client: number, bytes: number): void {
    if (!this.recording.isOn) return;
    this.#appendedBytes += bytes;
    this.#kimberlite.appended(client, bytes);
  }

  /** All of a batch are in the log. */
  appendedAll(): void {
    if (!this.recording.isOn || this.#appendedBytes === 0) return;
    this.allocated.logAppend.inc(this.#appendedBytes);
    this.#appendedBytes = 0;
  }

  /** An operation was applied; counted with all that are committed together. */
  applied({ status, result }: Outcome): void {
    if (!this.recording.isOn) return;
    if (status === 'success') this.#succeeded++;
    else this.#failed++;
    this.#effectBytes += result.length;
  }

  /** So many entries were committed and applied together. */
  committed(entries: number): void {
    if (!this.recording.isOn) return;
    this.#kimberlite.committed(entries);
    incBy(this.#operations.success, this.#succeeded);
    incBy(this.#operations.failure, this.#failed);
    this.allocated.stateMachineEffects.inc(this.#effectBytes);
    this.#succeeded = 0;
    this.#failed = 0;
    this.#effectBytes = 0;
  }

  /** Clients were sent the answers to their requests at `now`. */
  answered(requests: readonly AnsweredRequest[], now: number): void {
    if (!this.recording.isOn) return;
    let queries = 0;
    let failedQueries = 0;
    let failedWrites = 0;
    for (const { body, outcome, arrived } of requests) {
      const failed = outcome.status === 'success' ? 0 : 1;
      this.#answered.client.add(arrived);
      if (isQuery(body)) {
        queries++;
        failedQueries += failed;
        this.#answered.query.add(arrived);
      } else {
        failedWrites += failed;
        this.#answered.write.add(arrived);
      }
    }
    this.#kimberlite.answered({
      queries: queries - failedQueries,
      failedQueries,
      writes: requests.length - queries - failedWrites,
      failedWrites,
    });
    this.#answered.client.end(now);
    this.#answered.query.end(now);
    this.#answered.write.end(now);
  }

  sent(type: MessageType, messages: number): void {
    if (this.recording.isOn && messages > 0) this.#sent(type).inc(messages);
  }

  received(type: MessageType, messages: number): void {
    if (this.recording.isOn) this.#received(type).inc(messages);
  }

  /** So many messages became so many bytes from `start` to `end`: each has its share of the time. */
  serialized(start: number, end: number, messages: number, bytes: number): void {
    if (!this.recording.isOn) return;
    const { stopwatch, metrics } = this;
    const share = (end - start) / messages;
    stopwatch.record(metrics.messageSerialization, start, start + share, 'ms', messages);
    this.allocated.messageSerialize.inc(bytes);
  }

  viewChangeStarted(reason: ViewChangeReason): void {
    this.viewChanges(reason).inc();
    this.metrics.consensusViewChanges.inc();
  }

  sentBytes(peer: number, type: MessageType, bytes: number): void {
    if (this.recording.isOn) this.#sentBytes(peer)(type).inc(bytes);
  }

  /** A frame of another replica, which had sent it at `sentAt`. */
  arrived(peer: number, type: MessageType, bytes: number, sentAt: number, at: number): void {
    if (!this.recording.isOn) return;
    this.stopwatch.record(this.#networkLatency(peer), sentAt, at);
    this.#receivedBytes(peer)(type).inc(bytes);
  }

  /** Entries went to the disk. */
  written(bytes: number): void {
    if (this.recording.isOn) this.metrics.bytesWritten.inc(bytes);
  }
}
