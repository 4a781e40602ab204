// The checks that suit most programs, under their usual names.
//
//   addDefaultChecks(health, { database, addresses: peers });

import { listOf, objectWith, optionsCheck, refusals, text } from '../../core/options.js';
import type { HealthChecks } from '../checks.js';
import { cpuCheck } from './cpu.js';
import { databaseCheck } from './database.js';
import { diskCheck } from './disk.js';
import { eventLoopCheck } from './event-loop.js';
import { memoryCheck } from './memory.js';
import type { MonitoredDatabase } from './monitored-database.js';
import { networkCheck } from './network.js';

/** What `addDefaultChecks` takes; nothing is needed. */
export interface DefaultChecksOptions {
  /** Something on the file system that matters: `/` unless told otherwise. */
  readonly path?: string;
  readonly database?: MonitoredDatabase;
  /** Of the other members of a cluster. */
  readonly addresses?: readonly string[];
}

const checkOptions = optionsCheck<DefaultChecksOptions>('addDefaultChecks', refusals.health, {
  path: text('a path'),
  database: objectWith(['getDatabaseMetrics'], 'an object with getDatabaseMetrics()'),
  addresses: listOf(text('HOST:PORT, [IPV6]:PORT or unix:/PATH'), 1),
});

/**
 * Adds `memory`, `disk`, `cpu` and `event_loop` with their usual limits; `database` and `network`
 * where it is told of them.
 *
 * @example
 * ```ts
 * import { addDefaultChecks, createHealthChecks } from 'vsr-metrics/health';
 *
 * const health = addDefaultChecks(createHealthChecks({ registry }), { path: '/var/lib/ledger' });
 * console.log((await health.run()).status);
 * ```
 * @throws HealthError when an option does not fit, or a check of one of these names is there
 */
export function addDefaultChecks(
  health: HealthChecks,
  options: DefaultChecksOptions = {},
): HealthChecks {
  checkOptions(options);
  const { path = '/', database, addresses } = options;
  health
    .add('memory', memoryCheck())
    .add('disk', diskCheck({ path }))
    .add('cpu', cpuCheck())
    .add('event_loop', eventLoopCheck());
  if (database !== undefined) health.add('database', databaseCheck(database));
  if (addresses !== undefined) health.add('network', networkCheck({ addresses }));
  return health;
}
