// Records what happens with every batch: under the names of VSR, and the same under Kimberlite's.

import type { Counter, Histogram } from 'vsr-metrics';
import { type ConsensusSource, consensusSource } from 'vsr-metrics/cluster';
import { type Outcome, tenants } from '../machine/ledger.js';
import type { MessageType } from '../messages/messages.js';
import type { BatchEvents, Ending, Method } from './batch-events.js';
import { byName, byNumber } from './known.js';
import type { ReplicaMetrics } from './replica-metrics.js';
import type { Stopwatch } from './stopwatch.js';

/** A tenant that had no entry for so long is not active. */
export const activeForMs = 60_000;

/** The counters of messages of one type. */
interface MessageCounters {
  readonly received: Counter;
  readonly sent: Counter;
  readonly receivedBytes: (peer: number) => Counter;
  readonly sentBytes: (peer: number) => Counter;
}

export class BatchMetrics implements BatchEvents {
  readonly #metrics: ReplicaMetrics;
  readonly #stopwatch: Stopwatch;
  readonly #messages: (type: MessageType) => MessageCounters;
  readonly #networkLatency: (peer: number) => Histogram;
  readonly #allocated: Readonly<Record<'log' | 'messages' | 'effects', Counter>>;
  readonly #source: ConsensusSource;
  readonly #requests: Readonly<Record<Method, Readonly<Record<Outcome['status'], Counter>>>>;
  readonly #entriesOfTenants: readonly Counter[];
  /** When each tenant's last entry was recorded. */
  readonly #seenTenants = new Float64Array(tenants).fill(Number.NEGATIVE_INFINITY);
  #now = 0;

  constructor(metrics: ReplicaMetrics, stopwatch: Stopwatch) {
    const m = metrics;
    this.#metrics = m;
    this.#stopwatch = stopwatch;
    this.#messages = byName((message_type) => ({
      received: m.messagesReceived.with({ message_type }),
      sent: m.messagesSent.with({ message_type }),
      receivedBytes: byNumber((peer) =>
        m.networkReceivedBytes.with({ message_type, peer: String(peer) }),
      ),
      sentBytes: byNumber((peer) => m.networkSentBytes.with({ message_type, peer: String(peer) })),
    }));
    this.#networkLatency = byNumber((peer) => m.networkLatency.with({ peer: String(peer) }));
    this.#allocated = {
      log: m.allocatedBytes.with({ site: 'log_append' }),
      messages: m.allocatedBytes.with({ site: 'message_serialize' }),
      effects: m.allocatedBytes.with({ site: 'state_machine_effects' }),
    };
    this.#source = consensusSource(m);
    const requests = (method: Method) => ({
      success: m.requests.with({ method, status: 'success' }),
      failure: m.requests.with({ method, status: 'error' }),
    });
    this.#requests = { query: requests('query'), write: requests('write') };
    this.#entriesOfTenants = Array.from({ length: tenants }, (_, tenant) =>
      m.tenantLogEntries.with({ tenant_id: `tenant-${tenant}` }),
    );
  }

  /** Milliseconds, to know which tenants are active: those with an entry within the last minute. */
  timeIs(now: number): void {
    this.#now = now;
    const active = this.#seenTenants.filter((at) => now - at <= activeForMs);
    this.#metrics.activeTenants.set(active.length);
  }

  received(type: MessageType, messages: number): void {
    this.#messages(type).received.inc(messages);
  }

  sent(type: MessageType, messages: number): void {
    if (messages > 0) this.#messages(type).sent.inc(messages);
  }

  arrived(peer: number, type: MessageType, bytes: number, sentAt: number, at: number): void {
    this.#stopwatch.record(this.#networkLatency(peer), sentAt, at);
    this.#messages(type).receivedBytes(peer).inc(bytes);
  }

  departed(peer: number, type: MessageType, bytes: number): void {
    this.#messages(type).sentBytes(peer).inc(bytes);
  }

  serialized(start: number, end: number, bytes: number): void {
    this.#record(this.#metrics.messageSerialization, start, end, 1);
    this.#allocated.messages.inc(bytes);
  }

  appended(bytes: number): void {
    this.#allocated.log.inc(bytes);
  }

  written(tenant: number | undefined, entries: number, bytes: number): void {
    this.#source.written(entries, bytes);
    if (tenant === undefined) return;
    this.#entriesOfTenants[tenant]!.inc(entries);
    this.#seenTenants[tenant] = this.#now;
  }

  prepared(sent: number, decided: number, entries: number): void {
    this.#record(this.#metrics.prepareLatency, sent, decided, entries);
  }

  announced(sent: number, decided: number, told: number, entries: number): void {
    this.#record(this.#metrics.commitLatency, decided, told, entries);
    this.#record(this.#metrics.consensusRtt, sent, told, entries);
  }

  applied(bytes: number): void {
    this.#allocated.effects.inc(bytes);
  }

  committed(operations: number): void {
    this.#source.committed(operations);
  }

  answered(method: Method, ending: Ending, arrived: number, at: number, requests: number): void {
    const { clientLatency, queryDuration, writeDuration } = this.#metrics;
    const duration = method === 'query' ? queryDuration : writeDuration;
    this.#record(clientLatency, arrived, at, requests);
    this.#stopwatch.record(duration, arrived, at, 'seconds', requests);
    if (ending !== 'late') this.#requests[method][ending].inc(requests);
  }

  #record(histogram: Histogram, start: number, end: number, times: number): void {
    this.#stopwatch.record(histogram, start, end, 'ms', times);
  }
}
