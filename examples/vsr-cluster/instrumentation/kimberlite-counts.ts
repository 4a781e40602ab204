// What Kimberlite counts of a replica. Vsr's own counters are stepped where something happens; these
// say the same under other names, and for each tenant. They are collected in plain numbers and
// recorded with every tick: a replica that is killed takes what it did since the last one along.

import type { Counter } from 'vsr-metrics';
import { tenantOf, tenants } from '../machine/ledger.js';
import type { ReplicaMetrics } from './instrumentation.js';

const outcomes = ['queries', 'failedQueries', 'writes', 'failedWrites'] as const;

/** How many requests were answered together, and how. */
export type AnsweredCounts = Record<(typeof outcomes)[number], number>;

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
  readonly #answered: AnsweredCounts = { queries: 0, failedQueries: 0, writes: 0, failedWrites: 0 };
  /** Entries since the last tick, by tenant. */
  readonly #entries = new Uint32Array(tenants);
  readonly #seenTenants = new Set<number>();
  #bytes = 0;
  #commits = 0;

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

  answered(counts: Readonly<AnsweredCounts>): void {
    for (const outcome of outcomes) this.#answered[outcome] += counts[outcome];
  }

  record(): void {
    const { logEntries, logBytes, consensusCommits, activeTenants } = this.#metrics;
    let entries = 0;
    for (let tenant = 0; tenant < tenants; tenant++) {
      const own = this.#entries[tenant]!;
      if (own === 0) continue;
      entries += own;
      this.#entries[tenant] = 0;
      this.#seenTenants.add(tenant);
      this.#tenantEntries[tenant]!.inc(own);
    }
    activeTenants.set(this.#seenTenants.size);
    logEntries.inc(entries);
    logBytes.inc(this.#bytes);
    consensusCommits.inc(this.#commits);
    this.#bytes = 0;
    this.#commits = 0;
    for (const outcome of outcomes) {
      this.#requests[outcome].inc(this.#answered[outcome]);
      this.#answered[outcome] = 0;
    }
  }
}
