// startServer: everything over HTTP, in one call.

import { createEndpoints } from './handler.js';
import { type CloseOptions, Listener } from './listener.js';
import {
  type ListenOptions,
  type ResolvedHandlerOptions,
  refuse,
  resolveHandlerOptions,
  resolveListenOptions,
  type ServerOptions,
} from './options.js';
import { checkShown } from './shown.js';
import { type Listening, ThreadedServer } from './threaded.js';

/** A server that runs. */
export interface RunningServer {
  /** Where the metrics are: `http://127.0.0.1:9090/metrics`. */
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
  /** Lets the process end although the server runs. */
  unref(): void;
}

/** What runs, in this thread or another. */
interface Engine {
  readonly closed: Promise<void>;
  listen(): Promise<Listening>;
  close(options: CloseOptions): Promise<void>;
  unref(): void;
}

/**
 * Starts a server for metrics, health, status and the live page, in a thread of its own: also while
 * this one is busy it answers, with fresh values. It listens on the loopback address unless told
 * otherwise, and keeps the process alive until it is closed, as servers do.
 *
 * @example
 * ```ts
 * import { startServer } from 'vsr-metrics/server';
 *
 * const server = await startServer({ registry, port: 9090 });
 * console.log(server.url); // http://127.0.0.1:9090/metrics
 * process.once('SIGTERM', () => void server.close({ readinessDelayMs: 5000 }));
 * ```
 * @throws ServerError when an option makes no sense, or nothing can listen there
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  checkShown(options);
  const handler = resolveHandlerOptions(options);
  const listen = resolveListenOptions(options);
  const engine = engineOf(options, handler, listen);
  const { address, port } = await engine.listen();
  const scheme = listen.tls === undefined ? 'http' : 'https';
  const shown = address.includes(':') ? `[${address}]` : address;
  return {
    url: `${scheme}://${shown}:${port}${handler.path}`,
    port,
    address,
    closed: engine.closed,
    close: (how = {}) => engine.close(how),
    unref: () => engine.unref(),
  };
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

  unref(): void {
    this.#listener.unref();
  }
}
