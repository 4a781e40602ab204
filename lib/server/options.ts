// What servers and handlers take, and what is taken where nothing is said.

import { basename } from 'node:path';
import { type ClusterOptions, clusterKinds } from '../catalogues/cluster/watch.js';
import { type HealthWord, type Preset, presetKind } from '../catalogues/preset.js';
import type { ServerError } from '../core/errors.js';
import {
  checkOption,
  either,
  flag,
  group,
  type Kind,
  type Kinds,
  listOf,
  milliseconds,
  objectWith,
  oneOf,
  optionsCheck,
  refusals,
  required,
  secret,
  text,
  whole,
} from '../core/options.js';
import { RegistryReader } from '../core/reading/reader.js';
import { type OnWarning, onWarningKind, tellErrors, warnerFor } from '../core/warnings.js';
import { programName } from '../dashboard/index.js';
import type { HealthSource, ServedRegistry, ServerSource } from './source.js';

/** What can be asked for, by what a handler calls it. */
export const endpointNames = ['metrics', 'live', 'ready', 'health', 'status', 'page'] as const;

/**
 * `metrics`; `live` and `ready`: `/health/live` and `/health/ready`; `health`: `/health` and
 * `/api/v1/health`; `status`: `/status`; `page`: the live page at `/` and its data at `/api/v1/`.
 */
export type EndpointName = (typeof endpointNames)[number];

/** What `createHandler` takes. */
export interface HandlerOptions {
  /** What is shown: a registry, or a reader of the file of one. */
  readonly registry?: ServedRegistry | undefined;
  /** Instead of a registry: anything else that gives snapshots. */
  readonly source?: ServerSource | undefined;
  /**
   * What is answered: everything by a server; `metrics`, `live` and `ready` by a handler, which leaves
   * all other paths to its application.
   */
  readonly endpoints?: readonly EndpointName[] | undefined;
  /** Stands before every path: `/internal`. Nothing unless told otherwise. */
  readonly basePath?: string | undefined;
  /** Where the metrics are: /metrics unless told otherwise. */
  readonly path?: string | undefined;
  /** Health checks, as `createHealthChecks` makes them. */
  readonly health?: HealthSource | undefined;
  /** What `/health` says of a check that is healthy: `ok` unless told otherwise, or `healthy`. */
  readonly healthWord?: HealthWord | undefined;
  /** The program's version, shown by `/health`. */
  readonly version?: string | undefined;
  /** Whose numbers the page shows: the name of the program unless told otherwise. */
  readonly title?: string | undefined;
  /** Whoever asks must show it, as a bearer token or as the password of basic authentication. */
  readonly token?: string | undefined;
  /** Answers `/health/live` and `/health/ready` without the token too, by their status alone. */
  readonly openProbes?: boolean | undefined;
  /**
   * Names under which requests are answered that show no token; `.internal` stands for all names
   * under it, `*` for any. A server answers besides to addresses, to `localhost`, to its option `host`
   * and to the names of its machine, and to nothing else; a handler answers to all unless it is told
   * some. With a token it makes no difference: a page on the web has none to show.
   */
  readonly allowedHosts?: readonly string[] | undefined;
  /** How long the event loop may stand still before `/health/live` says 503; 5,000 ms. */
  readonly stuckAfterMs?: number | undefined;
  /**
   * What the cluster is that is shown: how many members it should have, so that a missing one is
   * noticed, and how long one may be silent.
   */
  readonly cluster?: ClusterOptions | undefined;
  /** The longest URL that is read: 4,096 bytes. A longer one is answered by 414. */
  readonly urlBytes?: number | undefined;
  /** How many answers may be under way at the same time: 256. More are answered by 503. */
  readonly answersAtOnce?: number | undefined;
  /** Told of what went wrong; by default whoever the registry tells, else it is a warning of the process. */
  readonly onWarning?: OnWarning | undefined;
  /** What a catalogue's documents say of port, path and words: `kotoba.preset`. Other options win. */
  readonly preset?: Preset | undefined;
}

/** What `startServer` takes. */
export interface ServerOptions extends HandlerOptions {
  /** 9464, or as the preset has it, unless told otherwise; 0: a free one, which the server then names. */
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
  /**
   * Keeps the process alive until the server is closed. Otherwise it runs for as long as the program
   * does by itself.
   */
  readonly holdProcess?: boolean | undefined;
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
  readonly [Name in Exclude<
    keyof HandlerOptions,
    'registry' | 'source' | 'onWarning' | 'preset'
  >]-?: Name extends 'allowedHosts' | 'health' | 'version' | 'token'
    ? HandlerOptions[Name]
    : NonNullable<HandlerOptions[Name]>;
} & { readonly onError: (error: unknown) => void };

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

const pem = either(
  'text or a buffer, in PEM',
  text(),
  objectWith(['toString', 'subarray'], 'a buffer'),
);

const path = text('one that begins with / and has neither spaces nor ? nor #', /^\/[^\s?#]*$/);

export const handlerKinds: Kinds<HandlerOptions> = {
  registry: objectWith(['snapshot', 'history'], 'a registry, or a reader of one'),
  source: objectWith(['snapshot', 'history'], 'an object with snapshot() and history()'),
  endpoints: listOf(oneOf(endpointNames), 1),
  basePath: text('a path that begins with / and does not end with it', /^$|^(\/[^\s?#/]+)+$/),
  path,
  health: objectWith(['results'], 'what createHealthChecks returned'),
  healthWord: oneOf(['ok', 'healthy']),
  version: text(),
  title: text(),
  cluster: group<ClusterOptions>(clusterKinds),
  token: secret(text('visible ASCII characters without spaces', /^[\x21-\x7e]+$/)),
  openProbes: flag,
  allowedHosts: listOf(text('a name, .DOMAIN, or *', /^(\*|\.?[^\s/:*]+)$/)),
  stuckAfterMs: milliseconds,
  urlBytes: whole(16, 1 << 20),
  answersAtOnce: whole(1, 1_000_000),
  onWarning: onWarningKind,
  preset: presetKind,
};

const limit = whole(1, 86_400_000);

const serverKinds: Kinds<ServerOptions> = {
  ...handlerKinds,
  port: whole(0, 65_535),
  host: text('an address, as 127.0.0.1, ::1 or 0.0.0.0, or a name'),
  thread: flag,
  tls: group<ServerTls>({
    key: secret(required(pem)),
    cert: required(pem),
    passphrase: secret(text()),
    clientCa: pem,
  }),
  limits: group<ServerLimits>({
    headerBytes: limit,
    connections: limit,
    requestMs: limit,
    answerMs: limit,
    stalledMs: limit,
    idleMs: limit,
  }),
  reusePort: flag,
  holdProcess: flag,
  waitForPortMs: whole(0, 86_400_000),
};

/** @throws ServerError that names the option, what was given and what is allowed */
export const checkServerOptions = optionsCheck<ServerOptions>(
  'a server',
  refusals.server,
  serverKinds,
);

/** @throws ServerError that names the option, what was given and what is allowed */
export const checkHandlerOptions = optionsCheck<HandlerOptions>(
  'a handler',
  refusals.server,
  handlerKinds,
);

/** @throws ServerError when the value of one option does not fit */
export function checkServerOption(name: keyof ServerOptions, given: unknown): void {
  checkOption('a server', refusals.server, name, serverKinds[name] as Kind, given);
}

/** @throws ServerError where Node.js does not know it */
export function resolveListenOptions(options: ServerOptions): ListenOptions {
  const { preset, port = preset?.server?.port ?? 9464, host = '127.0.0.1', tls } = options;
  const { reusePort = false, waitForPortMs = 0 } = options;
  if (reusePort && !canReusePort()) {
    const node = `Node.js ${process.versions.node}`;
    throw refuse('reusePort', node, 'Node.js 22.12, 23.1 or newer; or waitForPortMs instead');
  }
  const limits = { ...defaultLimits, ...options.limits };
  return { port, host, tls, limits, reusePort, waitForPortMs };
}

function canReusePort(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12);
}

export function resolveHandlerOptions(
  options: HandlerOptions,
  usualEndpoints: readonly EndpointName[],
): ResolvedHandlerOptions {
  const { preset } = options;
  return {
    endpoints: options.endpoints ?? usualEndpoints,
    basePath: options.basePath ?? '',
    path: options.path ?? preset?.server?.path ?? '/metrics',
    health: options.health,
    healthWord: options.healthWord ?? preset?.server?.healthWord ?? 'ok',
    version: options.version,
    title: options.title ?? titleOf(options),
    cluster: options.cluster ?? {},
    token: options.token,
    openProbes: options.openProbes ?? false,
    allowedHosts: options.allowedHosts,
    stuckAfterMs: options.stuckAfterMs ?? 5000,
    urlBytes: options.urlBytes ?? 4096,
    answersAtOnce: options.answersAtOnce ?? 256,
    onError: tellErrors(
      warnerFor(options.registry, options.onWarning),
      'VSR_METRICS_SERVER',
      'server',
    ),
  };
}

/** Of a file that is read its name; of one's own registry the program's. */
function titleOf({ registry, source }: HandlerOptions): string {
  if (source !== undefined) return 'vsr-metrics';
  return registry instanceof RegistryReader ? basename(registry.file) : programName();
}

export function refuse(
  option: string,
  given: unknown,
  allowed: string | readonly string[],
): ServerError {
  const problem = `the option ${option} of a server does not fit`;
  return refusals.server({ problem, ...(given !== undefined && { given }), allowed });
}
