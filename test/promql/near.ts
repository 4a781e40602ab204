// Whether two results are the same, but for the last digits of a double.

import type { QueryResult } from '../../lib/promql/evaluation/compile.js';
import type { NativeBuckets, NativeHistogram } from '../../lib/promql/evaluation/series.js';
import type { EngineElement, EngineResult } from './engine.js';

const tolerance = 1e-12;

/** What differs between a result and the one of Prometheus' engine; undefined: nothing. */
export function differenceOf(
  ours: QueryResult | { readonly error: string },
  theirs: EngineResult,
): string | undefined {
  if ('error' in ours || 'error' in theirs) {
    return 'error' in ours && 'error' in theirs ? undefined : 'only one failed';
  }
  if (ours.type === 'scalar' || theirs.type === 'scalar') {
    const isSame =
      ours.type === 'scalar' && theirs.type === 'scalar' && areNear(ours.value, theirs.value);
    return isSame ? undefined : 'other scalars';
  }
  const expected = new Map(theirs.elements.map((each) => [keyOf(each.labels), each]));
  if (expected.size !== ours.elements.length) return 'another number of series';
  for (const { labels, value, histogram } of ours.elements) {
    const other = expected.get(keyOf(labels.toRecord()));
    if (other === undefined) return `no ${labels}`;
    if (!isSameElement(value, histogram, other)) return `another value of ${labels}`;
  }
  return undefined;
}

export function areNear(a: number, b: number): boolean {
  if (Object.is(a, b) || a === b) return true;
  return Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b));
}

function keyOf(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).sort());
}

function isSameElement(
  value: number,
  histogram: NativeHistogram | undefined,
  other: EngineElement,
): boolean {
  if (histogram === undefined) return other.histogram === undefined && areNear(value, other.value);
  const theirs = other.histogram;
  return (
    theirs !== undefined &&
    histogram.schema === theirs.schema &&
    histogram.zeroThreshold === theirs.zeroThreshold &&
    areNear(histogram.count, theirs.count) &&
    areNear(histogram.sum, theirs.sum) &&
    areNear(histogram.zeroCount, theirs.zeroCount) &&
    areSameBuckets(histogram.positive, theirs.positive) &&
    areSameBuckets(histogram.negative, theirs.negative)
  );
}

/** Empty ones say nothing. */
function areSameBuckets(ours: NativeBuckets, theirs: NativeBuckets): boolean {
  const [a, b] = [filled(ours), filled(theirs)];
  return (
    a.length === b.length &&
    a.every(([index, count], at) => index === b[at]![0] && areNear(count, b[at]![1]))
  );
}

function filled({ indexes, counts }: NativeBuckets): (readonly [number, number])[] {
  return indexes
    .map((index, at) => [index, counts[at]!] as const)
    .filter(([, count]) => count !== 0);
}
