// A server in this thread.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ServerError } from '../core/errors.js';
import type { Endpoints } from './endpoints.js';

/** Where it should listen. */
export interface ListenOptions {
  readonly port: number;
  readonly host: string;
}

export class Listener {
  readonly #endpoints: Endpoints;
  readonly #server: Server;

  constructor(endpoints: Endpoints) {
    this.#endpoints = endpoints;
    this.#server = createServer((request, response) => {
      if (!endpoints.handle(request, response)) endpoints.answerUnknown(request, response);
    });
  }

  /** @throws ServerError when it cannot listen there */
  async listen({ port, host }: ListenOptions): Promise<AddressInfo> {
    try {
      this.#server.listen(port, host);
      await once(this.#server, 'listening');
    } catch (error) {
      throw cannotListen(host, port, error as NodeJS.ErrnoException);
    }
    return this.#server.address() as AddressInfo;
  }

  /** Answers that are on their way still get there. */
  async close(drainMs: number): Promise<void> {
    this.#endpoints.beginShutdown();
    const closed = once(this.#server, 'close');
    this.#endpoints.close();
    this.#server.close();
    this.#server.closeIdleConnections();
    // A client that reads nothing any more must not hold us.
    const patience = setTimeout(() => this.#server.closeAllConnections(), drainMs);
    await closed;
    clearTimeout(patience);
  }

  unref(): void {
    this.#server.unref();
  }
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
      return 'another program listens there';
    case 'EACCES':
      return 'this user may not; ports below 1024 are for root, or for programs with CAP_NET_BIND_SERVICE';
    case 'EADDRNOTAVAIL':
      return 'this machine has no such address';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'no address is known for this name';
    default:
      return message;
  }
}
