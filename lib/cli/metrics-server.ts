// A small server that answers GET /metrics, and shows a live page at / when it is given one.
//
//   const server = new MetricsServer({ page, help: 'GET /metrics\n', report: console.error });
//   await server.listen(9464, '127.0.0.1');
//   console.log(server.url);
//   await server.close();

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Dashboard } from '../dashboard/index.js';
import { compress } from '../exposition/index.js';
import { exitCodes, Failure } from './failure.js';
import type { RenderedPage } from './metrics-page.js';

export interface MetricsServerOptions {
  /** Renders the answer to a client that sent this Accept header. */
  readonly page: { render(accept: string | undefined): RenderedPage };
  /** The live page at /. */
  readonly dashboard?: Dashboard;
  /** What is said to whoever asks for something else. */
  readonly help: string;
  /** Told of what went wrong. */
  readonly report: (message: string) => void;
}

export class MetricsServer {
  readonly #options: MetricsServerOptions;
  readonly #server: Server;

  constructor(options: MetricsServerOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      if (this.#options.dashboard?.handle(request, response)) return;
      void this.#answer(request, response);
    });
  }

  /** @throws Failure when it cannot listen there */
  async listen(port: number, host: string): Promise<void> {
    try {
      this.#server.listen(port, host);
      await once(this.#server, 'listening');
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const reason = code === 'EADDRINUSE' ? 'another program listens there' : message;
      throw new Failure(exitCodes.environment, `cannot listen on ${host} port ${port}: ${reason}`);
    }
  }

  get url(): string {
    const { address, family, port } = this.#server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}/metrics`;
  }

  /** Answers that are on their way still get there. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#options.dashboard?.close();
    this.#server.close();
    this.#server.closeIdleConnections();
    // A client that reads nothing any more must not hold us.
    setTimeout(() => this.#server.closeAllConnections(), 1000).unref();
    await closed;
  }

  async #answer(
    { method, url = '', headers }: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const { page, help, report } = this.#options;
    const say = (status: number, text: string, more: Record<string, string> = {}): void => {
      const body = Buffer.from(text);
      response.writeHead(status, {
        'Content-Type': 'text/plain; charset=utf-8',
        'Content-Length': body.length,
        ...more,
      });
      // Node leaves the body out when the method is HEAD.
      response.end(body);
    };
    if (url.split('?', 1)[0] !== '/metrics') {
      say(404, `Nothing is here. ${help}`);
      return;
    }
    if (method !== 'GET' && method !== 'HEAD') {
      say(405, `Only GET and HEAD are allowed. ${help}`, { Allow: 'GET, HEAD' });
      return;
    }
    try {
      const rendered = page.render(headers.accept);
      const { body, headers: own } = await compress(rendered.body, headers['accept-encoding']);
      response.writeHead(200, { 'Content-Type': rendered.contentType, ...own });
      response.end(body);
    } catch (error) {
      report(`a scrape failed: ${error instanceof Error ? error.stack : String(error)}`);
      say(500, 'The metrics cannot be rendered; the server wrote down why.\n');
    }
  }
}
