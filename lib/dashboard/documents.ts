// What the page asks for, as plain data. People and scripts may read it as well: docs/dashboard.md.

import type { HistogramReading } from '../core/reading/histogram-reading.js';
import type { HistoryPoint, HistoryRange } from '../core/reading/history-points.js';
import type { LabelFilter, Snapshot } from '../core/reading/snapshot.js';
import type { FamilySnapshot, SeriesSnapshot } from '../core/region/directory.js';
import { toNumber } from '../exposition/json.js';
import { percentilePoints } from '../exposition/percentile-distribution.js';
import { encodeSnapshot } from '../exposition/transfer.js';
import { intervalPercentile, shownPercentiles } from './interval-percentiles.js';
import type { DashboardSource } from './source.js';

/** Which families there are. */
export function catalogueDocument({ families }: Snapshot) {
  return {
    families: families.map(({ info }) => {
      const { name, kind, help, unit = null, labels, bounds } = info;
      return { name, kind, help, unit, labels, bounds };
    }),
  };
}

/** All current values; of histograms also what was recorded since an earlier snapshot. */
export function valuesDocument(snapshot: Snapshot, earlier?: Snapshot) {
  const { takenAt, takenMonotonic, startedAt, families } = snapshot;
  return {
    takenAt,
    takenMonotonic,
    startedAt,
    families: families.map((family) => ({
      name: family.info.name,
      series: family.series.map((series) => ({
        labels: Object.fromEntries(series.info.labels),
        ...numbersOf(snapshot, series, earlier),
      })),
    })),
  };
}

/** All that a server elsewhere needs to show the same, and how the program does. */
export function snapshotDocument(snapshot: Snapshot, health: object | undefined) {
  return { snapshot: encodeSnapshot(snapshot), health };
}

/** Earlier values of every series that has these labels. */
export async function historyDocument(source: DashboardSource, name: string, range: HistoryRange) {
  const family = source.snapshot().family(name);
  if (family === undefined) return undefined;
  const fetched = (await source.fetchHistory?.(name, range)) ?? [];
  const known = new Map(fetched.map(({ labels, points }) => [keyOf(labels), points]));
  return {
    name,
    kind: family.info.kind,
    series: matching(family, range.labels).map(({ info }) => {
      const labels = Object.fromEntries(info.labels);
      const points = known.get(keyOf(labels));
      return { labels, points: points ?? pointsOf(source.history(name, { ...range, labels })) };
    }),
  };
}

/** The percentile curve of every series that has these labels, over all it ever recorded. */
export function percentilesDocument(snapshot: Snapshot, name: string, labels: LabelFilter) {
  const family = snapshot.family(name);
  if (family === undefined) return undefined;
  return {
    name,
    unit: family.info.unit ?? null,
    series: matching(family, labels).flatMap((series) => {
      const reading = snapshot.read(series);
      if (reading === undefined) return [];
      const points = Array.from(percentilePoints(reading));
      return [{ labels: Object.fromEntries(series.info.labels), count: reading.count, points }];
    }),
  };
}

function keyOf(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).sort());
}

function matching({ series }: FamilySnapshot, labels: LabelFilter = {}): SeriesSnapshot[] {
  const wanted = Object.entries(labels);
  return series.filter(({ info }) =>
    wanted.every(([name, value]) => info.labels.some((has) => has[0] === name && has[1] === value)),
  );
}

function numbersOf(snapshot: Snapshot, series: SeriesSnapshot, earlier: Snapshot | undefined) {
  const reading = snapshot.read(series);
  if (reading === undefined) return { value: toNumber(snapshot.values[series.offset]!) };
  const recent = recentOf(reading, series, earlier);
  return {
    count: reading.count,
    sum: toNumber(reading.sum),
    percentiles: percentilesOf(reading),
    ...(recent !== undefined && {
      recent: { count: recent.count, percentiles: percentilesOf(recent) },
    }),
  };
}

function recentOf(
  reading: HistogramReading,
  { info }: SeriesSnapshot,
  earlier: Snapshot | undefined,
): HistogramReading | undefined {
  const labels = Object.fromEntries(info.labels);
  const before = earlier?.find(info.family.name, labels);
  // One that started again meanwhile says nothing of the time between.
  if (earlier === undefined || before?.info.createdAt !== info.createdAt) return undefined;
  return reading.since(earlier.read(before));
}

function percentilesOf(reading: HistogramReading): Record<string, number | null> {
  return Object.fromEntries(
    shownPercentiles.map((percent) => {
      const value = reading.percentile(percent);
      return [String(percent), Number.isFinite(value) ? value : null];
    }),
  );
}

/** Counters and gauges: time and value. Histograms: time, count, and percentiles since the point before. */
function pointsOf(points: readonly HistoryPoint[]) {
  return points.map(({ at, value, buckets }, index) => {
    if (buckets === undefined) return { at, value: toNumber(value) };
    const before = points[index - 1]?.buckets;
    const percentiles = Object.fromEntries(
      shownPercentiles.map((percent) => [percent, intervalPercentile(buckets, before, percent)]),
    );
    return { at, value, percentiles };
  });
}
