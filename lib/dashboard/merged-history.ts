// The past of several histograms of one family as one. What each recorded in an interval is added up by
// bucket, so percentiles over all members are those of all their values, and no maximum of theirs.

import type { Bucket } from '../core/reading/distribution.js';

/** Earlier values of one histogram: its count, and what had been recorded up to then by bucket. */
export interface HistogramPoint {
  readonly at: number;
  readonly value: number;
  readonly buckets?: readonly Bucket[];
}

type History = readonly HistogramPoint[];

/** Members of several programs are not read at the same moments: those that are so much nearer are one. */
const leastShare = 0.9;

/** Undefined where they cannot be put together, because buckets are missing or differ. */
export function mergedHistory(all: readonly History[]): HistogramPoint[] | undefined {
  const histories = all.filter((points) => points.length > 0);
  const bounds = boundsOf(histories);
  if (bounds === undefined) return undefined;
  const next = histories.map(() => 0);
  const total = bounds.map(() => 0);
  let before: readonly (HistogramPoint | undefined)[] = [];
  const merged = momentsOf(histories).map((at): HistogramPoint => {
    const now = histories.map((points, index) => {
      while ((points[next[index]!]?.at ?? Number.POSITIVE_INFINITY) <= at) next[index]! += 1;
      return points[next[index]! - 1];
    });
    now.forEach((point, index) => {
      const grown = growth(before[index], point);
      for (let bound = 0; bound < total.length; bound++) total[bound]! += grown?.[bound] ?? 0;
    });
    before = now;
    const buckets = bounds.map((le, bound) => ({ le, count: total[bound]! }));
    return { at, value: total.at(-1) ?? 0, buckets };
  });
  return merged;
}

/** By bucket; undefined where nothing is known of the time between: it began, or began again, in it. */
function growth(
  before: HistogramPoint | undefined,
  now: HistogramPoint | undefined,
): readonly number[] | undefined {
  if (before === undefined || now === undefined) return undefined;
  const grown = now.buckets!.map(({ count }, index) => count - before.buckets![index]!.count);
  return grown.some((count) => count < 0) ? undefined : grown;
}

/** Of all; undefined unless all have the same. */
function boundsOf(histories: readonly History[]): readonly number[] | undefined {
  const first = histories[0]?.[0]?.buckets?.map(({ le }) => le);
  if (first === undefined) return undefined;
  const isSame = ({ buckets }: HistogramPoint) =>
    buckets?.length === first.length && buckets.every(({ le }, index) => le === first[index]);
  return histories.every((points) => points.every(isSame)) ? first : undefined;
}

/** When any of them was read, but not more often than the one that was read most often. */
function momentsOf(histories: readonly History[]): number[] {
  const step = leastShare * Math.min(...histories.map(typicalGap));
  const all = [...new Set(histories.flatMap((points) => points.map(({ at }) => at)))];
  const moments: number[] = [];
  for (const at of all.sort((a, b) => a - b)) {
    const last = moments.at(-1);
    if (last === undefined || at - last >= step) moments.push(at);
  }
  return moments;
}

function typicalGap(points: History): number {
  const gaps = points.slice(1).map(({ at }, index) => at - points[index]!.at);
  return gaps.sort((a, b) => a - b)[gaps.length >> 1] ?? 0;
}
