// Redis, and whatever speaks its protocol: whether it answers, how fast, and how full it is.
//
//   health.add('redis', redisCheck({ address: 'localhost:6379', password: 'secret' }));
//   health.add('redis', redisCheck({ client }));   // of ioredis or redis

import { objectWith, secret, text } from '../../core/options.js';
import type { HealthCheck } from '../run-check.js';
import { type Address, ask, parseAddress } from './address.js';
import { type AnswerOptions, answerKinds, answerOf } from './answer.js';
import { above, checkOptionsOf, findingOf, limit, misfit, rounded } from './limits.js';
import { encodeCommands, parseReplies, type Reply } from './redis-protocol.js';

/** What the check needs of a client; those of `ioredis` and `redis` have it. */
export interface RedisClient {
  ping(): Promise<unknown>;
  info?(section: string): Promise<unknown>;
}

/** What `redisCheck` takes; nothing is needed. */
export interface RedisCheckOptions extends AnswerOptions {
  /** A client that is connected; else the check connects on its own, each time it runs. */
  readonly client?: RedisClient;
  /** `HOST[:PORT]`, `[IPV6][:PORT]` or `unix:/PATH`: `localhost:6379` unless told otherwise. */
  readonly address?: string;
  readonly username?: string;
  readonly password?: string;
  /** Of `maxmemory`, where that is set: 90 unless told otherwise. */
  readonly degradedMemoryPercent?: number;
}

const checkOptions = checkOptionsOf<RedisCheckOptions>('redis', {
  client: objectWith(['ping'], 'an object with ping(), and then no address'),
  address: text('HOST:PORT, [IPV6]:PORT or unix:/PATH'),
  username: text(),
  password: secret(text()),
  ...answerKinds,
  degradedMemoryPercent: limit,
});

/**
 * A check that a Redis answers PING, and that its memory is not full.
 *
 * @example
 * ```ts
 * import { createHealthChecks, redisCheck } from 'vsr-metrics/health';
 *
 * createHealthChecks().add('redis', redisCheck({ address: 'cache:6379', degradedMs: 100 }));
 * ```
 * @throws HealthError when an option does not fit
 */
export function redisCheck(options: RedisCheckOptions = {}): HealthCheck {
  checkOptions(options);
  const { client, degradedMemoryPercent = 90 } = options;
  const answers = client === undefined ? byAddress(options) : byClient(client, options);
  return async (signal) => {
    const { value: memory, remarks, details } = await answerOf(() => answers(signal), options);
    const [used, most] = [numberIn(memory, 'used_memory'), numberIn(memory, 'maxmemory')];
    // No maxmemory is a maxmemory of 0.
    const percent = used !== undefined && most ? (100 * used) / most : undefined;
    if (percent !== undefined) {
      const message = `${rounded(percent)} % of maxmemory is used`;
      remarks.push(above(percent, degradedMemoryPercent, undefined, message));
    }
    return findingOf(remarks, {
      ...details,
      ...(used !== undefined && { used_memory_bytes: used }),
      ...(percent !== undefined && { used_memory_percent: rounded(percent) }),
    });
  };
}

/** Throws when it does not answer; gives what INFO says of its memory. */
type Answers = (signal: AbortSignal) => Promise<string>;

function byClient(
  client: RedisClient,
  { address, username, password }: RedisCheckOptions,
): Answers {
  if ((address ?? username ?? password) !== undefined) {
    throw misfit('redis', 'client', typeof client, 'an object with ping(), and then no address');
  }
  return async () => {
    await client.ping();
    return String((await client.info?.('memory')) ?? '');
  };
}

function byAddress({ address, username, password }: RedisCheckOptions): Answers {
  const place = parseAddress('redis', address ?? 'localhost:6379', 6379);
  if (username !== undefined && password === undefined) {
    throw misfit('redis', 'username', username, 'a username with a password');
  }
  const login = username === undefined ? [password] : [username, password];
  const commands = [
    ...(password === undefined ? [] : [['AUTH', ...(login as string[])]]),
    ['PING'],
    ['INFO', 'memory'],
  ];
  const request = encodeCommands(commands);
  return async (signal) => {
    const understood = (received: Buffer) => parseReplies(received, commands.length);
    const replies = await ask(place, request, understood, signal);
    for (const reply of replies.slice(0, -1)) failOnError(reply, place);
    // Not everybody may ask for the last; then it says nothing of memory.
    return replies.at(-1)!.text;
  };
}

function failOnError({ isError, text }: Reply, { text: place }: Address): void {
  if (isError) throw new Error(`${place} answered: ${text}`);
}

function numberIn(info: string, name: string): number | undefined {
  const digits = new RegExp(`^${name}:(\\d+)\\r?$`, 'm').exec(info)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
