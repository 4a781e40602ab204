// Several histograms of one family as one: percentiles of a whole cluster are those of all its values,
// and no average or maximum of its members' percentiles.

import { HistogramReading } from '../core/reading/histogram-reading.js';
import { numbersOf, type Snapshot } from '../core/reading/snapshot.js';
import type { SeriesSnapshot } from '../core/region/directory.js';
import type { FamilyInfo } from '../core/region/family-info.js';

/** A series, and the snapshot that it stands in. */
export interface Standing {
  readonly snapshot: Snapshot;
  readonly series: SeriesSnapshot;
}

/**
 * The distribution of all these series together; undefined when there is none, or when they come from
 * registries whose histograms have different cells.
 */
export function mergedReading(all: readonly Standing[]): HistogramReading | undefined {
  const [first, ...others] = all;
  const family = first?.series.info.family;
  if (family?.kind !== 'histogram') return undefined;
  if (others.length === 0) return first!.snapshot.read(first!.series);
  if (!others.every(({ series }) => hasSameCells(series.info.family, family))) return undefined;
  return new HistogramReading(family, totals(all), ...cellsOf(all));
}

function hasSameCells(one: FamilyInfo, other: FamilyInfo): boolean {
  if (one === other) return true;
  const cells = ({ bounds, cells: { scale, baseIndex, shift } }: FamilyInfo) =>
    [scale, baseIndex, shift, ...bounds].join();
  return cells(one) === cells(other);
}

/** Counts by bound, count and sum are added up; of the extremes the outermost count. */
function totals(all: readonly Standing[]): Float64Array {
  const bounds = all[0]!.series.info.family.bounds.length;
  const merged = new Float64Array(bounds + 4);
  merged[bounds + 2] = Number.NaN;
  merged[bounds + 3] = Number.NaN;
  for (const { snapshot, series } of all) {
    const own = snapshot.values.subarray(series.offset, series.offset + bounds + 4);
    for (let at = 0; at < bounds + 2; at++) merged[at]! += own[at]!;
    merged[bounds + 2] = outermost(Math.min, merged[bounds + 2]!, own[bounds + 2]!);
    merged[bounds + 3] = outermost(Math.max, merged[bounds + 3]!, own[bounds + 3]!);
  }
  return merged;
}

function outermost(choose: (a: number, b: number) => number, a: number, b: number): number {
  if (Number.isNaN(a)) return b;
  return Number.isNaN(b) ? a : choose(a, b);
}

function cellsOf(all: readonly Standing[]): [index: Int32Array, counts: Float64Array] {
  const counts = new Map<number, number>();
  for (const { snapshot, series } of all) {
    const { cellStart, cellIndex, cellCount } = numbersOf(snapshot);
    const { slot } = series.info;
    for (let at = cellStart[slot]!; at < cellStart[slot + 1]!; at++) {
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
