// Expressions and series by chance, from a seed.

import { Labels } from '../../lib/promql/evaluation/labels.js';
import type { NativeBuckets, NativeHistogram, Series } from '../../lib/promql/evaluation/series.js';
import { dateFunctions } from '../../lib/promql/evaluation/vector-functions.js';
import type {
  ArithmeticOperator,
  Binary,
  Expression,
  Matcher,
  Matching,
} from '../../lib/promql/expression.js';
import {
  type FunctionName,
  functionNames,
  functions,
  type Signature,
} from '../../lib/promql/functions.js';
import { type AggregationName, aggregations } from '../../lib/promql/names.js';

export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let bits = this.#state;
    bits = Math.imul(bits ^ (bits >>> 15), bits | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  }

  whole(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(all: readonly T[]): T {
    return all[this.whole(0, all.length - 1)]!;
  }

  some<T>(all: readonly T[]): T[] {
    return all.filter(() => this.chance(0.5));
  }
}

/** What expressions are made of. */
export interface Words {
  readonly metrics: readonly string[];
  readonly labels: readonly string[];
  readonly values: readonly string[];
  readonly patterns: readonly string[];
  readonly functions: readonly FunctionName[];
  /** Those of the functions that get selectors alone. */
  readonly onSelectors: readonly FunctionName[];
  readonly aggregations: readonly AggregationName[];
  readonly arithmetic: readonly ArithmeticOperator[];
  readonly numbers: readonly number[];
  readonly durationsMs: readonly number[];
  /** How many selectors and subqueries are offset. */
  readonly offsetShare: number;
}

/** Whatever may be written. */
export const wild: Words = {
  metrics: [
    'up',
    'a:b:c',
    '_x',
    'sum',
    'by',
    'my.metric',
    'größe',
    'a b',
    '"',
    'Inf',
    'offset',
    'rate',
  ],
  labels: [
    'job',
    '_',
    'by',
    'without',
    'on',
    'inf',
    'NaN',
    'my.label',
    'ä',
    'and',
    'le',
    '__name__x',
    'a"b',
  ],
  values: ['', 'x', 'a\nb', '\\', '"\'`', '\u0007', 'é', '\u{1f600}', '\u2028', 'a b', '\u007f'],
  patterns: ['', '.*', 'a|b', '(x)?', '[a-z]+', '\\d{2}', 'a.b', '5..'],
  functions: functionNames,
  onSelectors: [],
  aggregations,
  arithmetic: ['+', '-', '*', '/', '%', '^', 'atan2'],
  numbers: [
    0,
    -0,
    1,
    -1,
    0.1,
    1e21,
    1e-7,
    5e-324,
    1.7976931348623157e308,
    Infinity,
    -Infinity,
    NaN,
  ],
  durationsMs: [
    1, 15, 1000, 90_000, 300_000, 86_400_000, 604_800_000, 31_536_000_000, 94_694_461_001,
  ],
  offsetShare: 0.15,
};

/** What the series below have, and some that they have not. */
export const plain: Words = {
  metrics: ['g1', 'g2', 'c1_total', 'c2_total', 'h_bucket', 'n1', 'n2', 'mixed', 'none'],
  labels: ['a', 'b', 'le'],
  values: ['x', 'y', '1', ''],
  patterns: ['x|y', '.*', '.+', '[xy]', '1?', ''],
  // The last digit of a logarithm or a power depends on the language; within a larger expression it
  // may grow to a difference, or decide about a step. What Prometheus makes of dates that no calendar has, and of histograms as labels, is its own.
  functions: functionNames.filter(
    (name) => !(name in dateFunctions) && !/^(exp|ln|log.*|ceil|floor|round|sgn)$/.test(name),
  ),
  // Below these Prometheus' engine looks for resets by itself, and then has no sum of histograms of
  // which only one was reset. In a Prometheus server that depends on how its chunks were cut.
  onSelectors: ['absent', 'histogram_avg', 'histogram_count', 'histogram_sum', 'timestamp'],
  // Which of equals topk keeps depends, in a subquery, on the order of a map of Go.
  aggregations: aggregations.filter((name) => !/^(count_values|topk|bottomk)$/.test(name)),
  arithmetic: ['+', '-', '*', '/'],
  numbers: [0, 1, 2, -1, 0.5, 0.9, 10, 100, 1e3, -0.3, Infinity, NaN],
  durationsMs: [20_000, 60_000, 150_000, 300_000, 600_000, 1_000_000],
  offsetShare: 0.15,
};

const comparisons = ['==', '!=', '>', '<', '>=', '<='] as const;
const sets = ['and', 'or', 'unless'] as const;

/** Trees whose types are right. */
export class RandomExpressions {
  readonly #random: Random;
  readonly #words: Words;

  constructor(random: Random, words: Words) {
    this.#random = random;
    this.#words = words;
  }

  /** Of a type that can be evaluated, nested so deeply at most. */
  any(depth: number): Expression {
    return this.#random.chance(0.9) ? this.vector(depth) : this.scalar(depth);
  }

  scalar(depth: number): Expression {
    const random = this.#random;
    if (depth <= 0 || random.chance(0.6)) {
      return { kind: 'number', value: random.pick(this.#words.numbers) };
    }
    switch (random.whole(0, 3)) {
      case 0:
        return { kind: 'call', name: 'time', arguments: [] };
      case 1:
        return { kind: 'call', name: 'scalar', arguments: [this.vector(depth - 1)] };
      case 2:
        return negation(this.scalar(depth - 1));
      default: {
        const compares = random.chance(0.3);
        return {
          kind: 'binary',
          operator: random.pick(compares ? comparisons : this.#words.arithmetic),
          ...(compares && { returnsBool: true }),
          left: this.scalar(depth - 1),
          right: this.scalar(depth - 1),
        };
      }
    }
  }

  vector(depth: number): Expression {
    const random = this.#random;
    if (depth <= 0 || random.chance(0.15)) return this.selector();
    const share = random.next();
    if (share < 0.35) return this.#call(depth);
    if (share < 0.6) return this.#aggregation(depth);
    if (share < 0.95) return this.#binary(depth);
    return negation(this.vector(depth - 1));
  }

  range(depth: number): Expression {
    const random = this.#random;
    const rangeMs = random.pick(this.#words.durationsMs);
    if (depth <= 0 || random.chance(0.8)) {
      const selector = this.selector();
      return { kind: 'range', selector, rangeMs };
    }
    return {
      kind: 'subquery',
      expression: this.vector(depth - 1),
      rangeMs,
      ...(random.chance(0.7) && { stepMs: random.pick(this.#words.durationsMs) }),
      ...(random.chance(this.#words.offsetShare) && {
        offsetMs: random.pick(this.#words.durationsMs),
      }),
    };
  }

  selector(): Extract<Expression, { kind: 'selector' }> {
    const random = this.#random;
    const offset = random.chance(this.#words.offsetShare)
      ? random.pick(this.#words.durationsMs)
      : 0;
    const offsetMs = random.chance(0.2) ? -offset : offset;
    const matchers: Matcher[] = [];
    while (random.chance(0.3)) matchers.push(this.#matcher());
    const isNamed = random.chance(0.9);
    const name = random.pick(this.#words.metrics);
    if (!isNamed) matchers.unshift({ label: '__name__', operator: '=', value: name });
    return {
      kind: 'selector',
      ...(isNamed && { name }),
      matchers,
      ...(offsetMs !== 0 && { offsetMs }),
    };
  }

  #matcher(): Matcher {
    const random = this.#random;
    const operator = random.pick(['=', '!=', '=~', '!~'] as const);
    const isPattern = operator.endsWith('~');
    const value = random.pick(isPattern ? this.#words.patterns : this.#words.values);
    return { label: random.pick(this.#words.labels), operator, value };
  }

  #call(depth: number): Expression {
    const random = this.#random;
    const name = random.pick(
      this.#words.functions.filter((each) => functions[each].returns === 'vector'),
    );
    const { takes, optional = 0, repeats = false }: Signature = functions[name];
    const types = takes.slice(0, takes.length - random.whole(0, optional));
    if (repeats && random.chance(0.3)) types.push(takes.at(-1)!);
    return {
      kind: 'call',
      name,
      arguments: types.map((type, index): Expression => {
        if (type === 'string') return { kind: 'string', value: this.#argument(name, index) };
        return this[type](this.#words.onSelectors.includes(name) ? 0 : depth - 1);
      }),
    };
  }

  /** Text that the function accepts at that place. */
  #argument(name: FunctionName, index: number): string {
    const random = this.#random;
    if (name === 'label_replace' && index === 4) {
      return random.pick(['(.*)', 'x|y', '(?P<all>.)(.*)', '']);
    }
    if (name === 'label_replace' && index === 2) return random.pick(['$1', 'new-$all', '$$', '']);
    if (name === 'label_join' && index === 2) return random.pick(this.#words.values);
    return random.pick(this.#words.labels);
  }

  #aggregation(depth: number): Expression {
    const random = this.#random;
    const name = random.pick(this.#words.aggregations);
    const parameter: Expression | undefined =
      name === 'count_values'
        ? { kind: 'string', value: random.pick(this.#words.labels) }
        : ['topk', 'bottomk', 'quantile'].includes(name)
          ? this.scalar(depth - 1)
          : undefined;
    const by = random.pick(['by', 'without', undefined] as const);
    return {
      kind: 'aggregation',
      name,
      ...(parameter !== undefined && { parameter }),
      expression: this.vector(depth - 1),
      ...(by !== undefined && { grouping: { by, labels: random.some(this.#words.labels) } }),
    };
  }

  #binary(depth: number): Expression {
    const random = this.#random;
    const operator = random.pick([...comparisons, ...this.#words.arithmetic, ...sets]);
    const isSet = (sets as readonly string[]).includes(operator);
    const isComparison = (comparisons as readonly string[]).includes(operator);
    const withScalar = !isSet && random.chance(0.4);
    const sides = [
      this.vector(depth - 1),
      (withScalar ? this.scalar : this.vector).call(this, depth - 1),
    ];
    if (random.chance(0.3)) sides.reverse();
    const matching = withScalar ? undefined : this.#matching(isSet);
    const binary: Binary = {
      kind: 'binary',
      operator,
      ...(isComparison && random.chance(0.3) && { returnsBool: true }),
      ...(matching !== undefined && { matching }),
      left: sides[0]!,
      right: sides[1]!,
    };
    return binary;
  }

  #matching(isSet: boolean): Matching | undefined {
    const random = this.#random;
    if (random.chance(0.4)) return undefined;
    const on = random.pick(['on', 'ignoring'] as const);
    const labels = random.some(this.#words.labels);
    if (isSet || random.chance(0.5)) return { on, labels };
    const others = this.#words.labels.filter((label) => !labels.includes(label));
    const include = random.some(others);
    const many = random.pick(['left', 'right'] as const);
    return { on, labels, many, ...(include.length > 0 && { include }) };
  }
}

/** A sign in front of a number is part of the number. */
function negation(expression: Expression): Expression {
  return expression.kind === 'number' ? expression : { kind: 'negation', expression };
}

/** A text with a slip of the pen: a word or a letter is missing, there twice, or another one's. */
export function misspelt(random: Random, text: string): string {
  const words = text.match(/[\w.:]+|"(?:[^"\\]|\\.)*"|\s+|[^\w\s]/gu) ?? [];
  const at = random.whole(0, words.length - 1);
  const other = random.pick([...words, '@', 'offset', 'bool', 'on', '[', '-', '5m', ',', '"', '{']);
  const changed = random.pick([[], [words[at]!, words[at]!], [other], [words[at]!, other]]);
  return [...words.slice(0, at), ...changed, ...words.slice(at + 1)].join('');
}

/** When series end: expressions are evaluated near it. */
export const endMs = 3_600_000;

/** Some series of every kind, with gaps, resets, ends and odd values. */
export function randomSeries(random: Random): Series[] {
  const all: Series[] = [];
  for (const a of ['x', 'y', 'z']) {
    for (const b of ['1', '2']) {
      for (const name of ['g1', 'g2', 'c1_total', 'c2_total', 'n1', 'n2', 'mixed']) {
        if (random.chance(0.25)) continue;
        all.push(oneSeries(random, { __name__: name, a, ...(name !== 'g2' && { b }) }, name));
        if (name === 'g2') break;
      }
    }
    all.push(...classicHistogram(random, a));
  }
  // Two with the same labels would be one.
  return [...new Map(all.map((series) => [series.labels.key, series])).values()];
}

function oneSeries(random: Random, labels: Record<string, string>, name: string): Series {
  const times = randomTimes(random);
  const endedAt = random.chance(0.15) ? [endMs - random.whole(0, 900_000)] : [];
  const kept = times.filter((time) => !endedAt.includes(time));
  const isCounter = name.startsWith('c');
  const base = { labels: Labels.of(labels), times: kept, endedAt };
  if (name.startsWith('n') || name === 'mixed') {
    const native = nativeSamples(random, kept.length, name === 'n2');
    const histograms = native.map((each) =>
      name === 'mixed' && random.chance(0.7) ? undefined : each,
    );
    return { ...base, values: kept.map(() => random.whole(0, 9)), histograms };
  }
  return {
    ...base,
    values: isCounter ? counted(random, kept.length) : gauged(random, kept.length),
  };
}

/** Every quarter of a minute or so, never at a round time, with gaps. */
function randomTimes(random: Random): number[] {
  const times: number[] = [];
  const intervalMs = random.pick([5000, 15_000, 30_000]);
  let time = endMs - random.whole(600_000, 1_800_000);
  while (time < endMs) {
    if (!random.chance(0.1)) times.push(time);
    time += intervalMs + (random.chance(0.3) ? random.whole(-1000, 1000) : 0);
    if (random.chance(0.01)) time += 400_000;
  }
  return times;
}

function counted(random: Random, count: number): number[] {
  const isWhole = random.chance(0.5);
  let value = random.chance(0.3) ? 0 : random.whole(0, 1000);
  return Array.from({ length: count }, () => {
    value += isWhole ? random.whole(0, 9) : random.next() * 10;
    if (random.chance(0.02)) value = random.whole(0, 3);
    return value;
  });
}

function gauged(random: Random, count: number): number[] {
  const isConstant = random.chance(0.2);
  const constant = random.pick([0, 1, 5, NaN, Infinity]);
  return Array.from({ length: count }, () => {
    if (isConstant) return constant;
    if (random.chance(0.03)) return random.pick([NaN, Infinity, -Infinity, 0, 1e300, -1e300]);
    return random.chance(0.5) ? random.whole(-5, 20) : (random.next() - 0.3) * 100;
  });
}

function classicHistogram(random: Random, a: string): Series[] {
  const bounds = ['0.1', '0.5', '1', '2.5', random.chance(0.9) ? '+Inf' : '10'];
  const times = randomTimes(random);
  const sums = new Array<number>(times.length).fill(0);
  return bounds.map((le) => {
    const own = counted(random, times.length);
    const values = own.map((value, at) => {
      // Not always rising from bucket to bucket.
      sums[at] = (random.chance(0.02) ? 0 : sums[at]!) + value;
      return sums[at]!;
    });
    return { labels: Labels.of({ __name__: 'h_bucket', a, b: '1', le }), times, values };
  });
}

function nativeSamples(random: Random, count: number, isOdd: boolean): NativeHistogram[] {
  let schema = random.whole(0, 4);
  let zeroThreshold = random.pick([0, 1e-128, 0.001]);
  const positive = new Map<number, number>();
  const negative = new Map<number, number>();
  let zeroCount = 0;
  let sum = 0;
  return Array.from({ length: count }, () => {
    if (random.chance(0.03)) {
      for (const buckets of [positive, negative]) buckets.clear();
      zeroCount = 0;
      sum = 0;
      if (isOdd) schema = random.whole(-1, 4);
      if (isOdd) zeroThreshold = random.pick([0, 1e-128, 0.001, 0.5]);
    }
    for (let each = random.whole(0, 3); each > 0; each--) {
      const buckets = isOdd && random.chance(0.3) ? negative : positive;
      // Not where the widest bucket of zero reaches.
      const index = random.whole(2 ** Math.max(schema, 0), 2 ** Math.max(schema, 0) * 3);
      buckets.set(index, (buckets.get(index) ?? 0) + random.whole(1, 4));
      sum += random.whole(1, 10);
    }
    zeroCount += Number(random.chance(0.3));
    const [above, below] = [bucketsOf(positive), bucketsOf(negative)];
    const total = [...above.counts, ...below.counts].reduce((a, b) => a + b, zeroCount);
    return {
      schema,
      count: total,
      sum,
      zeroThreshold,
      zeroCount,
      positive: above,
      negative: below,
    };
  });
}

function bucketsOf(counts: ReadonlyMap<number, number>): NativeBuckets {
  const indexes = [...counts.keys()].sort((a, b) => a - b);
  return { indexes, counts: indexes.map((index) => counts.get(index)!) };
}
