// Which path answers what. Knows HTTP, and nothing of sockets, threads or regions.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { BackgroundWatch } from '../catalogues/cluster/background-watch.js';
import type { Cluster } from '../catalogues/cluster/cluster.js';
import type { ClusterOptions } from '../catalogues/cluster/watch.js';
import type { HealthWord } from '../catalogues/preset.js';
import { show, VsrMetricsError } from '../core/errors.js';
import { Dashboard, eventsPath } from '../dashboard/index.js';
import { type HealthReport, reportOf } from '../health/report.js';
import { type Answer, answer, json, noStore, plain } from '../http/answer.js';
import { hostCheck } from '../http/host-check.js';
import { labelFilter } from '../http/label-filter.js';
import { challenges, tokenGuard } from '../http/token.js';
import { UnderWay } from '../http/under-way.js';
import {
  type Condition,
  type HealthDocument,
  healthDetails,
  healthDocument,
  liveDocument,
  readyDocument,
} from './health-documents.js';
import type { Refusal } from './meter.js';
import { MetricsDocuments } from './metrics-document.js';
import type { EndpointName } from './options.js';
import { SharedSource } from './shared-source.js';
import type { HealthSource, ServerSource } from './source.js';
import { statusDocument } from './status-document.js';

export interface EndpointsOptions {
  readonly source: ServerSource;
  readonly endpoints: readonly EndpointName[];
  readonly basePath: string;
  readonly path: string;
  readonly health: HealthSource | undefined;
  readonly healthWord: HealthWord;
  readonly version: string | undefined;
  readonly title: string;
  readonly cluster: ClusterOptions;
  readonly token: string | undefined;
  readonly openProbes: boolean;
  /** Undefined: requests to all hosts are answered. */
  readonly allowedHosts: readonly string[] | undefined;
  readonly urlBytes: number;
  readonly answersAtOnce: number;
  /** How the program does, but for what the endpoints know themselves. */
  readonly condition: () => Omit<Condition, 'isStopping'>;
  readonly onError: (error: unknown) => void;
  /** Told of each request that is refused. */
  readonly onRefused: (reason: Refusal) => void;
}

/** What a request asks for. */
interface Query {
  readonly parameters: URLSearchParams;
  readonly accept: string | undefined;
  /** Whoever asks has shown no token, although there is one. */
  readonly isStranger: boolean;
}

/** Where a request goes. */
interface Target {
  /** Without the base path. */
  readonly path: string;
  readonly search: string;
  /** Undefined: it is for the page. */
  readonly document: Document | undefined;
}

type Document = (query: Query) => Omit<Answer, 'headers'>;

const probes: readonly string[] = ['/health/live', '/health/ready'];
/** These name members of a cluster without more ado. */
const memberLabels = ['replica_id', 'node_id', 'broker_id', 'file'] as const;

export class Endpoints {
  readonly #options: EndpointsOptions;
  readonly #source: SharedSource;
  readonly #metrics: MetricsDocuments;
  readonly #documents: ReadonlyMap<string, Document>;
  readonly #dashboard: Dashboard | undefined;
  readonly #isWelcome: (authorization: string | undefined) => boolean;
  readonly #isAnswered: (host: string | undefined) => boolean;
  readonly #underWay: UnderWay;
  readonly #watch: BackgroundWatch;
  #isStopping = false;

  constructor(options: EndpointsOptions) {
    this.#options = options;
    this.#underWay = new UnderWay(options.answersAtOnce, () => this.#source.forget());
    this.#source = new SharedSource(options.source, this.#underWay);
    this.#metrics = new MetricsDocuments(this.#source);
    this.#documents = this.#table();
    const { source, condition, cluster } = options;
    this.#watch = new BackgroundWatch(
      { snapshot: () => source.snapshot(), writer: () => condition().writerState },
      cluster,
    );
    this.#dashboard = options.endpoints.includes('page')
      ? new Dashboard(this.#source, {
          title: options.title,
          health: (cluster) => this.#details(cluster),
          watch: this.#watch,
          onError: options.onError,
        })
      : undefined;
    this.#isWelcome = tokenGuard(options.token);
    const { allowedHosts, token } = options;
    // A page on the web has no token to show.
    const areAll = allowedHosts === undefined || token !== undefined;
    this.#isAnswered = areAll ? () => true : hostCheck(allowedHosts);
  }

  /**
   * Answers the request when it is for one of the endpoints; false: it is for someone else, as all
   * with other methods than GET and HEAD are.
   */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const target = this.#targetOf(request);
    if (target === undefined || !isRead(request)) return false;
    const { path, search, document } = target;
    const { urlBytes } = this.#options;
    const isStranger = !this.#isWelcome(request.headers.authorization);
    if (request.url!.length > urlBytes) {
      this.#say(request, response, 414, `No more than ${urlBytes} bytes of URL are read.\n`);
    } else if (this.#refuse(request, response, this.#isOpen(path))) {
      // It has its answer.
    } else if (!isFree(path) && !this.#underWay.add(response)) {
      this.#say(request, response, 503, 'Too many are answered already.\n', { 'Retry-After': '1' });
    } else if (document === undefined) {
      this.#dashboard!.answer(request, response, path, search);
    } else {
      const parameters = new URLSearchParams(search);
      const query = { parameters, accept: request.headers.accept, isStranger };
      answer(request, response, { ...this.#attempt(document, query), headers: noStore });
    }
    return true;
  }

  /** Answers a request that is for nobody. */
  answerUnknown(request: IncomingMessage, response: ServerResponse): void {
    if (this.#refuse(request, response, false)) return;
    if (this.#targetOf(request) === undefined) {
      this.#say(request, response, 404, `Nothing is here. ${this.#help()}`);
    } else {
      const help = `Only GET and HEAD are allowed. ${this.#help()}`;
      this.#say(request, response, 405, help, { Allow: 'GET, HEAD' });
    }
  }

  /** Whether the answer has no end. */
  isStream(request: IncomingMessage): boolean {
    return this.#targetOf(request)?.path === eventsPath;
  }

  /** Tells the program of something that went wrong. */
  report(error: unknown): void {
    this.#options.onError(error);
  }

  /** From now on probes are told to send nobody any more. */
  beginShutdown(): void {
    this.#isStopping = true;
  }

  /** Ends the streams of those who watch. */
  close(): void {
    this.#watch.close();
    this.#dashboard?.close();
  }

  #targetOf({ url = '' }: IncomingMessage): Target | undefined {
    const { basePath } = this.#options;
    const [whole = '', search = ''] = url.split('?', 2);
    if (!whole.startsWith(`${basePath}/`)) return undefined;
    const path = whole.slice(basePath.length);
    const document = this.#documents.get(path);
    if (document === undefined && this.#dashboard?.has(path) !== true) return undefined;
    return { path, search, document };
  }

  #table(): ReadonlyMap<string, Document> {
    const { path, endpoints, healthWord, version } = this.#options;
    const table: readonly (readonly [name: EndpointName, path: string, document: Document])[] = [
      [
        'health',
        '/health',
        () => {
          const how = { healthWord, version };
          return toAnswer(healthDocument(this.#cluster(), this.#report(), this.#condition(), how));
        },
      ],
      [
        'live',
        '/health/live',
        ({ isStranger }) => toAnswer(forWhom(liveDocument(this.#condition()), isStranger)),
      ],
      [
        'ready',
        '/health/ready',
        ({ parameters, isStranger }) => {
          const labels = labelFilter(parameters, memberLabels);
          const cluster = this.#watch.current(this.#source.snapshot());
          const document = readyDocument(cluster, labels, this.#report(), this.#condition());
          return toAnswer(forWhom(document, isStranger));
        },
      ],
      [
        'status',
        '/status',
        ({ parameters }) => this.#status(labelFilter(parameters, memberLabels)),
      ],
      [
        'health',
        '/api/v1/health',
        () => toAnswer({ status: 200, body: this.#details(this.#cluster()) }),
      ],
      // Last: whoever calls it /status wants the metrics there.
      [
        'metrics',
        path,
        ({ accept, parameters }) => ({
          status: 200,
          ...this.#metrics.document(accept, parameters.getAll('name[]')),
        }),
      ],
    ];
    return new Map(
      table.flatMap(([name, at, document]) => (endpoints.includes(name) ? [[at, document]] : [])),
    );
  }

  #status(labels: Readonly<Record<string, string>>): Omit<Answer, 'headers'> {
    const body = statusDocument(this.#watch.current(this.#source.snapshot()), labels);
    if (body !== undefined) return toAnswer({ status: 200, body });
    return toAnswer({
      status: 404,
      body: { problem: 'no replica has these labels', given: labels },
    });
  }

  #report(): HealthReport {
    return reportOf(this.#options.health?.results() ?? [], Date.now());
  }

  #details(cluster: Cluster | undefined): object {
    return healthDetails(cluster, this.#report(), this.#condition());
  }

  /** Undefined also while the metrics cannot be read: how the program does, the checks tell. */
  #cluster(): Cluster | undefined {
    try {
      return this.#watch.current(this.#source.snapshot());
    } catch (error) {
      if (error instanceof VsrMetricsError) return undefined;
      throw error;
    }
  }

  #condition(): Condition {
    return { isStopping: this.#isStopping, ...this.#options.condition() };
  }

  #attempt(document: Document, query: Query): Omit<Answer, 'headers'> {
    try {
      return document(query);
    } catch (error) {
      if (error instanceof VsrMetricsError) {
        return { status: 503, contentType: plain, body: Buffer.from(`${error.message}\n`) };
      }
      this.report(error);
      const text = 'This cannot be answered; the server wrote down why.\n';
      return { status: 500, contentType: plain, body: Buffer.from(text) };
    }
  }

  /** Whether a path is answered without the token. */
  #isOpen(path: string): boolean {
    return this.#options.openProbes && probes.includes(path);
  }

  /** Whether the request was refused, and so has its answer. */
  #refuse(request: IncomingMessage, response: ServerResponse, isOpen: boolean): boolean {
    const { host, authorization } = request.headers;
    if (!this.#isAnswered(host)) {
      this.#options.onRefused('host');
      const text = `The host ${show(host)} is not answered; the option allowedHosts names those that are.\n`;
      this.#say(request, response, 403, text);
      return true;
    }
    if (isOpen || this.#isWelcome(authorization)) return false;
    this.#options.onRefused('token');
    const headers = { 'WWW-Authenticate': challenges };
    this.#say(request, response, 401, 'A token is needed.\n', headers);
    return true;
  }

  #say(
    request: IncomingMessage,
    response: ServerResponse,
    status: number,
    text: string,
    headers: Answer['headers'] = {},
  ): void {
    answer(request, response, { status, contentType: plain, body: Buffer.from(text), headers });
  }

  #help(): string {
    const { basePath, path: metricsPath } = this.#options;
    const page = this.#dashboard === undefined ? [] : [`${basePath}/ shows them`];
    const paths = [...this.#documents.keys()];
    const metrics = paths.includes(metricsPath)
      ? [`GET ${basePath}${metricsPath} gives the metrics`]
      : [];
    const others = paths.filter((path) => path !== metricsPath).map((path) => basePath + path);
    const also = others.length === 0 ? [] : [`there are also ${others.join(', ')}`];
    return `${[[...metrics, ...page].join(', '), ...also].filter((part) => part !== '').join('; ')}\n`;
  }
}

function isRead({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** What costs next to nothing, and must be answered however busy the server is; streams have limits of their own. */
function isFree(path: string): boolean {
  return probes.includes(path) || path === eventsPath || path === '/' || path.startsWith('/page/');
}

/** A stranger is told the status alone: reasons may name whatever a check or a label names. */
function forWhom({ status, body }: HealthDocument, isStranger: boolean): HealthDocument {
  if (!isStranger) return { status, body };
  const { status: word = 'unknown' } = body as { readonly status?: string };
  return { status, body: { status: word } };
}

function toAnswer({ status, body }: HealthDocument): Omit<Answer, 'headers'> {
  return { status, contentType: json, body: Buffer.from(`${JSON.stringify(body)}\n`) };
}
