// What Kimberlite counts of a replica. Vsr's own counters are stepped where something happens; these
// say the same under other names, and for each tenant. They are collected in plain numbers and
// recorded with every tick: a replica that is killed takes what it did since the last one along.

import type { Counter } from 'vsr-metrics';
import { tenantOf, tenants } from '../machine/ledger.js';
import type { ReplicaMetrics } from './instrumentation.js';

/** Requests that were answered together. */
export interface AnsweredCounts {
  readonly queries: number;
  readonly failedQueries: number;
  readonly writes: number;
  readonly failedWrites: number;
}

/**
 * @example
 * const counts = new KimberliteCounts(registry.metrics);
 * counts.appended(clientId, 256);
 * counts.committed(1);
 * counts.record(); // with every tick
 */
export class KimberliteCounts {
  readonly #metrics: ReplicaMetrics;
  readonly #tenantEntries: readonly Counter[];
  readonly #requests: Readonly<Record<keyof AnsweredCounts, Counter>>;
  /** Entries since the last tick, by tenant. */
  readonly #entries = new Uint32Array(tenants);
  readonly #seenTenants = new Uint8Array(tenants);
  #bytes = 0;
  #commits = 0;
  #queries = 0;
  #failedQueries = 0;
  #writes = 0;
  #failedWrites = 0;

  constructor(metrics: ReplicaMetrics) {
    this.#metrics = metrics;
    this.#tenantEntries = Array.from({ length: tenants }, (_, tenant) =>
      metrics.tenantLogEntries.with({ tenant_id: `tenant-${tenant}` }),
    );
    this.#requests = {
      queries: metrics.requests.with({ method: 'query', status: 'success' }),
      failedQueries: metrics.requests.with({ method: 'query', status: 'error' }),
      writes: metrics.requests.with({ method: 'write', status: 'success' }),
      failedWrites: metrics.requests.with({ method: 'write', status: 'error' }),
    };
  }

  appended(client: number, bytes: number): void {
    this.#entries[tenantOf(client)]!++;
    this.#bytes += bytes;
  }

  committed(entries: number): void {
    this.#commits += entries;
  }

  answered({ queries, failedQueries, writes, failedWrites }: AnsweredCounts): void {
    this.#queries += queries;
    this.#failedQueries += failedQueries;
    this.#writes += writes;
    this.#failedWrites += failedWrites;
  }

  record(): void {
    const { logEntries, logBytes, consensusCommits, activeTenants } = this.#metrics;
    let entries = 0;
    for (let tenant = 0; tenant < tenants; tenant++) {
      const own = this.#entries[tenant]!;
      if (own === 0) continue;
      entries += own;
      this.#entries[tenant] = 0;
      this.#seenTenants[tenant] = 1;
      this.#tenantEntries[tenant]!.inc(own);
    }
    activeTenants.set(this.#seenTenants.reduce((sum, seen) => sum + seen, 0));
    logEntries.inc(entries);
    logBytes.inc(this.#bytes);
    consensusCommits.inc(this.#commits);
    this.#requests.queries.inc(this.#queries);
    this.#requests.failedQueries.inc(this.#failedQueries);
    this.#requests.writes.inc(this.#writes);
    this.#requests.failedWrites.inc(this.#failedWrites);
    this.#bytes = 0;
    this.#commits = 0;
    this.#queries = 0;
    this.#failedQueries = 0;
    this.#writes = 0;
    this.#failedWrites = 0;
  }
}
