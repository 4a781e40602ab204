// Whether expressions come to what they come to in Prometheus' own engine.

import { ExpressionError } from '../../lib/core/errors.js';
import { compile, type QueryResult } from '../../lib/promql/evaluation/compile.js';
import type { Series } from '../../lib/promql/evaluation/series.js';
import { SeriesList } from '../../lib/promql/evaluation/series-list.js';
import { print } from '../../lib/promql/printer.js';
import type { Engine } from './engine.js';
import { differenceOf } from './near.js';
import { endMs, plain, type Random, RandomExpressions, randomSeries } from './random.js';

export interface Asked {
  readonly text: string;
  readonly time: number;
}

/** As many expressions are tried over the same series. */
const expressionsARound = 50;

/**
 * Compares all results over the same series, and throws at the first that differs; resolves to how
 * many had series in them.
 */
export async function compare(
  engine: Engine,
  all: readonly Series[],
  asked: readonly Asked[],
): Promise<number> {
  const source = new SeriesList(all);
  const theirs = await engine.evaluate(all, asked);
  let filled = 0;
  for (const [index, each] of asked.entries()) {
    const ours = evaluated(source, each);
    const difference = differenceOf(ours, theirs[index]!);
    if (difference !== undefined) {
      const [a, b] = [ours, theirs[index]].map((result) => JSON.stringify(result));
      throw new Error(`${each.text} @ ${each.time}: ${difference}\nours ${a}\ntheirs ${b}`);
    }
    if ('elements' in ours && ours.elements.length > 0) filled++;
  }
  return filled;
}

/** So many times other series and other expressions. */
export async function compareByChance(
  engine: Engine,
  random: Random,
  rounds: number,
  progress: (done: number, of: number) => void = () => undefined,
): Promise<{ readonly expressions: number; readonly withSeries: number }> {
  const expressions = new RandomExpressions(random, plain);
  let withSeries = 0;
  for (let round = 0; round < rounds; round++) {
    const all = randomSeries(random);
    const asked = Array.from({ length: expressionsARound }, () => ({
      text: print(expressions.any(random.whole(1, 4))),
      time: endMs - random.whole(0, 300_000),
    }));
    withSeries += await compare(engine, all, asked);
    progress(round + 1, rounds);
  }
  return { expressions: rounds * expressionsARound, withSeries };
}

function evaluated(source: SeriesList, { text, time }: Asked): QueryResult | { error: string } {
  try {
    return compile(text).evaluate(source, time);
  } catch (error) {
    if (error instanceof ExpressionError && error.code === 'VSR_METRICS_EXPRESSION_FAILED') {
      return { error: error.message };
    }
    throw error;
  }
}
