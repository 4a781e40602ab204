// Native histograms as values: sums, differences, resets and quantiles, as Prometheus defines them.

import { ExactSum } from './arithmetic.js';
import type { NativeBuckets, NativeHistogram } from './series.js';

const noBuckets: NativeBuckets = { indexes: [], counts: [] };

export function scaled(histogram: NativeHistogram, factor: number): NativeHistogram {
  return mapped(histogram, (count) => count * factor);
}

export function divided(histogram: NativeHistogram, divisor: number): NativeHistogram {
  const all = mapped(histogram, (count) => count / divisor);
  // What is divided by zero has no buckets any more.
  return divisor === 0 ? { ...all, positive: noBuckets, negative: noBuckets } : all;
}

function mapped(histogram: NativeHistogram, change: (count: number) => number): NativeHistogram {
  const buckets = ({ indexes, counts }: NativeBuckets) => ({ indexes, counts: counts.map(change) });
  return {
    schema: histogram.schema,
    count: change(histogram.count),
    sum: change(histogram.sum),
    zeroThreshold: histogram.zeroThreshold,
    zeroCount: change(histogram.zeroCount),
    positive: buckets(histogram.positive),
    negative: buckets(histogram.negative),
  };
}

export function added(a: NativeHistogram, b: NativeHistogram): NativeHistogram {
  return combined(a, b, 1);
}

export function subtracted(a: NativeHistogram, b: NativeHistogram): NativeHistogram {
  return combined(a, b, -1);
}

/** `a + sign * b` at the coarser of both resolutions, without empty buckets. */
function combined(a: NativeHistogram, b: NativeHistogram, sign: number): NativeHistogram {
  const [left, right] = withOneZero(a, b);
  const schema = Math.min(left.schema, right.schema);
  const both = (side: 'positive' | 'negative') =>
    sumOf(
      atSchema(left[side], left.schema, schema),
      atSchema(right[side], right.schema, schema),
      sign,
    );
  return {
    schema,
    count: left.count + sign * right.count,
    sum: left.sum + sign * right.sum,
    zeroThreshold: left.zeroThreshold,
    zeroCount: left.zeroCount + sign * right.zeroCount,
    positive: both('positive'),
    negative: both('negative'),
  };
}

function sumOf(a: NativeBuckets, b: NativeBuckets, sign: number): NativeBuckets {
  const counts = new Map<number, number>();
  for (const [at, index] of a.indexes.entries()) counts.set(index, a.counts[at]!);
  for (const [at, index] of b.indexes.entries()) {
    counts.set(index, (counts.get(index) ?? 0) + sign * b.counts[at]!);
  }
  return fromMap(counts);
}

function fromMap(counts: ReadonlyMap<number, number>): NativeBuckets {
  const indexes = [...counts.keys()].filter((index) => counts.get(index) !== 0);
  indexes.sort((x, y) => x - y);
  return { indexes, counts: indexes.map((index) => counts.get(index)!) };
}

/** The same at a coarser resolution. */
export function reduced(histogram: NativeHistogram, schema: number): NativeHistogram {
  if (schema >= histogram.schema) return histogram;
  return {
    ...histogram,
    schema,
    positive: atSchema(histogram.positive, histogram.schema, schema),
    negative: atSchema(histogram.negative, histogram.schema, schema),
  };
}

function atSchema(buckets: NativeBuckets, from: number, to: number): NativeBuckets {
  if (from === to) return buckets;
  const counts = new Map<number, number>();
  for (const [at, index] of buckets.indexes.entries()) {
    const target = ((index - 1) >> (from - to)) + 1;
    counts.set(target, (counts.get(target) ?? 0) + buckets.counts[at]!);
  }
  return fromMap(counts);
}

/** Both with the wider of their buckets of zero, widened until it ends where a bucket ends. */
function withOneZero(a: NativeHistogram, b: NativeHistogram): [NativeHistogram, NativeHistogram] {
  let [left, right] = [a, b];
  while (left.zeroThreshold !== right.zeroThreshold) {
    if (left.zeroThreshold > right.zeroThreshold) {
      right = withZeroThreshold(right, left.zeroThreshold);
    } else left = withZeroThreshold(left, right.zeroThreshold);
  }
  return [left, right];
}

/** The bucket of zero takes up all that lies below the threshold, and whole buckets only. */
function withZeroThreshold(histogram: NativeHistogram, wanted: number): NativeHistogram {
  let threshold = wanted;
  const { schema } = histogram;
  // A filled bucket that the threshold cuts through moves it to the end of that bucket.
  for (let isCut = true; isCut; ) {
    isCut = false;
    for (const { indexes, counts } of [histogram.positive, histogram.negative]) {
      for (const [at, index] of indexes.entries()) {
        const isWithin =
          boundOf(index - 1, schema) < threshold && boundOf(index, schema) > threshold;
        if (!isWithin || counts[at] === 0) continue;
        threshold = boundOf(index, schema);
        isCut = true;
      }
    }
  }
  const zeroCount = new ExactSum(histogram.zeroCount);
  const outside = ({ indexes, counts }: NativeBuckets): NativeBuckets => {
    const kept = indexes.map((index) => boundOf(index - 1, schema) >= threshold);
    for (const [at, isKept] of kept.entries()) if (!isKept) zeroCount.add(counts[at]!);
    return {
      indexes: indexes.filter((_, at) => kept[at]),
      counts: counts.filter((_, at) => kept[at]),
    };
  };
  const positive = outside(histogram.positive);
  const negative = outside(histogram.negative);
  return { ...histogram, zeroThreshold: threshold, zeroCount: zeroCount.total, positive, negative };
}

/** Whether a counter began anew between two of its samples. */
export function wasReset(now: NativeHistogram, before: NativeHistogram): boolean {
  if (now.count < before.count) return true;
  // Buckets become coarser and the bucket of zero wider while a histogram lives, never the reverse.
  if (now.schema > before.schema || now.zeroThreshold < before.zeroThreshold) return true;
  let earlier = before;
  if (before.zeroThreshold !== now.zeroThreshold) {
    earlier = withZeroThreshold(before, now.zeroThreshold);
    if (earlier.zeroThreshold !== now.zeroThreshold) return true;
  }
  if (now.zeroCount < earlier.zeroCount) return true;
  earlier = reduced(earlier, now.schema);
  return lost(now.positive, earlier.positive) || lost(now.negative, earlier.negative);
}

function lost(now: NativeBuckets, before: NativeBuckets): boolean {
  let at = 0;
  for (const [earlier, index] of before.indexes.entries()) {
    while (at < now.indexes.length && now.indexes[at]! < index) at++;
    const count = now.indexes[at] === index ? now.counts[at]! : 0;
    if (count < before.counts[earlier]!) return true;
  }
  return false;
}

export function areEqual(a: NativeHistogram, b: NativeHistogram): boolean {
  return (
    a.schema === b.schema &&
    Object.is(a.count, b.count) &&
    Object.is(a.sum, b.sum) &&
    a.zeroThreshold === b.zeroThreshold &&
    Object.is(a.zeroCount, b.zeroCount) &&
    areSame(a.positive, b.positive) &&
    areSame(a.negative, b.negative)
  );
}

function areSame(a: NativeBuckets, b: NativeBuckets): boolean {
  return (
    a.indexes.length === b.indexes.length &&
    a.indexes.every((index, at) => index === b.indexes[at] && Object.is(a.counts[at], b.counts[at]))
  );
}

/** Without buckets that hold nothing. */
export function compacted(histogram: NativeHistogram): NativeHistogram {
  const { positive, negative } = histogram;
  if (!positive.counts.includes(0) && !negative.counts.includes(0)) return histogram;
  return { ...histogram, positive: filled(positive), negative: filled(negative) };
}

function filled({ indexes, counts }: NativeBuckets): NativeBuckets {
  const isFilled = counts.map((count) => count !== 0);
  return {
    indexes: indexes.filter((_, at) => isFilled[at]),
    counts: counts.filter((_, at) => isFilled[at]),
  };
}

/** Where the bucket with this index ends. */
export function boundOf(index: number, schema: number): number {
  const perPower = 2 ** schema;
  // Exact at powers of two; between them as near as a double comes.
  const power = Math.floor(index / perPower);
  const fraction = index / perPower - power;
  // The last bucket of finite numbers ends at the largest one.
  if (power === 1024 && fraction === 0) return Number.MAX_VALUE;
  return 2 ** fraction * 2 ** power;
}

interface Bucket {
  lower: number;
  upper: number;
  readonly count: number;
}

/** From the lowest to the highest, without empty ones. */
function* bucketsOf(histogram: NativeHistogram): Generator<Bucket> {
  const { schema, positive, negative, zeroThreshold, zeroCount } = histogram;
  for (let at = negative.indexes.length - 1; at >= 0; at--) {
    const index = negative.indexes[at]!;
    const lower = -boundOf(index, schema);
    // What overlaps with the bucket of zero begins where that ends.
    const upper = -Math.max(boundOf(index - 1, schema), zeroThreshold);
    if (negative.counts[at] !== 0) yield { lower, upper, count: negative.counts[at]! };
  }
  if (zeroCount > 0) yield { lower: -zeroThreshold, upper: zeroThreshold, count: zeroCount };
  for (const [at, index] of positive.indexes.entries()) {
    const lower = Math.max(boundOf(index - 1, schema), zeroThreshold);
    const upper = boundOf(index, schema);
    if (positive.counts[at] !== 0) yield { lower, upper, count: positive.counts[at]! };
  }
}

/** The value below which this share of the observations lies, interpolated within its bucket. */
export function nativeQuantile(quantile: number, histogram: NativeHistogram): number {
  if (quantile < 0) return Number.NEGATIVE_INFINITY;
  if (quantile > 1) return Number.POSITIVE_INFINITY;
  if (histogram.count === 0 || Number.isNaN(quantile)) return Number.NaN;
  // Observations that are no numbers count, and are in no bucket: only from below they do not disturb.
  const hasOddities = Number.isNaN(histogram.sum);
  const isFromBelow = hasOddities || quantile < 0.5;
  const buckets = [...bucketsOf(histogram)];
  if (!isFromBelow) buckets.reverse();
  let rank = (isFromBelow ? quantile : 1 - quantile) * histogram.count;
  let count = 0;
  let bucket: Bucket = { lower: 0, upper: 0, count: 0 };
  for (bucket of buckets) {
    count += bucket.count;
    if (count >= rank) break;
  }
  narrowZero(bucket, histogram);
  count = Math.min(count, histogram.count);
  if (count < rank) return hasOddities ? Number.NaN : bucket.upper;
  rank = isFromBelow ? rank - (count - bucket.count) : count - rank;
  const { lower, upper } = bucket;
  const fraction = rank / bucket.count;
  if (lower <= 0 && upper >= 0) return lower + (upper - lower) * fraction;
  const logarithms = [Math.log2(Math.abs(lower)), Math.log2(Math.abs(upper))] as const;
  const [logLower, logUpper] = logarithms;
  if (lower > 0) return 2 ** (logLower + (logUpper - logLower) * fraction);
  return -(2 ** (logUpper + (logLower - logUpper) * (1 - fraction)));
}

/** Where all is positive, or all negative, the bucket of zero ends at zero. */
function narrowZero(bucket: Bucket, { positive, negative }: NativeHistogram): void {
  if (!(bucket.lower < 0 && bucket.upper > 0)) return;
  const [above, below] = [positive.indexes.length > 0, negative.indexes.length > 0];
  if (above && !below) bucket.lower = 0;
  else if (below && !above) bucket.upper = 0;
}
