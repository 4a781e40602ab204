// Requests as they go over the wire: also those that no client library would send.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { createHandler, type Handler, type HandlerOptions } from '../../lib/server/index.js';
import { endpointNames } from '../../lib/server/options.js';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: what stands in it is what tests look at
  readonly json: any;
}

export { lookUntil, until } from '../support/until.js';

/** Fetches without following or decoding anything by hand. */
export async function get(url: string | URL, init: RequestInit = {}): Promise<Reply> {
  const response = await fetch(url, init);
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') && text !== '';
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson ? JSON.parse(text) : undefined,
  };
}

/** Sends these bytes, and resolves to all that comes back until the server closes. */
export function sendRaw(port: number, bytes: string | Buffer, host = '127.0.0.1'): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    let received = '';
    socket.setEncoding('latin1').on('data', (chunk) => {
      received += chunk;
    });
    // A reset after the answer is an end too.
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(received));
    socket.write(bytes);
  });
}

/** The handler in a server of one's own. */
export async function mount(options: HandlerOptions): Promise<{
  readonly url: string;
  readonly handler: Handler;
  close(): Promise<void>;
}> {
  const handler = createHandler({ endpoints: endpointNames, ...options });
  const server = createServer((request, response) => {
    if (!handler(request, response)) response.writeHead(418).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    handler,
    async close() {
      handler.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
