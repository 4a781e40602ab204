// What a replica records. Its handlers call this where something happens; recorders are resolved
// once, in the constructor, so that a handler only stores numbers.
//
//   const instrumentation = new Instrumentation(registry.metrics, registryStopwatch(registry));
//   instrumentation.received(messages);
//   instrumentation.viewIs(7, 1);        // one fact, several families: set in one place
//
// Families that stand for themselves are used directly, as `instrumentation.metrics.quorumSize`.

import type { Counter, Histogram, LastGauge, Metrics } from 'vsr-metrics';
import type { kimberlite, vsr } from 'vsr-metrics/catalogues';
import { isQuery, type Outcome, tenantOf, tenants } from '../machine/ledger.js';
import type { Rejection } from '../messages/contradictions.js';
import type { Message, MessageType, Outgoing } from '../messages/messages.js';
import { type Configuration, isJoint, quorumSize, votersOf } from '../replica/configuration.js';
import { DurationBatch } from './duration-batch.js';
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

/** Recorders that are made when they are first needed, and then kept. */
function resolved<K extends string | number, R>(resolve: (key: K) => R): (key: K) => R {
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

/** What came or goes together is mostly of one type: each run of one is counted at once. */
function countRuns<T>(
  items: readonly T[],
  typeOf: (item: T) => MessageType,
  counterOf: (type: MessageType) => Counter,
): void {
  for (let first = 0; first < items.length; ) {
    const type = typeOf(items[first]!);
    let next = first + 1;
    while (next < items.length && typeOf(items[next]!) === type) next++;
    counterOf(type).inc(next - first);
    first = next;
  }
}

export class Instrumentation {
  readonly metrics: ReplicaMetrics;
  readonly stopwatch: Stopwatch;
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
  readonly networkLatency: (peer: number) => Histogram;
  readonly repairEwma: (peer: number) => LastGauge;
  readonly #sent: (type: MessageType) => Counter;
  readonly #received: (type: MessageType) => Counter;
  readonly #sentBytes: (peer: number) => (type: MessageType) => Counter;
  readonly #receivedBytes: (peer: number) => (type: MessageType) => Counter;
  readonly #tenantEntries: readonly Counter[];
  readonly #requests: Readonly<Record<'query' | 'write', Record<'success' | 'error', Counter>>>;
  readonly #seenTenants = new Set<number>();
  // What a batch comes to: one record of many is cheaper than many of one.
  #appendedBytes = 0;
  /** Entries, by tenant. */
  readonly #appended = new Uint32Array(tenants);
  readonly #applied: Record<Outcome['status'], number> = { success: 0, failure: 0 };
  #effectBytes = 0;
  readonly #answered: Readonly<Record<'client' | 'query' | 'write', DurationBatch>>;

  constructor(metrics: ReplicaMetrics, stopwatch: Stopwatch, spans: Spans = noSpans) {
    const m = metrics;
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
      prepare: new DurationBatch(stopwatch, m.prepareLatency),
      commit: new DurationBatch(stopwatch, m.commitLatency),
      roundTrip: new DurationBatch(stopwatch, m.consensusRtt),
    };
    this.#answered = {
      client: new DurationBatch(stopwatch, m.clientLatency),
      query: new DurationBatch(stopwatch, m.queryDuration, 'seconds'),
      write: new DurationBatch(stopwatch, m.writeDuration, 'seconds'),
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
    this.heartbeatRtt = resolved((peer) => m.heartbeatRtt.with({ peer: String(peer) }));
    this.networkLatency = resolved((peer) => m.networkLatency.with({ peer: String(peer) }));
    this.repairEwma = resolved((peer) => m.repairEwmaLatency.with({ peer: String(peer) }));
    this.#sentBytes = resolved((peer: number) =>
      resolved((message_type: MessageType) =>
        m.networkSentBytes.with({ message_type, peer: String(peer) }),
      ),
    );
    this.#receivedBytes = resolved((peer: number) =>
      resolved((message_type: MessageType) =>
        m.networkReceivedBytes.with({ message_type, peer: String(peer) }),
      ),
    );
    this.#tenantEntries = Array.from({ length: tenants }, (_, tenant) =>
      m.tenantLogEntries.with({ tenant_id: `tenant-${tenant}` }),
    );
    const requests = (method: string) => ({
      success: m.requests.with({ method, status: 'success' }),
      error: m.requests.with({ method, status: 'error' }),
    });
    this.#requests = { query: requests('query'), write: requests('write') };
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

  /** Said once after every batch. */
  logIs(op: number, commit: number): void {
    this.#recordAppended();
    this.metrics.opNumber.set(op);
    this.metrics.projectionLag.set(op - commit);
  }

  /** Said with every tick: it changes all the time, and a little. */
  logSizeIs(entries: number, bytes: number): void {
    const { metrics: m } = this;
    m.logEntryCount.set(entries);
    m.logSize.set(bytes);
    m.kmbLogSize.set(bytes);
  }

  /** An entry is in the log; counted when that is next told of, with all of its batch. */
  appended(body: string, bytes: number): void {
    this.#appendedBytes += bytes;
    const tenant = tenantOf(body);
    this.#appended[tenant]!++;
    if (this.#seenTenants.has(tenant)) return;
    this.#seenTenants.add(tenant);
    this.metrics.activeTenants.set(this.#seenTenants.size);
  }

  #recordAppended(): void {
    // An entry without a body has bytes too.
    if (this.#appendedBytes === 0) return;
    const { metrics: m } = this;
    let entries = 0;
    for (let tenant = 0; tenant < tenants; tenant++) {
      const own = this.#appended[tenant]!;
      if (own > 0) this.#tenantEntries[tenant]!.inc(own);
      entries += own;
    }
    m.logEntries.inc(entries);
    m.logBytes.inc(this.#appendedBytes);
    this.allocated.logAppend.inc(this.#appendedBytes);
    this.#appended.fill(0);
    this.#appendedBytes = 0;
  }

  /** An operation was applied; counted with all that are committed together. */
  applied({ status, result }: Outcome): void {
    this.#applied[status]++;
    this.#effectBytes += result.length;
  }

  /** So many entries were committed and applied together, up to `commit`. */
  committed(commit: number, entries: number): void {
    const { metrics: m } = this;
    const { success, failure } = this.#applied;
    m.commitNumber.set(commit);
    m.projectionAppliedPosition.set(commit);
    m.consensusCommits.inc(entries);
    if (success > 0) this.#operations.success.inc(success);
    if (failure > 0) this.#operations.failure.inc(failure);
    this.allocated.stateMachineEffects.inc(this.#effectBytes);
    this.#applied.success = 0;
    this.#applied.failure = 0;
    this.#effectBytes = 0;
  }

  /** Clients were sent their answers to requests that arrived at `arrived`. */
  answered(requests: readonly AnsweredRequest[]): void {
    const counts = { query: { success: 0, error: 0 }, write: { success: 0, error: 0 } };
    for (const { body, outcome, arrived } of requests) {
      const method = isQuery(body) ? 'query' : 'write';
      counts[method][outcome.status === 'success' ? 'success' : 'error']++;
      this.#answered.client.add(arrived);
      this.#answered[method].add(arrived);
    }
    for (const method of ['query', 'write'] as const) {
      const { success, error } = counts[method];
      if (success > 0) this.#requests[method].success.inc(success);
      if (error > 0) this.#requests[method].error.inc(error);
    }
    const now = this.stopwatch.now();
    this.#answered.client.end(now);
    this.#answered.query.end(now);
    this.#answered.write.end(now);
  }

  sent(messages: readonly Outgoing[]): void {
    countRuns(messages, ({ message }) => message.type, this.#sent);
  }

  received(messages: readonly Message[]): void {
    countRuns(messages, ({ type }) => type, this.#received);
  }

  /** So many messages became so many bytes since `start`: each has its share of the time. */
  serialized(start: number, messages: number, bytes: number): void {
    const { stopwatch, metrics } = this;
    const share = (stopwatch.now() - start) / messages;
    stopwatch.record(metrics.messageSerialization, start, start + share, 'ms', messages);
    this.allocated.messageSerialize.inc(bytes);
  }

  viewChangeStarted(reason: ViewChangeReason): void {
    this.viewChanges(reason).inc();
    this.metrics.consensusViewChanges.inc();
  }

  sentBytes(peer: number, type: MessageType, bytes: number): void {
    this.#sentBytes(peer)(type).inc(bytes);
  }

  receivedBytes(peer: number, type: MessageType, bytes: number): void {
    this.#receivedBytes(peer)(type).inc(bytes);
  }
}
