// Records what happens with every batch: under the names of VSR, and the same under Kimberlite's.

import type { Counter, Histogram } from 'vsr-metrics';
import { type Outcome, tenants } from '../machine/ledger.js';
import type { MessageType } from '../messages/messages.js';
import type { BatchEvents, Method } from './batch-events.js';
import { byName, byNumber } from './known.js';
import type { ReplicaMetrics } from './replica-metrics.js';
import type { Stopwatch } from './stopwatch.js';

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
  readonly #operations: Readonly<Record<Outcome['status'], Counter>>;
  readonly #requests: Readonly<Record<Method, Readonly<Record<Outcome['status'], Counter>>>>;
  readonly #entriesOfTenants: readonly Counter[];
  readonly #seenTenants = new Set<number>();

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
    this.#operations = {
      success: m.operations.with({ status: 'success' }),
      failure: m.operations.with({ status: 'failure' }),
    };
    const requests = (method: Method) => ({
      success: m.requests.with({ method, status: 'success' }),
      failure: m.requests.with({ method, status: 'error' }),
    });
    this.#requests = { query: requests('query'), write: requests('write') };
    this.#entriesOfTenants = Array.from({ length: tenants }, (_, tenant) =>
      m.tenantLogEntries.with({ tenant_id: `tenant-${tenant}` }),
    );
  }

  received(type: MessageType, messages: number): void {
    this.#messages(type).received.inc(messages);
  }

  sent(type: MessageType, messages: number): void {
    this.#messages(type).sent.inc(messages);
  }

  arrived(peer: number, type: MessageType, bytes: number, sentAt: number, at: number): void {
    this.#stopwatch.record(this.#networkLatency(peer), sentAt, at);
    this.#messages(type).receivedBytes(peer).inc(bytes);
  }

  departed(peer: number, type: MessageType, bytes: number): void {
    this.#messages(type).sentBytes(peer).inc(bytes);
  }

  serialized(start: number, end: number, messages: number, bytes: number): void {
    const share = (end - start) / messages;
    this.#record(this.#metrics.messageSerialization, start, start + share, messages);
    this.#allocated.messages.inc(bytes);
  }

  appended(tenant: number, entries: number, bytes: number): void {
    const { logEntries, logBytes, activeTenants } = this.#metrics;
    this.#allocated.log.inc(bytes);
    logBytes.inc(bytes);
    logEntries.inc(entries);
    this.#entriesOfTenants[tenant]!.inc(entries);
    if (this.#seenTenants.has(tenant)) return;
    this.#seenTenants.add(tenant);
    activeTenants.set(this.#seenTenants.size);
  }

  written(bytes: number): void {
    this.#metrics.bytesWritten.inc(bytes);
  }

  prepared(sent: number, decided: number, entries: number): void {
    this.#record(this.#metrics.prepareLatency, sent, decided, entries);
  }

  announced(sent: number, decided: number, told: number, entries: number): void {
    this.#record(this.#metrics.commitLatency, decided, told, entries);
    this.#record(this.#metrics.consensusRtt, sent, told, entries);
  }

  applied(status: Outcome['status'], operations: number, bytes: number): void {
    this.#operations[status].inc(operations);
    this.#allocated.effects.inc(bytes);
  }

  committed(entries: number): void {
    this.#metrics.consensusCommits.inc(entries);
  }

  answered(
    method: Method,
    status: Outcome['status'],
    arrived: number,
    at: number,
    requests: number,
  ): void {
    const { clientLatency, queryDuration, writeDuration } = this.#metrics;
    const duration = method === 'query' ? queryDuration : writeDuration;
    this.#record(clientLatency, arrived, at, requests);
    this.#stopwatch.record(duration, arrived, at, 'seconds', requests);
    this.#requests[method][status].inc(requests);
  }

  #record(histogram: Histogram, start: number, end: number, times: number): void {
    this.#stopwatch.record(histogram, start, end, 'ms', times);
  }
}
