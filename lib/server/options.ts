// What servers and handlers take, and what is taken where nothing is said.

import { ServerError } from '../core/errors.js';
import type { HealthShape } from './health-documents.js';
import type { HealthSource, ServedRegistry, ServerSource } from './source.js';

/** What `createHandler` takes. */
export interface HandlerOptions {
  /** What is shown: a registry, or a reader of the file of one. */
  readonly registry?: ServedRegistry | undefined;
  /** Instead of a registry: anything else that gives snapshots. */
  readonly source?: ServerSource | undefined;
  /** Where the metrics are: /metrics unless told otherwise. */
  readonly path?: string | undefined;
  /** Health checks, as `createHealthChecks` makes them. */
  readonly health?: HealthSource | undefined;
  /**
   * Whose words `/health` is in: `streambus` says `ok` of a check that is healthy, `kalki` says
   * `healthy`. `streambus` unless told otherwise.
   */
  readonly healthShape?: HealthShape | undefined;
  /** The program's version, shown by `/health`. */
  readonly version?: string | undefined;
  /** The live page at `/` and its data: true unless told otherwise. */
  readonly dashboard?: boolean | undefined;
  /** Whoever asks must show it, as a bearer token or as the password of basic authentication. */
  readonly token?: string | undefined;
  /** Answers `/health/live` and `/health/ready` without the token too. */
  readonly openProbes?: boolean | undefined;
  /** How long the event loop may stand still before `/health/live` says 503; 5,000 ms. */
  readonly stuckAfterMs?: number | undefined;
  /** The longest URL that is read: 4,096 bytes. A longer one is answered by 414. */
  readonly urlBytes?: number | undefined;
  /** Told of what went wrong; by default it becomes a warning of the process. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** What `startServer` takes. */
export interface ServerOptions extends HandlerOptions {
  /** 9090 unless told otherwise; 0: a free one, which the server then names. */
  readonly port?: number | undefined;
  /** The address to listen on: 127.0.0.1, where only this machine gets at it, unless told otherwise. */
  readonly host?: string | undefined;
  /**
   * Serves from a thread of its own, so that a program whose event loop is stuck is answered for all
   * the same: true unless told otherwise, and never for a `source`, which lives in this thread.
   */
  readonly thread?: boolean | undefined;
  /** Speaks HTTPS. */
  readonly tls?: ServerTls | undefined;
  /** What clients may take up, at most. */
  readonly limits?: Partial<ServerLimits> | undefined;
  /**
   * Lets the next program listen on the port before this one has closed it; both must say so. Needs
   * Node.js 22.12 or 23.1.
   */
  readonly reusePort?: boolean | undefined;
  /** How long to wait for a port that another program still has: not at all unless told otherwise. */
  readonly waitForPortMs?: number | undefined;
}

/** Certificates, in PEM. */
export interface ServerTls {
  readonly key: string | Buffer;
  readonly cert: string | Buffer;
  readonly passphrase?: string | undefined;
  /** Only clients with a certificate of this authority are answered. */
  readonly clientCa?: string | Buffer | undefined;
}

export interface ServerLimits {
  /** Of all headers of a request: 16,384. More are answered by 431. */
  readonly headerBytes: number;
  /** At the same time: 512. Above it the one that has been idle for longest is closed. */
  readonly connections: number;
  /** Until a request has arrived, from its first byte on: 10,000. Then it is answered by 408. */
  readonly requestMs: number;
  /** Until a client has taken its answer: 60,000. The streams of the page have no such end. */
  readonly answerMs: number;
  /** How long a client may neither send nor take anything while it is served: 15,000. */
  readonly stalledMs: number;
  /** How long a connection is kept for the next request: 75,000. */
  readonly idleMs: number;
}

/** The same with everything decided, but for what is shown. */
export type ResolvedHandlerOptions = {
  readonly [Name in Exclude<keyof HandlerOptions, 'registry' | 'source'>]-?: Name extends
    | 'health'
    | 'version'
    | 'token'
    ? HandlerOptions[Name]
    : NonNullable<HandlerOptions[Name]>;
};

/** Where and how to listen: plain data. */
export interface ListenOptions {
  readonly port: number;
  readonly host: string;
  readonly tls: ServerTls | undefined;
  readonly limits: ServerLimits;
  readonly reusePort: boolean;
  readonly waitForPortMs: number;
}

const defaultLimits: ServerLimits = {
  headerBytes: 16_384,
  connections: 512,
  requestMs: 10_000,
  answerMs: 60_000,
  stalledMs: 15_000,
  idleMs: 75_000,
};

/** @throws ServerError that names the option, what was given and what is allowed */
export function resolveListenOptions(options: ServerOptions): ListenOptions {
  const { port = 9090, host = '127.0.0.1', tls, reusePort = false, waitForPortMs = 0 } = options;
  checkOption('port', port, 0, 65_535);
  checkOption('waitForPortMs', waitForPortMs, 0, 86_400_000);
  if (typeof host !== 'string' || host === '') {
    throw refuse('host', host, 'an address, as 127.0.0.1, ::1 or 0.0.0.0, or a name');
  }
  for (const name of Object.keys(options.limits ?? {})) {
    if (!Object.hasOwn(defaultLimits, name)) {
      throw refuse('limits', name, Object.keys(defaultLimits));
    }
  }
  const limits = { ...defaultLimits, ...options.limits };
  for (const [name, given] of Object.entries(limits)) {
    checkOption(`limits.${name}`, given, 1, 86_400_000);
  }
  if (reusePort && !canReusePort()) {
    const node = `Node.js ${process.versions.node}`;
    throw refuse('reusePort', node, 'Node.js 22.12, 23.1 or newer; or waitForPortMs instead');
  }
  return { port, host, tls, limits, reusePort, waitForPortMs };
}

function canReusePort(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12);
}

/** @throws ServerError that names the option, what was given and what is allowed */
export function resolveHandlerOptions(options: HandlerOptions): ResolvedHandlerOptions {
  const { path = '/metrics', healthShape = 'streambus', token } = options;
  const { stuckAfterMs = 5000, urlBytes = 4096 } = options;
  if (!/^\/[^\s?#]*$/.test(path)) {
    throw refuse('path', path, 'one that begins with / and has neither spaces nor ? nor #');
  }
  if (healthShape !== 'streambus' && healthShape !== 'kalki') {
    throw refuse('healthShape', healthShape, ['streambus', 'kalki']);
  }
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    // Not shown: it may well be the right one, with a line break behind it.
    throw refuse('token', undefined, 'visible ASCII characters without spaces');
  }
  checkOption('stuckAfterMs', stuckAfterMs, 1, 86_400_000);
  checkOption('urlBytes', urlBytes, 16, 1 << 20);
  return {
    path,
    healthShape,
    token,
    stuckAfterMs,
    urlBytes,
    health: options.health,
    version: options.version,
    dashboard: options.dashboard ?? true,
    openProbes: options.openProbes ?? false,
    onError: options.onError ?? warn,
  };
}

/** @throws ServerError unless it is a whole number within these */
export function checkOption(option: string, given: number, least: number, most: number): void {
  if (Number.isInteger(given) && given >= least && given <= most) return;
  throw refuse(option, given, `a whole number from ${least} to ${most}`);
}

export function refuse(
  option: string,
  given: unknown,
  allowed: string | readonly string[],
): ServerError {
  return new ServerError('VSR_METRICS_SERVER_OPTIONS', {
    problem: `the option ${option} of a server does not fit`,
    ...(given !== undefined && { given }),
    allowed,
  });
}

export function warn(error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.emitWarning(`vsr-metrics server: ${text}`, 'VsrMetricsWarning');
}
