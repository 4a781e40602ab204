// An answer over HTTP: complete, compressed for who takes that, and nothing a browser could be
// tricked with.
//
//   answer(request, response, { status: 200, contentType: json, body: Buffer.from('{}') });

import type { IncomingMessage, ServerResponse } from 'node:http';
import { compress } from '../exposition/compress.js';

/** Nothing from elsewhere, nothing inline, no frame around it. */
export const securityHeaders = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const;

export const plain = 'text/plain; charset=utf-8';
export const json = 'application/json; charset=utf-8';
/** For what is true now and not in a second. */
export const noStore = { 'Cache-Control': 'no-store' } as const;

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Uint8Array;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

/** Sends it, as soon as it is compressed. A client that is gone by then is no error. */
export function answer(request: IncomingMessage, response: ServerResponse, given: Answer): void {
  compress(given.body, request.headers['accept-encoding'])
    .then(({ body, headers }) => {
      const own = { 'Content-Type': given.contentType, ...headers, ...securityHeaders };
      response.writeHead(given.status, { ...own, ...given.headers });
      // Node leaves the body out when the method is HEAD.
      response.end(body);
    })
    // No memory to compress with, or somebody else has answered: the client must not wait for ever.
    .catch(() => response.destroy());
}
