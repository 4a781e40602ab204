// Prometheus' own PromQL engine, built by `npm test` from test/promql/engine and Prometheus' modules.
// Where it is missing its tests are skipped and say why. With CI=true they fail, unless it is Go that is
// missing: no package of Debian has one that is new enough, so nobody can install it there.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Context } from 'mocha';
import type { NativeHistogram, Series } from '../../lib/promql/evaluation/series.js';
import { feed, lacking } from '../exposition/programs.js';

const program = 'prometheus-promql';

/** Why the engine is not there; undefined when it is. */
export async function lackOfEngine(): Promise<string | undefined> {
  const { code, stderr } = await feed(program, [], '');
  if (code === 0) return undefined;
  return `${program} (built by Go, see test/promql/engine): ${stderr.trim()}`;
}

/** In `before`: goes on when the engine is there. */
export async function needEngine(context: Context): Promise<void> {
  const reason = await lackOfEngine();
  if (reason === undefined) return;
  const go = await feed('go', ['version'], '');
  if (go.code === 0) lacking(context, reason);
  console.log(`  skipped, and left to npm run prove -- promql: ${reason}; go: ${go.stderr.trim()}`);
  context.skip();
}

export type EngineTree = { readonly tree: string } | { readonly error: string };

export interface EngineElement {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly histogram?: NativeHistogram;
}

export type EngineResult =
  | { readonly error: string }
  | { readonly type: 'scalar'; readonly value: number }
  | { readonly type: 'vector'; readonly elements: readonly EngineElement[] };

/** Whether a pattern is one, and what its groups fit of a text. */
export type EngineMatch =
  | { readonly error: string }
  | { readonly groups: readonly string[] | null };

interface Answer {
  readonly trees?: readonly EngineTree[];
  readonly results?: readonly EngineResult[];
  readonly matches?: readonly EngineMatch[];
}

export class Engine {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor() {
    this.#child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  /** What its parser makes of texts. */
  async parse(texts: readonly string[]): Promise<readonly EngineTree[]> {
    const { trees } = await this.#ask({ parse: texts });
    return trees!;
  }

  /** What expressions come to over series. */
  async evaluate(
    series: readonly Series[],
    queries: readonly { readonly text: string; readonly time: number }[],
  ): Promise<readonly EngineResult[]> {
    const { results } = await this.#ask({ series: series.map(toJson), queries });
    return results!;
  }

  /** What its regular expressions find. */
  async match(
    matches: readonly { readonly pattern: string; readonly text: string }[],
  ): Promise<readonly EngineMatch[]> {
    const { matches: found } = await this.#ask({ matches });
    return found!;
  }

  async stop(): Promise<void> {
    const gone = once(this.#child, 'exit');
    this.#child.stdin!.end();
    await gone;
  }

  async #ask(request: object): Promise<Answer> {
    this.#child.stdin!.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error(`${program} ended`);
    return JSON.parse(value, fromJson) as Answer;
  }
}

/** The names under which it sends numbers as text. */
const numbers = new Set(['value', 'count', 'sum', 'zeroThreshold', 'zeroCount']);

function fromJson(key: string, value: unknown): unknown {
  if (key === 'counts') return (value as string[]).map(toNumber);
  return numbers.has(key) && typeof value === 'string' ? toNumber(value) : value;
}

function toNumber(text: string): number {
  return Number(text.replace('Inf', 'Infinity'));
}

function toText(value: number): string {
  if (Object.is(value, -0)) return '-0';
  return String(value).replace('Infinity', 'Inf');
}

function toJson({ labels, times, values, histograms, endedAt = [] }: Series): object {
  const samples = Array.from(times, (time, at) => {
    const histogram = histograms?.[at];
    if (histogram === undefined) return { time, value: toText(values[at]!) };
    return { time, histogram: toJsonHistogram(histogram) };
  });
  const ends = Array.from(endedAt, (time) => ({ time, value: 'ended' }));
  const all = [...samples, ...ends].sort((a, b) => a.time - b.time);
  return { labels: labels.toRecord(), samples: all };
}

function toJsonHistogram(histogram: NativeHistogram): object {
  const buckets = ({ indexes, counts }: NativeHistogram['positive']) => ({
    indexes,
    counts: counts.map(toText),
  });
  return {
    schema: histogram.schema,
    count: toText(histogram.count),
    sum: toText(histogram.sum),
    zeroThreshold: toText(histogram.zeroThreshold),
    zeroCount: toText(histogram.zeroCount),
    positive: buckets(histogram.positive),
    negative: buckets(histogram.negative),
  };
}
