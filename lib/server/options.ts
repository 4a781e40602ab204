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

function warn(error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.emitWarning(`vsr-metrics server: ${text}`, 'VsrMetricsWarning');
}
