// What a replica records. Its handlers call this where something happens; recorders are resolved
// once, in the constructor, so that a handler only stores numbers.
//
//   const instrumentation = new Instrumentation(registry.metrics, registryStopwatch(registry));
//   instrumentation.operations.success.inc();
//   instrumentation.viewIs(7, 1);        // one fact, several families: set in one place
//
// Families that stand for themselves are used directly, as `instrumentation.metrics.quorumSize`.

import type { Counter, Histogram, LastGauge, Metrics } from 'vsr-metrics';
import type { kimberlite, vsr } from 'vsr-metrics/catalogues';
import { isQuery, type Outcome, tenantOf, tenants } from '../machine/ledger.js';
import type { Rejection } from '../messages/contradictions.js';
import type { MessageType } from '../messages/messages.js';
import { type Configuration, isJoint, quorumSize, votersOf } from '../replica/configuration.js';
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

export class Instrumentation {
  readonly metrics: ReplicaMetrics;
  readonly stopwatch: Stopwatch;
  readonly spans: Spans;
  readonly operations: Readonly<Record<Outcome['status'], Counter>>;
  readonly repairs: Readonly<Record<'success' | 'failure', Counter>>;
  readonly checksumFailures: Readonly<Record<'log' | 'superblock', Counter>>;
  readonly allocated: {
    readonly logAppend: Counter;
    readonly messageSerialize: Counter;
    readonly stateMachineEffects: Counter;
    readonly repairBuffer: Counter;
  };
  readonly sent: (type: MessageType) => Counter;
  readonly received: (type: MessageType) => Counter;
  readonly rejected: (reason: Rejection) => Counter;
  readonly viewChanges: (reason: ViewChangeReason) => Counter;
  readonly heartbeatRtt: (peer: number) => Histogram;
  readonly networkLatency: (peer: number) => Histogram;
  readonly repairEwma: (peer: number) => LastGauge;
  readonly #sentBytes: (peer: number) => (type: MessageType) => Counter;
  readonly #receivedBytes: (peer: number) => (type: MessageType) => Counter;
  readonly #tenantEntries: readonly Counter[];
  readonly #requests: Readonly<Record<'query' | 'write', Record<'success' | 'error', Counter>>>;
  readonly #seenTenants = new Set<number>();

  constructor(metrics: ReplicaMetrics, stopwatch: Stopwatch, spans: Spans = noSpans) {
    const m = metrics;
    this.metrics = m;
    this.stopwatch = stopwatch;
    this.spans = spans;
    this.operations = {
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
    this.allocated = {
      logAppend: m.allocatedBytes.with({ site: 'log_append' }),
      messageSerialize: m.allocatedBytes.with({ site: 'message_serialize' }),
      stateMachineEffects: m.allocatedBytes.with({ site: 'state_machine_effects' }),
      repairBuffer: m.allocatedBytes.with({ site: 'repair_buffer' }),
    };
    this.sent = resolved((message_type) => m.messagesSent.with({ message_type }));
    this.received = resolved((message_type) => m.messagesReceived.with({ message_type }));
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

  logIs(op: number, commit: number, entries: number, bytes: number): void {
    const { metrics: m } = this;
    m.opNumber.set(op);
    m.logEntryCount.set(entries);
    m.logSize.set(bytes);
    m.kmbLogSize.set(bytes);
    m.projectionLag.set(op - commit);
  }

  /** An entry is in the log. */
  appended(body: string, bytes: number): void {
    const { metrics: m } = this;
    m.logEntries.inc();
    m.logBytes.inc(bytes);
    this.allocated.logAppend.inc(bytes);
    const tenant = tenantOf(body);
    this.#tenantEntries[tenant]!.inc();
    if (this.#seenTenants.has(tenant)) return;
    this.#seenTenants.add(tenant);
    m.activeTenants.set(this.#seenTenants.size);
  }

  committed(commit: number, op: number): void {
    const { metrics: m } = this;
    m.commitNumber.set(commit);
    m.projectionAppliedPosition.set(commit);
    m.projectionLag.set(op - commit);
    m.consensusCommits.inc();
  }

  /** An operation was applied. */
  applied(outcome: Outcome): void {
    this.operations[outcome.status].inc();
    this.allocated.stateMachineEffects.inc(outcome.result.length);
  }

  /** A client got its answer to a request that arrived at `arrived`. */
  answered(body: string, outcome: Outcome, arrived: number): void {
    const { metrics: m, stopwatch } = this;
    stopwatch.record(m.clientLatency, arrived);
    const method = isQuery(body) ? 'query' : 'write';
    this.#requests[method][outcome.status === 'success' ? 'success' : 'error'].inc();
    stopwatch.record(method === 'query' ? m.queryDuration : m.writeDuration, arrived, 'seconds');
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
