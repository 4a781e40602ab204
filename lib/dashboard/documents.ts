// What the page asks for, as plain data. People and scripts may read it as well: docs/dashboard.md.

import { profilesOf } from '../catalogues/cluster/watch.js';
import type { HistogramReading } from '../core/reading/histogram-reading.js';
import type { HistoryRange } from '../core/reading/history-points.js';
import type { LabelFilter, Snapshot } from '../core/reading/snapshot.js';
import type { FamilySnapshot, SeriesSnapshot } from '../core/region/directory.js';
import { toNumber } from '../exposition/json.js';
import { mergedReading } from '../exposition/merged-reading.js';
import { percentilePoints } from '../exposition/percentile-distribution.js';
import { isAbsent } from '../exposition/present.js';
import { encodeSnapshot } from '../exposition/transfer.js';
import { intervalPercentile, shownPercentiles } from './interval-percentiles.js';
import { mergedHistory } from './merged-history.js';
import type { DashboardSource, FetchedHistory } from './source.js';

/** Which families there are, and what the profiles of their catalogues have for the page. */
export function catalogueDocument(snapshot: Snapshot, title: string) {
  const { families } = snapshot;
  return {
    title,
    profiles: profilesOf([snapshot]).map(({ name, members, page }) => ({
      name,
      ...page,
      ...(members !== undefined && {
        members: {
          member: members.member,
          label: members.label,
          status: members.status,
          term: members.term,
          leader: members.leader,
          position: members.position,
        },
      }),
    })),
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
      ...mergedOf(snapshot, family, earlier),
      series: family.series
        .filter((series) => !isAbsent(snapshot, series))
        .map((series) => ({
          labels: Object.fromEntries(series.info.labels),
          ...numbersOf(snapshot, series, earlier),
        })),
    })),
  };
}

/** Of a family of several histograms: all of them as one. */
function mergedOf(snapshot: Snapshot, { info, series }: FamilySnapshot, earlier?: Snapshot) {
  if (info.kind !== 'histogram' || series.length < 2) return {};
  const reading = mergedReading(standing(snapshot, series));
  if (reading === undefined) return {};
  const before = earlier && mergedReading(standing(earlier, sameIn(earlier, series)));
  const recent = earlier && reading.since(before);
  return { merged: distributionOf(reading, recent) };
}

function standing(snapshot: Snapshot, all: readonly SeriesSnapshot[]) {
  return all.map((series) => ({ snapshot, series }));
}

/** Those of the series that an earlier snapshot has as well. */
function sameIn(earlier: Snapshot, series: readonly SeriesSnapshot[]): SeriesSnapshot[] {
  return series.flatMap(({ info }) => {
    const before = earlier.find(info.family.name, Object.fromEntries(info.labels));
    return before?.info.createdAt === info.createdAt ? before : [];
  });
}

/** All that a server elsewhere needs to show the same, and how the program does. */
export function snapshotDocument(snapshot: Snapshot, health: object | undefined) {
  return { snapshot: encodeSnapshot(snapshot), health };
}

/** Earlier values of every series that has these labels. */
export async function historyDocument(source: DashboardSource, name: string, range: HistoryRange) {
  const snapshot = source.snapshot();
  const family = snapshot.family(name);
  if (family === undefined) return undefined;
  const fetched = (await source.fetchHistory?.(name, range)) ?? [];
  const known = new Map(fetched.map(({ labels, points }) => [keyOf(labels), points]));
  const wanted = matching(family, range.labels);
  const { kind } = family.info;
  const histories = wanted.map(({ info, offset }) => {
    const labels = Object.fromEntries(info.labels);
    const points = known.get(keyOf(labels)) ?? source.history(name, { ...range, labels });
    return { labels, points, max: snapshot.read({ info, offset })?.max };
  });
  const merged =
    kind === 'histogram' && histories.length > 1
      ? mergedHistory(histories.map(({ points }) => points))
      : undefined;
  return {
    name,
    kind,
    ...(kind === 'histogram' && { bounds: family.info.bounds }),
    series: histories.map(({ labels, points, max }) => ({ labels, points: pointsOf(points, max) })),
    ...(merged !== undefined && {
      merged: { points: pointsOf(merged, largest(histories.map(({ max }) => max))) },
    }),
  };
}

function largest(values: readonly (number | undefined)[]): number {
  return Math.max(
    ...values.map((value) => value ?? Number.NaN).filter((each) => !Number.isNaN(each)),
  );
}

/** The percentile curve of every series that has these labels, over all it ever recorded. */
export function percentilesDocument(snapshot: Snapshot, name: string, labels: LabelFilter) {
  const family = snapshot.family(name);
  if (family === undefined) return undefined;
  const wanted = matching(family, labels);
  const merged = mergedReading(standing(snapshot, wanted));
  return {
    name,
    unit: family.info.unit ?? null,
    series: wanted.flatMap((series) => {
      const reading = snapshot.read(series);
      if (reading === undefined) return [];
      return [{ labels: Object.fromEntries(series.info.labels), ...curveOf(reading) }];
    }),
    ...(merged !== undefined && wanted.length > 1 && { merged: curveOf(merged) }),
  };
}

function curveOf(reading: HistogramReading) {
  return {
    count: reading.count,
    // The points of the curve lie near these, and not on them.
    percentiles: percentilesOf(reading),
    max: Number.isFinite(reading.max) ? reading.max : null,
    points: Array.from(percentilePoints(reading)),
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
  return distributionOf(reading, recentOf(reading, series, earlier));
}

function distributionOf(reading: HistogramReading, recent: HistogramReading | undefined) {
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

/**
 * Counters and gauges: time and value, without the time when a gauge was not set. Histograms: time,
 * count, how much of that was at most each bound and in the end all, and percentiles since the point
 * before, estimated from these.
 */
function pointsOf(points: FetchedHistory['points'], max?: number) {
  return points
    .filter(({ value }) => !Number.isNaN(value))
    .map(({ at, value, buckets }, index, all) => {
      if (buckets === undefined) return { at, value: toNumber(value) };
      const before = all[index - 1]?.buckets;
      const percentiles = Object.fromEntries(
        shownPercentiles.map((percent) => [
          percent,
          intervalPercentile(buckets, before, percent, max),
        ]),
      );
      return { at, value, counts: buckets.map(({ count }) => count), percentiles };
    });
}
