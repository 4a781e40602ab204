// A server in this thread: sockets, limits, and an orderly end.
//
//   const listener = new Listener(endpoints, options);
//   const { port } = await listener.listen();
//   await listener.close({ readinessDelayMs: 0, drainMs: 5000 });

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, Server as NetServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { ServerError } from '../core/errors.js';
import { type Kinds, optionsCheck, refusals, whole } from '../core/options.js';
import { Connections } from '../http/connections.js';
import type { Endpoints } from './endpoints.js';
import { type ListenOptions, refuse, type ServerTls } from './options.js';

/** How a server ends. */
export interface CloseOptions {
  /**
   * How long it goes on answering while `/health/ready` says 503 already, so that whoever sends it
   * traffic notices before it is gone: not at all unless told otherwise.
   */
  readonly readinessDelayMs?: number | undefined;
  /** How long answers that are on their way may take to get there: 5,000 ms unless told otherwise. */
  readonly drainMs?: number | undefined;
}

export const defaultDrainMs = 5000;

export const closeKinds: Kinds<CloseOptions> = {
  readinessDelayMs: whole(0, 86_400_000),
  drainMs: whole(0, 86_400_000),
};

/** @throws ServerError when one does not fit */
export const checkCloseOptions = optionsCheck<CloseOptions>(
  'the end of a server',
  refusals.server,
  closeKinds,
);

export class Listener {
  readonly #endpoints: Endpoints;
  readonly #options: ListenOptions;
  readonly #server: Server;
  readonly #connections: Connections;
  #isClosing = false;

  /** @throws ServerError when the certificates are none */
  constructor(endpoints: Endpoints, options: ListenOptions) {
    this.#endpoints = endpoints;
    this.#options = options;
    this.#server = this.#create();
    const { connections, requestMs, stalledMs, idleMs } = options.limits;
    // Before what answers, which may have ended the response already.
    this.#connections = new Connections(this.#server, connections);
    this.#server.on('request', (request, response) => this.#answer(request, response));
    this.#server.headersTimeout = requestMs;
    this.#server.requestTimeout = requestMs;
    this.#server.keepAliveTimeout = idleMs;
    this.#server.timeout = stalledMs;
  }

  /** @throws ServerError when it cannot listen there */
  async listen(): Promise<AddressInfo> {
    const { port, host, reusePort, waitForPortMs } = this.#options;
    const end = performance.now() + waitForPortMs;
    for (;;) {
      try {
        // Older versions of Node.js, and their types, do not know it.
        this.#server.listen({ port, host, ...(reusePort && { reusePort }) });
        await once(this.#server, 'listening');
        // No more files for another connection, for one: it goes on when there are again.
        this.#server.on('error', (error) => this.#endpoints.report(error));
        return this.#server.address() as AddressInfo;
      } catch (error) {
        const reason = error as NodeJS.ErrnoException;
        const mayPass = reason.code === 'EADDRINUSE' && performance.now() < end;
        if (!mayPass) throw cannotListen(host, port, reason);
        await delay(50);
      }
    }
  }

  /** Readiness first, then the port, then those that are still served. */
  async close({ readinessDelayMs = 0, drainMs = defaultDrainMs }: CloseOptions): Promise<void> {
    this.#endpoints.beginShutdown();
    await delay(readinessDelayMs);
    const closed = once(this.#server, 'close');
    this.#isClosing = true;
    this.#endpoints.close();
    // Not as servers of HTTP do it: they cut off who reads slowly.
    NetServer.prototype.close.call(this.#server);
    this.#connections.drain();
    // A client that reads nothing any more must not hold us.
    const patience = setTimeout(() => this.#server.closeAllConnections(), drainMs);
    await closed;
    clearTimeout(patience);
    // It is closed; what is left is Node's timer that looks for slow clients.
    this.#server.close();
  }

  ref(): void {
    this.#server.ref();
  }

  unref(): void {
    this.#server.unref();
  }

  #create(): Server {
    const { limits, tls } = this.#options;
    const connectionsCheckingInterval = Math.min(1000, limits.requestMs);
    const common = { maxHeaderSize: limits.headerBytes, connectionsCheckingInterval };
    if (tls === undefined) return createServer(common);
    try {
      return createSecureServer({
        ...common,
        ...secureOptions(tls),
        handshakeTimeout: limits.requestMs,
      });
    } catch (error) {
      throw refuse('tls', (error as Error).message, 'a key and its certificate, in PEM');
    }
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    // Whoever asks during the end does not come back on this connection.
    if (this.#isClosing) response.shouldKeepAlive = false;
    // A proxy's way to write it; no other host is asked for all the same.
    request.url = request.url?.replace(/^https?:\/\/[^/?#]*/i, '') || '/';
    if (!this.#endpoints.isStream(request)) {
      const patience = setTimeout(() => response.destroy(), this.#options.limits.answerMs).unref();
      response.on('close', () => clearTimeout(patience));
    }
    if (!this.#endpoints.handle(request, response)) {
      this.#endpoints.answerUnknown(request, response);
    }
  }
}

function secureOptions({ key, cert, passphrase, clientCa }: ServerTls) {
  return {
    // Buffers that came from another thread are none any more.
    key: Buffer.from(key),
    cert: Buffer.from(cert),
    ...(passphrase !== undefined && { passphrase }),
    ...(clientCa !== undefined && { ca: Buffer.from(clientCa), requestCert: true }),
  };
}

function cannotListen(host: string, port: number, error: NodeJS.ErrnoException): ServerError {
  return new ServerError('VSR_METRICS_SERVER_LISTEN', {
    problem: `cannot listen on ${host} port ${port}: ${reasonOf(error)}`,
    cause: error,
  });
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'EADDRINUSE':
      return 'another program listens there; take another port, or 0 for a free one';
    case 'EACCES':
      return 'this user may not; take a port from 1024 on';
    case 'EADDRNOTAVAIL':
      return 'this machine has no such address; 0.0.0.0 stands for all it has';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'no address is known for this name';
    default:
      return message;
  }
}
