// Which path answers what. Knows HTTP, and nothing of sockets, threads or regions.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { VsrMetricsError } from '../core/errors.js';
import { type Answer, answer, json, noStore, plain } from '../dashboard/answer.js';
import { createDashboard, type Dashboard } from '../dashboard/index.js';
import { type HealthReport, reportOf } from '../health/report.js';
import {
  type Condition,
  type HealthDocument,
  type HealthShape,
  healthDetails,
  healthDocument,
  liveDocument,
  readyDocument,
} from './health-documents.js';
import { metricsDocument } from './metrics-document.js';
import type { HealthSource, ServerSource } from './source.js';
import { statusDocument } from './status-document.js';
import { challenges, tokenGuard } from './token.js';

export interface EndpointsOptions {
  readonly source: ServerSource;
  readonly path: string;
  readonly health: HealthSource | undefined;
  readonly healthShape: HealthShape;
  readonly version: string | undefined;
  readonly dashboard: boolean;
  readonly token: string | undefined;
  readonly openProbes: boolean;
  readonly urlBytes: number;
  /** How the program does, but for what the endpoints know themselves. */
  readonly condition: () => Omit<Condition, 'isStopping'>;
  readonly onError: (error: unknown) => void;
}

/** What a request asks for. */
interface Query {
  readonly parameters: URLSearchParams;
  readonly accept: string | undefined;
}

type Document = (query: Query) => Omit<Answer, 'headers'>;

const probes: readonly string[] = ['/health/live', '/health/ready'];

export class Endpoints {
  readonly #options: EndpointsOptions;
  readonly #documents: ReadonlyMap<string, Document>;
  readonly #dashboard: Dashboard | undefined;
  readonly #isWelcome: (authorization: string | undefined) => boolean;
  #isStopping = false;

  constructor(options: EndpointsOptions) {
    this.#options = options;
    this.#documents = this.#table();
    this.#dashboard = options.dashboard
      ? createDashboard(options.source, { health: () => this.#details() })
      : undefined;
    this.#isWelcome = tokenGuard(options.token);
  }

  /** Answers the request when it is for one of the endpoints; false: it is for someone else. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const url = request.url ?? '';
    const [path = '', search = ''] = url.split('?', 2);
    const document = this.#documents.get(path);
    if (document === undefined && !this.#dashboard?.has(path)) return false;
    const { urlBytes } = this.#options;
    if (url.length > urlBytes) {
      this.#say(request, response, 414, `No more than ${urlBytes} bytes of URL are read.\n`);
    } else if (!this.#mayAsk(path, request)) {
      this.#refuse(request, response);
    } else if (document === undefined) {
      this.#dashboard!.handle(request, response);
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      const help = `Only GET and HEAD are allowed. ${this.#help()}`;
      this.#say(request, response, 405, help, { Allow: 'GET, HEAD' });
    } else {
      const query = { parameters: new URLSearchParams(search), accept: request.headers.accept };
      const headers = noStore;
      answer(request, response, { ...this.#attempt(document, query), headers });
    }
    return true;
  }

  /** Answers a request that is for nobody. */
  answerUnknown(request: IncomingMessage, response: ServerResponse): void {
    if (this.#mayAsk('', request)) {
      this.#say(request, response, 404, `Nothing is here. ${this.#help()}`);
    } else {
      this.#refuse(request, response);
    }
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
    this.#dashboard?.close();
  }

  #table(): ReadonlyMap<string, Document> {
    const { source, path, healthShape: shape, version } = this.#options;
    return new Map<string, Document>([
      [
        '/health',
        () => toAnswer(healthDocument(this.#report(), this.#condition(), { shape, version })),
      ],
      ['/health/live', () => toAnswer(liveDocument(this.#condition()))],
      [
        '/health/ready',
        ({ parameters }) => {
          const labels = Object.fromEntries(parameters);
          const snapshot = source.snapshot();
          return toAnswer(readyDocument(snapshot, labels, this.#report(), this.#condition()));
        },
      ],
      ['/status', ({ parameters }) => this.#status(Object.fromEntries(parameters))],
      ['/api/v1/health', () => toAnswer({ status: 200, body: this.#details() })],
      // Last: whoever calls it /status wants the metrics there.
      [
        path,
        ({ accept, parameters }) => ({
          status: 200,
          ...metricsDocument(source, accept, parameters),
        }),
      ],
    ]);
  }

  #status(labels: Readonly<Record<string, string>>): Omit<Answer, 'headers'> {
    const body = statusDocument(this.#options.source.snapshot(), labels);
    if (body !== undefined) return toAnswer({ status: 200, body });
    return toAnswer({
      status: 404,
      body: { problem: 'no replica has these labels', given: labels },
    });
  }

  #report(): HealthReport {
    return reportOf(this.#options.health?.results() ?? [], Date.now());
  }

  #details(): object {
    return healthDetails(this.#report(), this.#condition());
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

  #mayAsk(path: string, { headers }: IncomingMessage): boolean {
    if (this.#options.openProbes && probes.includes(path)) return true;
    return this.#isWelcome(headers.authorization);
  }

  #refuse(request: IncomingMessage, response: ServerResponse): void {
    const headers = { 'WWW-Authenticate': challenges };
    this.#say(request, response, 401, 'A token is needed.\n', headers);
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
    const page = this.#dashboard === undefined ? [] : ['/ shows them'];
    const paths = [...this.#documents.keys()].filter((path) => path !== this.#options.path);
    const metrics = `GET ${this.#options.path} gives the metrics`;
    return `${[metrics, ...page].join(', ')}; there are also ${paths.join(', ')}\n`;
  }
}

function toAnswer({ status, body }: HealthDocument): Omit<Answer, 'headers'> {
  return { status, contentType: json, body: Buffer.from(`${JSON.stringify(body)}\n`) };
}
