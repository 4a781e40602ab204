// PostgreSQL: whether it takes connections, or answers a query, and how fast.
//
//   health.add('postgres', postgresCheck({ address: 'localhost:5432' }));
//   health.add('postgres', postgresCheck({ client: pool }));   // of pg

import { objectWith, text } from '../../core/options.js';
import type { HealthCheck } from '../run-check.js';
import { ask, parseAddress } from './address.js';
import { type AnswerOptions, answerKinds, answerOf } from './answer.js';
import { above, checkOptionsOf, findingOf, misfit } from './limits.js';
import { encodeStartup, parseStartupAnswer } from './postgres-protocol.js';

/** What the check needs of a client; those of `pg`, and its pools, have it. */
export interface PostgresClient {
  query(text: string): Promise<unknown>;
  /** Of a pool. */
  readonly totalCount?: number;
  readonly idleCount?: number;
  readonly waitingCount?: number;
}

/** What `postgresCheck` takes; nothing is needed. */
export interface PostgresCheckOptions extends AnswerOptions {
  /** A client that is connected, or a pool; else the check connects on its own, each time it runs. */
  readonly client?: PostgresClient;
  /** `HOST[:PORT]`, `[IPV6][:PORT]` or `unix:/PATH`: `localhost:5432` unless told otherwise. */
  readonly address?: string;
  /** `postgres` unless told otherwise. It need not be let in: it is only asked for. */
  readonly user?: string;
  /** As the user unless told otherwise. */
  readonly database?: string;
}

const name = text('a name', /^[^\0]+$/);

const checkOptions = checkOptionsOf<PostgresCheckOptions>('postgres', {
  client: objectWith(['query'], 'an object with query(), and then no address'),
  address: text('HOST:PORT, [IPV6]:PORT or unix:/PATH'),
  user: name,
  database: name,
  ...answerKinds,
});

/**
 * A check of a PostgreSQL. With a client it runs `SELECT 1`; a pool in which somebody waits for a
 * connection is degraded. By address it begins to connect, without a password: to be asked for one,
 * or to be turned away, is to be answered; a server that is starting, stopping or full is unhealthy.
 *
 * @example
 * ```ts
 * import { createHealthChecks, postgresCheck } from 'vsr-metrics/health';
 *
 * createHealthChecks().add('postgres', postgresCheck({ address: 'db:5432', user: 'ledger' }));
 * ```
 * @throws HealthError when an option does not fit
 */
export function postgresCheck(options: PostgresCheckOptions = {}): HealthCheck {
  checkOptions(options);
  const { client } = options;
  const answers = client === undefined ? byAddress(options) : byClient(client, options);
  return async (signal) => {
    const { remarks, details } = await answerOf(() => answers(signal), options);
    const { totalCount, idleCount, waitingCount } = client ?? {};
    if (waitingCount !== undefined) {
      remarks.push(above(waitingCount, 1, undefined, `${waitingCount} wait for a connection`));
    }
    return findingOf(remarks, {
      ...details,
      ...(totalCount !== undefined && { pool_total: totalCount }),
      ...(idleCount !== undefined && { pool_idle: idleCount }),
      ...(waitingCount !== undefined && { pool_waiting: waitingCount }),
    });
  };
}

/** Throws when it does not answer. */
type Answers = (signal: AbortSignal) => Promise<unknown>;

function byClient(client: PostgresClient, options: PostgresCheckOptions): Answers {
  const more = options.address ?? options.user ?? options.database;
  if (more !== undefined) {
    throw misfit(
      'postgres',
      'client',
      typeof client,
      'an object with query(), and then no address',
    );
  }
  return () => client.query('SELECT 1');
}

function byAddress(options: PostgresCheckOptions): Answers {
  const place = parseAddress('postgres', options.address ?? 'localhost:5432', 5432);
  const { user = 'postgres', database = user } = options;
  const request = encodeStartup(user, database);
  return async (signal) => {
    const { problem } = await ask(place, request, parseStartupAnswer, signal);
    if (problem !== undefined) throw new Error(`${place.text} answered: ${problem}`);
  };
}
