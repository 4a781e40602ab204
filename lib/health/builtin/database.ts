// A database that tells how it does: whether it answers, and how fast.
//
//   health.add('database', databaseCheck(monitored, { degradedQueryP99Ms: 200 }));

import type { HealthCheck } from '../run-check.js';
import { type AnswerOptions, answerKinds, answerOf } from './answer.js';
import { above, checkOptionsOf, findingOf, limit, misfit } from './limits.js';
import type { MonitoredDatabase } from './monitored-database.js';

/** What `databaseCheck` takes besides the database; nothing is needed. */
export interface DatabaseCheckOptions extends AnswerOptions {
  /** The 99th percentile of its queries; no limit unless told otherwise. */
  readonly degradedQueryP99Ms?: number;
}

const checkOptions = checkOptionsOf<DatabaseCheckOptions>('database', {
  ...answerKinds,
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
  const { degradedQueryP99Ms } = options;
  if (typeof database?.getDatabaseMetrics !== 'function') {
    throw misfit('database', 'database', typeof database, 'an object with getDatabaseMetrics()');
  }
  return async () => {
    const { value, remarks, details } = await answerOf(
      () => database.getDatabaseMetrics(),
      options,
    );
    const queries = await database.getQueryMetrics?.();
    const p99 = queries?.p99QueryLatencyMs;
    if (p99 !== undefined) {
      const message = `99 % of the queries took at most ${p99} ms`;
      remarks.push(above(p99, degradedQueryP99Ms, undefined, message));
    }
    return findingOf(remarks, {
      ...details,
      active_connections: value.activeConnections,
      total_connections: value.totalConnections,
      uptime_seconds: value.uptimeSeconds,
      version: value.version,
      ...(p99 !== undefined && { p99_query_latency_ms: p99 }),
    });
  };
}
