// startServer: everything over HTTP, in one call.

import { createEndpoints } from './handler.js';
import { Listener } from './listener.js';
import { checkOption, resolveHandlerOptions, type ServerOptions } from './options.js';

/** A server that runs. */
export interface RunningServer {
  /** Where the metrics are: `http://127.0.0.1:9090/metrics`. */
  readonly url: string;
  readonly port: number;
  readonly address: string;
  /** Stops listening, lets answers that are on their way get there, and ends. */
  close(): Promise<void>;
  /** Lets the process end although the server runs. */
  unref(): void;
}

/**
 * Starts a server for metrics, health, status and the live page. It listens on the loopback address
 * unless told otherwise, and keeps the process alive until it is closed, as servers do.
 *
 * @example
 * ```ts
 * import { startServer } from 'vsr-metrics/server';
 *
 * const server = await startServer({ registry, port: 9090 });
 * console.log(server.url); // http://127.0.0.1:9090/metrics
 * process.once('SIGTERM', () => void server.close());
 * ```
 * @throws ServerError when an option makes no sense, or nothing can listen there
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { port: wanted = 9090, host = '127.0.0.1' } = options;
  checkOption('port', wanted, 0, 65_535);
  const resolved = resolveHandlerOptions(options);
  const listener = new Listener(createEndpoints(options, resolved));
  const { address, family, port } = await listener.listen({ port: wanted, host });
  const shown = family === 'IPv6' ? `[${address}]` : address;
  return {
    url: `http://${shown}:${port}${resolved.path}`,
    port,
    address,
    close: () => listener.close(1000),
    unref: () => listener.unref(),
  };
}
