// Earlier values of series as text for people, and as JSON for programs:
//
//   [ { "name": "vsr_view_number", "kind": "gauge", "unit": null,
//       "labels": { "replica_id": "0" },
//       "points": [ { "at": 1767225600000, "value": 7 }, ... ] } ]       (at: unix milliseconds)
//
// A point of a histogram has its count as value, and "sum" and "buckets" as JSON snapshots have
// them. NaN and infinities are the texts "NaN", "+Inf" and "-Inf".

import type { HistoryPoint, HistoryRange } from '../../core/reading/history-points.js';
import type { RegistryReader } from '../../core/reading/reader.js';
import type { SeriesInfo } from '../../core/region/family-info.js';
import { toNumber } from '../../exposition/json.js';
import { seriesText } from '../../exposition/samples.js';
import { readOrFail } from '../files.js';
import { alignColumns, formatNumber, printable } from '../text.js';
import { seriesNamed } from './select.js';

/** One series and its points, oldest first. */
export interface SeriesHistory {
  readonly info: SeriesInfo;
  readonly points: readonly HistoryPoint[];
}

/** The history of every series that is named; without names, of all gauges. */
export function readHistories(
  reader: RegistryReader,
  names: readonly string[],
  range: HistoryRange,
): SeriesHistory[] {
  return readOrFail(() => {
    const snapshot = reader.snapshot();
    const gauges = snapshot.families.filter(({ info }) => info.kind === 'gauge');
    const wanted =
      names.length === 0
        ? gauges.flatMap(({ series }) => series.map(({ info }) => info))
        : [...seriesNamed('--history', names, snapshot)];
    return wanted.map((info) => ({
      info,
      points: reader.history(info.family.name, {
        ...range,
        labels: Object.fromEntries(info.labels),
      }),
    }));
  });
}

export function historyAsJson(histories: readonly SeriesHistory[]): string {
  const series = histories.map(({ info: { family, labels }, points }) => ({
    name: family.name,
    kind: family.kind,
    unit: family.unit ?? null,
    labels: Object.fromEntries(labels),
    points: points.map(({ at, value, sum, buckets }) => ({
      at,
      value: toNumber(value),
      ...(sum !== undefined && { sum: toNumber(sum) }),
      ...(buckets !== undefined && {
        buckets: buckets.map(({ le, count }) => ({ le: toNumber(le), count })),
      }),
    })),
  }));
  return `${JSON.stringify(series)}\n`;
}

/** A table for each series, with what happened since the line before. */
export function historyAsText(histories: readonly SeriesHistory[]): string {
  return histories
    .map(({ info, points }) => {
      const { kind, unit } = info.family;
      const about = [kind, ...(unit === undefined ? [] : [`in ${unit}`])].join(' ');
      const count = points.length === 1 ? '1 point' : `${points.length} points`;
      const title = `# ${printable(seriesText(info))} (${about}), ${count}\n`;
      return points.length === 0 ? title : title + alignColumns(tableOf(info, points));
    })
    .join('\n');
}

function tableOf({ family }: SeriesInfo, points: readonly HistoryPoint[]): string[][] {
  const rows = points.map((point, index) => {
    const columns = [new Date(point.at).toISOString(), String(point.value)];
    if (family.kind === 'gauge') return columns;
    const before = points[index - 1];
    // Where a series started again there is nothing to compare with.
    if (before === undefined || before.value > point.value) return columns;
    const count = point.value - before.value;
    columns.push(formatNumber(count / ((point.monotonicMs - before.monotonicMs) / 1000)));
    if (family.kind === 'histogram' && count > 0) {
      columns.push(formatNumber((point.sum! - before.sum!) / count));
      columns.push(...[50, 99].map((percent) => `<=${bucketOf(percent, count, point, before)}`));
    }
    return columns;
  });
  const header = {
    gauge: ['time', 'value'],
    counter: ['time', 'total', 'per second'],
    histogram: ['time', 'count', 'per second', 'mean', 'p50', 'p99'],
  };
  return [header[family.kind], ...rows];
}

/** The bound below which so many per cent of the values of an interval lie. */
function bucketOf(
  percent: number,
  count: number,
  { buckets = [] }: HistoryPoint,
  before: HistoryPoint,
): string {
  const wanted = (percent / 100) * count;
  const bucket = buckets.find(
    (each, index) => each.count - (before.buckets?.[index]?.count ?? 0) >= wanted,
  );
  return bucket === undefined || bucket.le === Number.POSITIVE_INFINITY ? '+Inf' : `${bucket.le}`;
}
