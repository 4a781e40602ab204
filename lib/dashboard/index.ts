// The live page, for servers to mount: everything at `/`, `/page/` and `/api/v1/`.
//
//   const dashboard = createDashboard(registry);
//   createServer((request, response) => {
//     if (!dashboard.handle(request, response)) response.writeHead(404).end();
//   });

import type { IncomingMessage, ServerResponse } from 'node:http';
import { VsrMetricsError } from '../core/errors.js';
import type { HistoryRange } from '../core/history-points.js';
import { compress } from '../exposition/compress.js';
import { assetAt } from './assets.js';
import {
  catalogueDocument,
  historyDocument,
  percentilesDocument,
  valuesDocument,
} from './documents.js';
import { EventStream } from './event-stream.js';
import type { DashboardSource } from './source.js';

export type { DashboardSource } from './source.js';

/** Nothing from elsewhere, nothing inline, no frame around it. */
const securityHeaders = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const;

/** What a request to the API asks for. */
interface Query {
  readonly name: string;
  readonly range: HistoryRange;
  readonly labels: Readonly<Record<string, string>>;
}

/** A document, or undefined when there is no family of that name. */
type Document = (source: DashboardSource, query: Query) => object | undefined;

const documents: Readonly<Record<string, Document>> = {
  '/api/v1/catalogue': (source) => catalogueDocument(source.snapshot()),
  '/api/v1/values': (source) => valuesDocument(source.snapshot()),
  '/api/v1/history': (source, { name, range, labels }) =>
    historyDocument(source, name, { ...range, labels }),
  '/api/v1/percentiles': (source, { name, labels }) =>
    percentilesDocument(source.snapshot(), name, labels),
};

const eventsPath = '/api/v1/events';

/** The live page and the data behind it. */
export class Dashboard {
  readonly #source: DashboardSource;
  readonly #events: EventStream;

  constructor(source: DashboardSource) {
    this.#source = source;
    this.#events = new EventStream(() => source.snapshot());
  }

  /** Answers the request when it is for the page or its data; false: it is for someone else. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const [path = '', search = ''] = (request.url ?? '').split('?', 2);
    const asset = assetAt(path);
    const isDocument = Object.hasOwn(documents, path);
    if (asset === undefined && !isDocument && path !== eventsPath) return false;
    const send = (status: number, contentType: string, body: Uint8Array, more = {}) =>
      answer(request, response, { status, contentType, body, more });
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      void send(405, plain, Buffer.from('Only GET and HEAD are allowed.\n'), {
        Allow: 'GET, HEAD',
      });
    } else if (asset !== undefined) {
      void send(200, asset.contentType, asset.body, { 'Cache-Control': 'no-cache' });
    } else if (isDocument) {
      const { status, body } = this.#document(documents[path]!, search);
      void send(status, json, Buffer.from(JSON.stringify(body)), noStore);
    } else if (!this.#events.hasRoom) {
      void send(503, plain, Buffer.from('Too many listen already.\n'), { 'Retry-After': '5' });
    } else {
      response.writeHead(200, {
        'Content-Type': 'text/event-stream',
        ...noStore,
        ...securityHeaders,
      });
      if (request.method === 'HEAD') response.end();
      else this.#events.add(response);
    }
    return true;
  }

  /** Ends the streams of those who watch. */
  close(): void {
    this.#events.close();
  }

  #document(document: Document, search: string): { status: number; body: object } {
    try {
      const query = parseQuery(new URLSearchParams(search));
      if ('problem' in query) return { status: 400, body: query };
      const body = document(this.#source, query);
      if (body !== undefined) return { status: 200, body };
      return { status: 404, body: { problem: 'no family of that name', given: query.name } };
    } catch (error) {
      if (!(error instanceof VsrMetricsError)) throw error;
      return { status: 503, body: { problem: error.message } };
    }
  }
}

/**
 * The live page of a registry, of a reader, or of anything else that gives snapshots, as a handler for
 * one's own server.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { createDashboard } from 'vsr-metrics/dashboard';
 *
 * const dashboard = createDashboard(registry);
 * createServer((request, response) => {
 *   if (!dashboard.handle(request, response)) response.writeHead(404).end();
 * }).listen(9090, '127.0.0.1');
 * ```
 */
export function createDashboard(source: DashboardSource): Dashboard {
  return new Dashboard(source);
}

const plain = 'text/plain; charset=utf-8';
const json = 'application/json; charset=utf-8';
const noStore = { 'Cache-Control': 'no-store' } as const;

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  given: {
    readonly status: number;
    readonly contentType: string;
    readonly body: Uint8Array;
    readonly more: Readonly<Record<string, string>>;
  },
): Promise<void> {
  const { body, headers } = await compress(given.body, request.headers['accept-encoding']);
  const contentType = { 'Content-Type': given.contentType };
  response.writeHead(given.status, {
    ...contentType,
    ...headers,
    ...securityHeaders,
    ...given.more,
  });
  // Node leaves the body out when the method is HEAD.
  response.end(body);
}

function parseQuery(parameters: URLSearchParams): Query | { problem: string; given: string } {
  const { name = '', from, to, ...labels } = Object.fromEntries(parameters);
  const range: { from?: number; to?: number } = {};
  for (const [key, text] of [
    ['from', from],
    ['to', to],
  ] as const) {
    if (text === undefined) continue;
    const moment = text === '' ? Number.NaN : Number(text);
    if (!Number.isFinite(moment)) {
      return { problem: `${key} is a time in unix milliseconds`, given: text };
    }
    range[key] = moment;
  }
  return { name, range, labels };
}
