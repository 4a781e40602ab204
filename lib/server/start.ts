// startServer: everything over HTTP, in one call.

import { closeBefore } from '../core/dependents.js';
import { warnerFor } from '../core/warnings.js';
import { createEndpoints } from './handler.js';
import { type CloseOptions, checkCloseOptions, Listener } from './listener.js';
import {
  checkServerOptions,
  endpointNames,
  type ListenOptions,
  type ResolvedHandlerOptions,
  refuse,
  resolveHandlerOptions,
  resolveListenOptions,
  type ServerOptions,
} from './options.js';
import { checkShown } from './shown.js';
import { isServerThread } from './thread-messages.js';
import { type Listening, ThreadedServer } from './threaded.js';

/** A server that runs. */
export interface RunningServer {
  /** Where the metrics are: `http://127.0.0.1:9464/metrics`. */
  readonly url: string;
  readonly port: number;
  readonly address: string;
  /**
   * Settles when the server has ended: fulfilled after `close()`, rejected when its thread has ended
   * by itself and could not be started again.
   */
  readonly closed: Promise<void>;
  /**
   * Turns readiness to 503, waits `readinessDelayMs`, stops listening, lets answers that are on their
   * way get there for `drainMs`, and ends.
   */
  close(options?: CloseOptions): Promise<void>;
  /** Keeps the process alive until the server is closed, as the option `holdProcess` does. */
  ref(): void;
  /** Lets the process end although the server runs. */
  unref(): void;
  /** The same as `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** What runs, in this thread or another. */
interface Engine {
  readonly closed: Promise<void>;
  listen(): Promise<Listening>;
  close(options: CloseOptions): Promise<void>;
  ref(): void;
  unref(): void;
}

/**
 * Starts a server for metrics, health, status and the live page, in a thread of its own: also while
 * this one is busy it answers, with fresh values. It listens on the loopback address unless told
 * otherwise. It does not keep the process alive unless told to: metrics end with their program.
 *
 * @example
 * ```ts
 * import { startServer } from 'vsr-metrics/server';
 *
 * const server = await startServer({ registry, port: 9464 });
 * console.log(server.url); // http://127.0.0.1:9464/metrics
 * process.once('SIGTERM', () => void server.close({ readinessDelayMs: 5000 }));
 * ```
 * @throws ServerError when an option does not fit, or nothing can listen there
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  checkServerOptions(options);
  refuseOwnThread();
  checkShown(options);
  const listen = resolveListenOptions(options);
  const { host } = listen;
  const allowedHosts = [host, ...(options.allowedHosts ?? [])];
  const handler = resolveHandlerOptions({ ...options, allowedHosts }, endpointNames);
  const engine = engineOf(options, handler, listen);
  const { address, port } = await engine.listen();
  if (options.holdProcess !== true) engine.unref();
  warnOfOpenServer(options, host);
  const scheme = listen.tls === undefined ? 'http' : 'https';
  const shown = address.includes(':') ? `[${address}]` : address;
  const close = async (how: CloseOptions = {}) => {
    checkCloseOptions(how);
    return engine.close(how);
  };
  const server: RunningServer = {
    url: `${scheme}://${shown}:${port}${handler.basePath}${handler.path}`,
    port,
    address,
    closed: engine.closed,
    close,
    ref: () => engine.ref(),
    unref: () => engine.unref(),
    [Symbol.asyncDispose]: () => close(),
  };
  const { registry } = options;
  if (registry !== undefined) {
    const release = closeBefore(registry, 'servers', () => close());
    engine.closed.then(release, release);
  }
  shownBy.set(server, options.registry ?? options.source!);
  return server;
}

const shownBy = new WeakMap<object, object>();

/** What a server shows. */
export function shownByServer(server: object): object | undefined {
  return shownBy.get(server);
}

/** A file that is preloaded runs in every thread: in the server's own it would start another, and so on. */
function refuseOwnThread(): void {
  if (!isServerThread()) return;
  throw refuse('thread', 'the thread of a server', 'any other thread, from which it is started');
}

let hasWarned = false;

function warnOfOpenServer(options: ServerOptions, host: string): void {
  const { registry, token, tls, onWarning } = options;
  const isGuarded = token !== undefined || tls?.clientCa !== undefined;
  if (hasWarned || isGuarded || isLoopback(host)) return;
  hasWarned = true;
  warnerFor(
    registry,
    onWarning,
  )({
    code: 'VSR_METRICS_SERVER_OPEN',
    message:
      `the server of metrics on ${host} answers everyone who can reach it; a token keeps others out, ` +
      'and the host 127.0.0.1 keeps it on this machine',
  });
}

function isLoopback(host: string): boolean {
  return /^127(\.\d+){3}$/.test(host) || host === '::1' || host.toLowerCase() === 'localhost';
}

function engineOf(
  options: ServerOptions,
  handler: ResolvedHandlerOptions,
  listen: ListenOptions,
): Engine {
  const { registry, thread = registry !== undefined } = options;
  if (!thread) return new LocalServer(new Listener(createEndpoints(options, handler), listen));
  if (registry === undefined) {
    throw refuse('thread', true, 'false for a source: it lives in this thread');
  }
  const { health, onError, ...plain } = handler;
  if (health !== undefined && health.onResults === undefined) {
    throw refuse('health', 'one without onResults', 'what createHealthChecks returns');
  }
  return new ThreadedServer(registry, { handler: plain, listen }, health, onError);
}

/** In this thread. */
class LocalServer implements Engine {
  readonly closed: Promise<void>;
  readonly #listener: Listener;
  #end: () => void = () => undefined;
  #closing: Promise<void> | undefined;

  constructor(listener: Listener) {
    this.#listener = listener;
    this.closed = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  listen(): Promise<Listening> {
    return this.#listener.listen();
  }

  close(options: CloseOptions): Promise<void> {
    this.#closing ??= this.#listener.close(options).then(this.#end);
    return this.closed;
  }

  ref(): void {
    this.#listener.ref();
  }

  unref(): void {
    this.#listener.unref();
  }
}
