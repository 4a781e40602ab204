// Quantiles of histograms whose buckets are series of their own.

export interface ClassicBucket {
  /** Where it ends. */
  readonly bound: number;
  /** Of all observations up to there. */
  count: number;
}

/** Differences in the last digits come from rounding, and are none. */
const tolerance = 1e-12;

const smallestNormal = 2 ** -1022;

/** The value of the label `le`; undefined when it is no number. */
export function boundOfLabel(text: string): number | undefined {
  if (/^[+-]?inf(inity)?$/i.test(text)) {
    return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return undefined;
  const bound = Number(text);
  // What no double holds is no bound either.
  return Number.isFinite(bound) ? bound : undefined;
}

/** The value below which this share lies, interpolated within its bucket. Sorts the buckets. */
export function classicQuantile(quantile: number, given: ClassicBucket[]): number {
  if (Number.isNaN(quantile)) return Number.NaN;
  if (quantile < 0) return Number.NEGATIVE_INFINITY;
  if (quantile > 1) return Number.POSITIVE_INFINITY;
  given.sort((a, b) => (a.bound < b.bound ? -1 : a.bound > b.bound ? 1 : 0));
  if (given.at(-1)?.bound !== Number.POSITIVE_INFINITY) return Number.NaN;
  const buckets = merged(given);
  makeRising(buckets);
  const last = buckets.length - 1;
  const observations = buckets[last]!.count;
  if (buckets.length < 2 || observations === 0) return Number.NaN;
  let rank = quantile * observations;
  const at = firstReaching(buckets, rank);
  if (at === last) return buckets[last - 1]!.bound;
  const { bound, count } = buckets[at]!;
  if (at === 0) return bound <= 0 ? bound : bound * (rank / count);
  const below = buckets[at - 1]!;
  rank -= below.count;
  return below.bound + (bound - below.bound) * (rank / (count - below.count));
}

/** By halving, as Prometheus does: counts that are no numbers lead both to the same bucket. */
function firstReaching(buckets: readonly ClassicBucket[], rank: number): number {
  let low = 0;
  let high = buckets.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (buckets[middle]!.count >= rank) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Buckets that end at the same bound, written differently, are one. */
function merged(buckets: readonly ClassicBucket[]): ClassicBucket[] {
  const all: ClassicBucket[] = [];
  for (const bucket of buckets) {
    const last = all.at(-1);
    if (last !== undefined && last.bound === bucket.bound) last.count += bucket.count;
    else all.push({ ...bucket });
  }
  return all;
}

/** A bucket holds what the ones below it hold: where it does not, series were read apart in time. */
function makeRising(buckets: readonly ClassicBucket[]): void {
  let before = buckets[0]!.count;
  for (const bucket of buckets.slice(1)) {
    if (areAlmostEqual(before, bucket.count) || bucket.count < before) bucket.count = before;
    else before = bucket.count;
  }
}

function areAlmostEqual(a: number, b: number): boolean {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return true;
  const sum = Math.abs(a) + Math.abs(b);
  const difference = Math.abs(a - b);
  if (a === 0 || b === 0 || sum < smallestNormal) return difference < tolerance * smallestNormal;
  return difference / Math.min(sum, Number.MAX_VALUE) < tolerance;
}
