// Several histograms of one family as one: percentiles of a whole cluster are those of all its values,
// and no average or maximum of its members' percentiles.

import { HistogramReading } from '../core/reading/histogram-reading.js';
import { numbersOf, type Snapshot } from '../core/reading/snapshot.js';
import type { SeriesSnapshot } from '../core/region/directory.js';
import type { FamilyInfo } from '../core/region/family-info.js';

/**
 * The distribution of all these series of a snapshot together; undefined when there is none, or when
 * they come from registries whose histograms have different cells.
 */
export function mergedReading(
  snapshot: Snapshot,
  series: readonly SeriesSnapshot[],
): HistogramReading | undefined {
  const [first, ...others] = series;
  if (first === undefined || first.info.family.kind !== 'histogram') return undefined;
  if (others.length === 0) return snapshot.read(first);
  const { family } = first.info;
  if (!others.every(({ info }) => hasSameCells(info.family, family))) return undefined;
  return new HistogramReading(family, totals(snapshot, series), ...cellsOf(snapshot, series));
}

function hasSameCells(one: FamilyInfo, other: FamilyInfo): boolean {
  if (one === other) return true;
  const cells = ({ bounds, cells: { scale, baseIndex, shift } }: FamilyInfo) =>
    [scale, baseIndex, shift, ...bounds].join();
  return cells(one) === cells(other);
}

/** Counts by bound, count and sum are added up; of the extremes the outermost count. */
function totals({ values }: Snapshot, series: readonly SeriesSnapshot[]): Float64Array {
  const bounds = series[0]!.info.family.bounds.length;
  const merged = new Float64Array(bounds + 4);
  merged[bounds + 2] = Number.NaN;
  merged[bounds + 3] = Number.NaN;
  for (const { offset } of series) {
    for (let at = 0; at < bounds + 2; at++) merged[at]! += values[offset + at]!;
    merged[bounds + 2] = outermost(Math.min, merged[bounds + 2]!, values[offset + bounds + 2]!);
    merged[bounds + 3] = outermost(Math.max, merged[bounds + 3]!, values[offset + bounds + 3]!);
  }
  return merged;
}

function outermost(choose: (a: number, b: number) => number, a: number, b: number): number {
  if (Number.isNaN(a)) return b;
  return Number.isNaN(b) ? a : choose(a, b);
}

function cellsOf(
  snapshot: Snapshot,
  series: readonly SeriesSnapshot[],
): [index: Int32Array, counts: Float64Array] {
  const { cellStart, cellIndex, cellCount } = numbersOf(snapshot);
  const counts = new Map<number, number>();
  for (const { info } of series) {
    for (let at = cellStart[info.slot]!; at < cellStart[info.slot + 1]!; at++) {
      const cell = cellIndex[at]!;
      counts.set(cell, (counts.get(cell) ?? 0) + cellCount[at]!);
    }
  }
  const sorted = [...counts].sort(([a], [b]) => a - b);
  return [
    Int32Array.from(sorted, ([cell]) => cell),
    Float64Array.from(sorted, ([, count]) => count),
  ];
}
