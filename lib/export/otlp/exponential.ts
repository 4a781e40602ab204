// A histogram's cells as an exponential histogram of OpenTelemetry: buckets (base^i, base^(i+1)] with
// base = 2^(2^-scale).
//
// Cells are linear inside a power of two and these buckets are not, so that a cell may lie in two of
// them. It goes whole into the one that holds its middle: no value is off by more than its cell is
// wide. Powers of two are edges of both, so these are exact, as is every count.

import type { ExponentialHistogram } from '@opentelemetry/sdk-metrics';
import type { Cell } from '../../core/reading/distribution.js';
import type { HistogramReading } from '../../core/reading/histogram-reading.js';

/** As many buckets as the SDK of OpenTelemetry makes by default. */
const mostBuckets = 160;

/** Buckets of a scale above this one would be narrower than cells of so many significant digits. */
const finestScale = { 0: 0, 1: 4, 2: 7, 3: 10 } as const;

type Buckets = ExponentialHistogram['positive'];

/** Without sum and extremes: these are the same in every representation. */
export function toExponential(
  reading: HistogramReading,
): Pick<ExponentialHistogram, 'count' | 'scale' | 'zeroCount' | 'positive' | 'negative'> {
  let zeroCount = 0;
  let count = 0;
  let scale: number = finestScale[reading.info.digits as keyof typeof finestScale];
  const counts = new Map<number, number>();
  for (const cell of reading.cells()) {
    count += cell.count;
    // Too small for the first cell: zeros, and what is no different from zero at this precision.
    if (cell.low === 0) zeroCount += cell.count;
    else add(counts, indexOf(middleOf(cell, reading), scale), cell.count);
  }
  let buckets = counts;
  while (spanOf(buckets) > mostBuckets) {
    buckets = halved(buckets);
    scale--;
  }
  const negative = { offset: 0, bucketCounts: [] };
  return { count, scale, zeroCount, positive: toBuckets(buckets), negative };
}

function middleOf({ low, high }: Cell, { min, max }: HistogramReading): number {
  return Math.min(Math.max(low / 2 + high / 2, min), max);
}

/**
 * The bucket of a value. A power of two is the upper edge of one, and belongs to that: the logarithm
 * is taken of what is left after the powers of two, where it is exact at both ends.
 */
export function indexOf(value: number, scale: number): number {
  let exponent = Math.floor(Math.log2(value));
  if (2 ** exponent > value) exponent--;
  else if (2 ** (exponent + 1) <= value) exponent++;
  const buckets = 2 ** scale;
  return exponent * buckets + Math.ceil(Math.log2(value / 2 ** exponent) * buckets) - 1;
}

/** One scale less: two buckets become one. */
function halved(counts: ReadonlyMap<number, number>): Map<number, number> {
  const merged = new Map<number, number>();
  for (const [index, count] of counts) add(merged, Math.floor(index / 2), count);
  return merged;
}

function add(counts: Map<number, number>, index: number, count: number): void {
  counts.set(index, (counts.get(index) ?? 0) + count);
}

function edgesOf(counts: ReadonlyMap<number, number>): { first: number; last: number } {
  let first = Infinity;
  let last = -Infinity;
  for (const index of counts.keys()) {
    first = Math.min(first, index);
    last = Math.max(last, index);
  }
  return { first, last };
}

function spanOf(counts: ReadonlyMap<number, number>): number {
  const { first, last } = edgesOf(counts);
  return last - first + 1;
}

function toBuckets(counts: ReadonlyMap<number, number>): Buckets {
  if (counts.size === 0) return { offset: 0, bucketCounts: [] };
  const { first, last } = edgesOf(counts);
  const bucketCounts = Array.from(
    { length: last - first + 1 },
    (_, index) => counts.get(first + index) ?? 0,
  );
  return { offset: first, bucketCounts };
}
