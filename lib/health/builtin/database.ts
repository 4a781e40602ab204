// A database that tells how it does: whether it answers, and how fast.
//
//   health.add('database', databaseCheck(monitored, { degradedQueryP99Ms: 200 }));

import type { HealthCheck } from '../run-check.js';
import {
  above,
  checkOptionsOf,
  findingOf,
  limit,
  misfit,
  type Remark,
  rounded,
  timed,
} from './limits.js';
import type { MonitoredDatabase } from './monitored-database.js';

/** What `databaseCheck` takes besides the database; nothing is needed. */
export interface DatabaseCheckOptions {
  /** For the database to tell its metrics: 1,000 unless told otherwise. */
  readonly degradedMs?: number;
  /** The 99th percentile of its queries; no limit unless told otherwise. */
  readonly degradedQueryP99Ms?: number;
}

const checkOptions = checkOptionsOf<DatabaseCheckOptions>('database', {
  degradedMs: limit,
  degradedQueryP99Ms: limit,
});

/**
 * A check of a database that can be asked for its metrics. One that does not answer is unhealthy.
 *
 * @example
 * ```ts
 * import { createHealthChecks, databaseCheck } from 'vsr-metrics/health';
 *
 * const check = databaseCheck({
 *   getDatabaseMetrics: async () => ({
 *     activeConnections: 10,
 *     totalConnections: 15,
 *     uptimeSeconds: 3600,
 *     version: '1.2.3',
 *   }),
 * });
 * createHealthChecks().add('database', check);
 * ```
 * @throws HealthError when an option does not fit
 */
export function databaseCheck(
  database: Pick<MonitoredDatabase, 'getDatabaseMetrics'> & Partial<MonitoredDatabase>,
  options: DatabaseCheckOptions = {},
): HealthCheck {
  checkOptions(options);
  const { degradedMs = 1000, degradedQueryP99Ms } = options;
  if (typeof database?.getDatabaseMetrics !== 'function') {
    throw misfit('database', 'database', typeof database, 'an object with getDatabaseMetrics()');
  }
  return async () => {
    const { value, ms } = await timed(() => database.getDatabaseMetrics());
    const queries = await database.getQueryMetrics?.();
    const remarks: Remark[] = [
      above(ms, degradedMs, undefined, `it answered in ${rounded(ms)} ms`),
    ];
    const p99 = queries?.p99QueryLatencyMs;
    if (p99 !== undefined) {
      const message = `99 % of the queries took at most ${p99} ms`;
      remarks.push(above(p99, degradedQueryP99Ms, undefined, message));
    }
    return findingOf(remarks, {
      response_time_ms: rounded(ms),
      active_connections: value.activeConnections,
      total_connections: value.totalConnections,
      uptime_seconds: value.uptimeSeconds,
      version: value.version,
      ...(p99 !== undefined && { p99_query_latency_ms: p99 }),
    });
  };
}
