// A real Prometheus that scrapes what it is told, for tests:
//
//   const prometheus = await PrometheusServer.start({
//     scrapeIntervalMs: 200,
//     jobs: [{ name: 'replica', target: '127.0.0.1:9464', path: '/metrics' }],
//   });
//   await prometheus.query('sum(rate(hits_total[1m]))');   // [{ labels, value, at }]
//   await prometheus.stop();
//
// The program is the one of the Debian package, which `npm test` takes out of it.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from './ports.js';

export interface ScrapeJob {
  readonly name: string;
  /** Host and port. */
  readonly target: string;
  readonly path: string;
}

export interface PrometheusOptions {
  readonly scrapeIntervalMs: number;
  readonly jobs: readonly ScrapeJob[];
  /** As for --enable-feature: native-histograms, exemplar-storage. */
  readonly features?: readonly string[];
}

export interface QueriedSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Unix seconds. */
  readonly at: number;
}

export interface QueriedExemplar {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

type RawSample = readonly [at: number, value: string];

const patienceMs = 60_000;
/** Of one answer: without it Node.js waits for five minutes. */
const answerMs = 10_000;

export class PrometheusServer {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(url: string, child: ChildProcess, folder: string) {
    this.url = url;
    this.#child = child;
    this.#folder = folder;
  }

  /** Resolves once it answers. Rejects with what it printed when it ends before. */
  static async start(options: PrometheusOptions): Promise<PrometheusServer> {
    const folder = await mkdtemp(join(tmpdir(), 'vsr-metrics-prometheus-'));
    const config = join(folder, 'prometheus.yml');
    // JSON is YAML, too.
    await writeFile(config, JSON.stringify(configuration(options)));
    const port = await freePort();
    // A sanitizer that this process was started with is none of its.
    const { LD_PRELOAD, ...environment } = process.env;
    const child = spawn(
      'prometheus',
      [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        `--enable-feature=${(options.features ?? []).join(',')}`,
        '--log.level=warn',
      ],
      { env: environment, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let printed = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (printed += text));
    child.on('error', (error) => (printed += error.message));
    const server = new PrometheusServer(`http://127.0.0.1:${port}`, child, folder);
    const end = Date.now() + patienceMs;
    while (!(await server.#isReady())) {
      if (child.exitCode === null && child.pid !== undefined && Date.now() < end) {
        await wait(50);
        continue;
      }
      await server.stop();
      throw new Error(`prometheus did not start: ${printed.trim()}`);
    }
    return server;
  }

  /** An instant query whose answer is a vector. */
  async query(expression: string): Promise<QueriedSample[]> {
    const { result } = (await this.#get('query', { query: expression })) as {
      result: { metric: Record<string, string>; value: RawSample }[];
    };
    return result.map(({ metric, value: [at, value] }) => ({
      labels: metric,
      value: Number(value.replace('Inf', 'Infinity')),
      at,
    }));
  }

  /** Everything that was scraped of the series that match, oldest first: `hits_total[5m]`. */
  async samples(selector: string): Promise<{ labels: object; values: number[] }[]> {
    const { result } = (await this.#get('query', { query: selector })) as {
      result: { metric: Record<string, string>; values: RawSample[] }[];
    };
    return result.map(({ metric, values }) => ({
      labels: metric,
      values: values.map(([, value]) => Number(value)),
    }));
  }

  /** The exemplars of the last hour. */
  async exemplars(selector: string): Promise<QueriedExemplar[]> {
    const now = Date.now() / 1000;
    const range = { start: String(now - 3600), end: String(now + 60) };
    const found = (await this.#get('query_exemplars', { query: selector, ...range })) as {
      exemplars: { labels: Record<string, string>; value: string }[];
    }[];
    return found.flatMap(({ exemplars }) =>
      exemplars.map(({ labels, value }) => ({ labels, value: Number(value) })),
    );
  }

  /** What went wrong in the last scrape of each job; empty where nothing did. */
  async scrapeErrors(): Promise<string[]> {
    const { activeTargets } = (await this.#get('targets', {})) as {
      activeTargets: { lastError: string }[];
    };
    return activeTargets.map(({ lastError }) => lastError);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.pid !== undefined) {
      const gone = once(this.#child, 'exit');
      this.#child.kill('SIGKILL');
      await gone;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #isReady(): Promise<boolean> {
    return fetch(`${this.url}/-/ready`, { signal: AbortSignal.timeout(answerMs) }).then(
      ({ ok }) => ok,
      () => false,
    );
  }

  async #get(what: string, parameters: Record<string, string>): Promise<unknown> {
    const url = `${this.url}/api/v1/${what}?${new URLSearchParams(parameters)}`;
    const response = await fetch(url, { signal: AbortSignal.timeout(answerMs) });
    const answer = (await response.json()) as { status: string; data: unknown; error?: string };
    if (answer.status !== 'success') throw new Error(`${what}: ${answer.error}`);
    return answer.data;
  }
}

function configuration({ scrapeIntervalMs, jobs }: PrometheusOptions): object {
  const interval = `${scrapeIntervalMs}ms`;
  return {
    global: { scrape_interval: interval, scrape_timeout: interval },
    scrape_configs: jobs.map(({ name, target, path }) => ({
      job_name: name,
      metrics_path: path,
      static_configs: [{ targets: [target] }],
    })),
  };
}
