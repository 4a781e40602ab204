// The live page, for servers to mount: everything at `/`, `/page/` and `/api/v1/`.
//
//   const dashboard = createDashboard({ registry });
//   createServer((request, response) => {
//     if (!dashboard.handle(request, response)) response.writeHead(404).end();
//   });

import type { IncomingMessage, ServerResponse } from 'node:http';
import { parse } from 'node:path';
import { BackgroundWatch } from '../catalogues/cluster/background-watch.js';
import type { Cluster } from '../catalogues/cluster/cluster.js';
import { type ClusterOptions, clusterKinds } from '../catalogues/cluster/watch.js';
import { closeBefore } from '../core/dependents.js';
import {
  callback,
  group,
  objectWith,
  optionsCheck,
  refusals,
  required,
  text,
} from '../core/options.js';
import type { HistoryRange } from '../core/reading/history-points.js';
import type { Snapshot } from '../core/reading/snapshot.js';
import { type OnWarning, onWarningKind, tellErrors, warnerFor } from '../core/warnings.js';
import { answer, json, noStore, plain, securityHeaders } from '../http/answer.js';
import { isLabelParameter, labelFilter } from '../http/label-filter.js';
import { assetAt, assetPaths } from './assets.js';
import {
  catalogueDocument,
  historyDocument,
  percentilesDocument,
  snapshotDocument,
  valuesDocument,
} from './documents.js';
import { EventStream } from './event-stream.js';
import { problemOf } from './problem.js';
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
  about: {
    readonly title: string;
    readonly health: (snapshot: Snapshot) => object | undefined;
  },
) => object | undefined | Promise<object | undefined>;

const documents: Readonly<Record<string, Document>> = {
  '/api/v1/catalogue': (source, _, { title }) => catalogueDocument(source.snapshot(), title),
  '/api/v1/values': (source) => valuesDocument(source.snapshot()),
  '/api/v1/snapshot': (source, _, { health }) => {
    const snapshot = source.snapshot();
    return snapshotDocument(snapshot, health(snapshot));
  },
  '/api/v1/history': (source, { name, range, labels }) =>
    historyDocument(source, name, { ...range, labels }),
  '/api/v1/percentiles': (source, { name, labels }) =>
    percentilesDocument(source.snapshot(), name, labels),
};

/** Where the values of each second are: an answer without an end. */
export const eventsPath = '/api/v1/events';

/** What `createDashboard` takes. */
export interface DashboardOptions {
  /** What is shown: a registry, or a reader of the file of one. */
  readonly registry: DashboardSource;
  /** Whose numbers these are: the name of the program unless told otherwise. */
  readonly title?: string | undefined;
  /** Asked every second for what health checks found, as `/api/v1/health` of a server has it. */
  readonly health?: ((cluster: Cluster | undefined) => object) | undefined;
  /** What the cluster is that is shown. */
  readonly cluster?: ClusterOptions | undefined;
  /** Stands before every path: `/internal`. Nothing unless told otherwise. */
  readonly basePath?: string | undefined;
  /** Told of what went wrong; by default whoever the registry tells, else it is a warning of the process. */
  readonly onWarning?: OnWarning | undefined;
}

/** For a server, of which the page is a part. */
export interface DashboardParts extends Omit<DashboardOptions, 'registry' | 'onWarning'> {
  /** Of the same source; whoever has it closes it. */
  readonly watch: BackgroundWatch;
  readonly onError: (error: unknown) => void;
  readonly onClose?: (() => void) | undefined;
}

const checkOptions = optionsCheck<DashboardOptions>('a dashboard', refusals.server, {
  registry: required(objectWith(['snapshot', 'history'], 'a registry, or a reader of one')),
  title: text(),
  health: callback('a function that returns what health checks found'),
  cluster: group<ClusterOptions>(clusterKinds),
  basePath: text('a path that begins with / and does not end with it', /^$|^(\/[^\s?#/]+)+$/),
  onWarning: onWarningKind,
});

/** The live page and the data behind it. */
export class Dashboard implements AsyncDisposable {
  readonly #source: DashboardSource;
  readonly #title: string;
  readonly #health: DashboardOptions['health'];
  readonly #watch: BackgroundWatch;
  readonly #basePath: string;
  readonly #onError: (error: unknown) => void;
  readonly #onClose: (() => void) | undefined;
  readonly #events: EventStream;

  constructor(source: DashboardSource, parts: DashboardParts) {
    const { title = programName(), health, basePath = '', watch, onError } = parts;
    this.#source = source;
    this.#title = title;
    this.#health = health;
    this.#watch = watch;
    this.#basePath = basePath;
    this.#onError = onError;
    this.#onClose = parts.onClose;
    this.#events = new EventStream(() => source.snapshot(), {
      watch: this.#watch,
      health,
      onError,
    });
  }

  /** Whether there is something of the page, or of its data, at a path. */
  has(path: string): boolean {
    return assetPaths.includes(path) || Object.hasOwn(documents, path) || path === eventsPath;
  }

  /**
   * Answers the request when it is for the page or its data; false: it is for someone else, as all with
   * other methods than GET and HEAD are.
   */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    if (request.method !== 'GET' && request.method !== 'HEAD') return false;
    const [whole = '', search = ''] = (request.url ?? '').split('?', 2);
    const path = whole.slice(this.#basePath.length);
    if (!whole.startsWith(`${this.#basePath}/`) || !this.has(path)) return false;
    this.answer(request, response, path, search);
    return true;
  }

  /** Answers a request for something that is there; the path is without the base path. */
  answer(request: IncomingMessage, response: ServerResponse, path: string, search: string): void {
    const asset = assetAt(path);
    const send = (status: number, contentType: string, body: Uint8Array, headers = {}) =>
      answer(request, response, { status, contentType, body, headers });
    if (asset !== undefined) {
      send(200, asset.contentType, asset.body, { 'Cache-Control': 'no-cache' });
    } else if (Object.hasOwn(documents, path)) {
      void this.#document(path, search).then(({ status, body }) =>
        send(status, json, Buffer.from(JSON.stringify(body)), noStore),
      );
    } else if (!this.#events.hasRoomFor(request)) {
      send(503, plain, Buffer.from('Too many listen already.\n'), { 'Retry-After': '5' });
    } else {
      response.writeHead(200, {
        'Content-Type': 'text/event-stream',
        ...noStore,
        ...securityHeaders,
      });
      if (request.method === 'HEAD') response.end();
      else this.#events.add(request, response);
    }
  }

  /** Ends the streams of those who watch; closing the registry does so too. */
  async close(): Promise<void> {
    this.#onClose?.();
    this.#events.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #document(
    path: string,
    search: string,
  ): Promise<{ readonly status: number; readonly body: object }> {
    try {
      const query = parseQuery(new URLSearchParams(search));
      if ('problem' in query) return { status: 400, body: query };
      const health = (snapshot: Snapshot) => this.#health?.(this.#watch.current(snapshot));
      const body = await documents[path]!(this.#source, query, { title: this.#title, health });
      if (body !== undefined) return { status: 200, body };
      return { status: 404, body: { problem: 'no family of that name', given: query.name } };
    } catch (error) {
      const { status, problem } = problemOf(error, this.#onError);
      return { status, body: { problem } };
    }
  }
}

/** What people know a program by: its script, or the folder of one that is called like many others. */
export function programName(): string {
  const { name, dir } = parse(process.argv[1] ?? '');
  const told = ['main', 'index', 'server', 'app'].includes(name) ? parse(dir).base : name;
  return told === '' ? 'vsr-metrics' : told;
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
 * const dashboard = createDashboard({ registry });
 * createServer((request, response) => {
 *   if (!dashboard.handle(request, response)) response.writeHead(404).end();
 * }).listen(9464, '127.0.0.1');
 * ```
 */
export function createDashboard(options: DashboardOptions): Dashboard {
  checkOptions(options);
  const { registry, cluster, onWarning, ...parts } = options;
  const watch = new BackgroundWatch(registry, cluster);
  const onError = tellErrors(warnerFor(registry, onWarning), 'VSR_METRICS_SERVER', 'dashboard');
  const release = closeBefore(registry, 'servers', () => dashboard.close());
  const onClose = () => {
    release();
    watch.close();
  };
  const dashboard = new Dashboard(registry, { ...parts, watch, onError, onClose });
  return dashboard;
}

const parameterNames = ['name', 'from', 'to'] as const;

function parseQuery(parameters: URLSearchParams): Query | { problem: string; given: string } {
  const range: { from?: number; to?: number } = {};
  for (const [key, text] of parameters) {
    if (isLabelParameter(key) || key === 'name') continue;
    if (key !== 'from' && key !== 'to') {
      const allowed = [...parameterNames, 'label.NAME'].join(', ');
      return { problem: `there is no such parameter; allowed: ${allowed}`, given: key };
    }
    const moment = text === '' ? Number.NaN : Number(text);
    if (!Number.isFinite(moment)) {
      return { problem: `${key} is a time in unix milliseconds`, given: text };
    }
    range[key] = moment;
  }
  return { name: parameters.get('name') ?? '', range, labels: labelFilter(parameters) };
}
