// The live page, for servers to mount: everything at `/`, `/page/` and `/api/v1/`.
//
//   const dashboard = createDashboard(registry);
//   createServer((request, response) => {
//     if (!dashboard.handle(request, response)) response.writeHead(404).end();
//   });

import type { IncomingMessage, ServerResponse } from 'node:http';
import { VsrMetricsError } from '../core/errors.js';
import type { HistoryRange } from '../core/reading/history-points.js';
import { answer, json, noStore, plain, securityHeaders } from './answer.js';
import { assetAt, assetPaths } from './assets.js';
import {
  catalogueDocument,
  historyDocument,
  percentilesDocument,
  snapshotDocument,
  valuesDocument,
} from './documents.js';
import { EventStream } from './event-stream.js';
import type { DashboardSource } from './source.js';

export type { DashboardSource } from './source.js';

/** What a request to the API asks for. */
interface Query {
  readonly name: string;
  readonly range: HistoryRange;
  readonly labels: Readonly<Record<string, string>>;
}

/** A document, or undefined when there is no family of that name. */
type Document = (
  source: DashboardSource,
  query: Query,
  health: object | undefined,
) => object | undefined | Promise<object | undefined>;

const documents: Readonly<Record<string, Document>> = {
  '/api/v1/catalogue': (source) => catalogueDocument(source.snapshot()),
  '/api/v1/values': (source) => valuesDocument(source.snapshot()),
  '/api/v1/snapshot': (source, _, health) => snapshotDocument(source.snapshot(), health),
  '/api/v1/history': (source, { name, range, labels }) =>
    historyDocument(source, name, { ...range, labels }),
  '/api/v1/percentiles': (source, { name, labels }) =>
    percentilesDocument(source.snapshot(), name, labels),
};

/** Where the values of each second are: an answer without an end. */
export const eventsPath = '/api/v1/events';

/** What `createDashboard` takes besides what it shows. */
export interface DashboardOptions {
  /** Asked every second for what health checks found, as `/api/v1/health` of a server has it. */
  readonly health?: () => object;
}

/** The live page and the data behind it. */
export class Dashboard {
  readonly #source: DashboardSource;
  readonly #health: (() => object) | undefined;
  readonly #events: EventStream;

  constructor(source: DashboardSource, { health }: DashboardOptions = {}) {
    this.#source = source;
    this.#health = health;
    this.#events = new EventStream(() => source.snapshot(), health);
  }

  /** Whether there is something of the page, or of its data, at a path. */
  has(path: string): boolean {
    return assetPaths.includes(path) || Object.hasOwn(documents, path) || path === eventsPath;
  }

  /** Answers the request when it is for the page or its data; false: it is for someone else. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const [path = '', search = ''] = (request.url ?? '').split('?', 2);
    if (!this.has(path)) return false;
    const asset = assetAt(path);
    const send = (status: number, contentType: string, body: Uint8Array, headers = {}) =>
      answer(request, response, { status, contentType, body, headers });
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      send(405, plain, Buffer.from('Only GET and HEAD are allowed.\n'), {
        Allow: 'GET, HEAD',
      });
    } else if (asset !== undefined) {
      send(200, asset.contentType, asset.body, { 'Cache-Control': 'no-cache' });
    } else if (Object.hasOwn(documents, path)) {
      void this.#document(documents[path]!, search).then(({ status, body }) =>
        send(status, json, Buffer.from(JSON.stringify(body)), noStore),
      );
    } else if (!this.#events.hasRoom) {
      send(503, plain, Buffer.from('Too many listen already.\n'), { 'Retry-After': '5' });
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

  async #document(
    document: Document,
    search: string,
  ): Promise<{ readonly status: number; readonly body: object }> {
    try {
      const query = parseQuery(new URLSearchParams(search));
      if ('problem' in query) return { status: 400, body: query };
      const body = await document(this.#source, query, this.#health?.());
      if (body !== undefined) return { status: 200, body };
      return { status: 404, body: { problem: 'no family of that name', given: query.name } };
    } catch (error) {
      if (error instanceof VsrMetricsError)
        return { status: 503, body: { problem: error.message } };
      process.emitWarning(error instanceof Error ? error : String(error));
      return { status: 500, body: { problem: 'this cannot be answered' } };
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
export function createDashboard(
  source: DashboardSource,
  options: DashboardOptions = {},
): Dashboard {
  return new Dashboard(source, options);
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
