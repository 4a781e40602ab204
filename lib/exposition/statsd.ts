// A snapshot as lines of StatsD:
//
//   vsr_operations_total.success:12|c               counters: what was added since `previous`
//   vsr_view_number.0:7|g                           gauges
//   vsr_client_latency_ms.0.p99:12.5|ms             histograms: of what came since `previous`
//   vsr_client_latency_ms.0.count:12|c
//
// With tags: 'dogstatsd' labels are tags: vsr_operations_total:12|c|#status:success,replica_id:0.
//
// A signed number changes a gauge instead of setting it, so a negative one is set to 0 first:
// name:0|g, newline, name:-5|g. Both belong into one datagram, in which order is kept.

import { unitsPerSecond } from '../core/catalogue/units.js';
import { type Kinds, oneOf, optionsCheck, refusals, text } from '../core/options.js';
import type { HistogramReading } from '../core/reading/histogram-reading.js';
import type { Snapshot } from '../core/reading/snapshot.js';
import type { SeriesSnapshot, SnapshotLayout } from '../core/region/directory.js';
import type { SeriesInfo } from '../core/region/family-info.js';
import { seriesByInfo } from './quantiles.js';
import { longestNumber, longestRate, rateOf } from './statsd-numbers.js';

/** What lines look like. */
export interface StatsdFormat {
  /**
   * `none` (default): label values become parts of the name, as every server understands it.
   * `dogstatsd`: labels become tags.
   */
  readonly tags?: 'none' | 'dogstatsd';
  /**
   * `percentiles` (default): p50, p95, p99, min and max of the interval, as `ms` where the unit is a
   * time, otherwise as gauges; and count. `h` or `d`: the values themselves, as DogStatsD's
   * histograms or distributions, one line for each cell, with its count as sample rate.
   */
  readonly histograms?: 'percentiles' | 'h' | 'd';
  /** Stands before every name: `ledger.`. */
  readonly prefix?: string;
}

export const statsdFormatKinds: Kinds<StatsdFormat> = {
  tags: oneOf(['none', 'dogstatsd']),
  histograms: oneOf(['percentiles', 'h', 'd']),
  prefix: text('letters, digits, _, - and .', /^[A-Za-z0-9_.-]*$/),
};

const checkFormat = optionsCheck<StatsdFormat>('StatsD', refusals.exporter, statsdFormatKinds);

/** What must stay in one datagram: a line, or two of a negative gauge. */
export interface StatsdEntry {
  readonly text: string;
  readonly series: SeriesInfo;
  /** Whether it would be counted twice if it were sent twice. */
  readonly isAdded: boolean;
}

/** How many lines a histogram may have as `h` or `d`; more cells are put together. */
const mostSamples = 200;
const percentiles = [50, 95, 99] as const;

/** Counters, and values of histograms: their type stands behind the number, which has no |. */
const adding = /:[^|]*\|[chd](\||$)/;

/**
 * The lines of a snapshot: counters and histograms as of `previous`, without it since the start. What
 * did not change is left out, gauges never. A negative gauge is one element of two lines.
 *
 * @example
 * ```ts
 * import { renderStatsd } from 'vsr-metrics/exposition';
 *
 * const before = registry.snapshot();
 * for (const lines of renderStatsd(registry.snapshot(), before)) console.log(lines);
 * renderStatsd(snapshot, before, { tags: 'dogstatsd', histograms: 'd', prefix: 'ledger.' });
 * ```
 */
export function renderStatsd(
  snapshot: Snapshot,
  previous?: Snapshot,
  format: StatsdFormat = {},
): string[] {
  checkFormat(format);
  const entries = statsdEntries(snapshot, () => previous, format);
  return Array.from(entries, ({ text }) => text);
}

/** The same, with a `previous` for each series, and without those that `isWanted` refuses. */
export function* statsdEntries(
  snapshot: Snapshot,
  previousOf: (series: SeriesInfo) => Snapshot | undefined,
  format: StatsdFormat,
  isWanted: (series: SeriesInfo) => boolean = () => true,
): Generator<StatsdEntry, void, undefined> {
  for (const { info, series } of snapshot.families) {
    const linesOf = { counter: counterLines, gauge: gaugeLines, histogram: histogramLines };
    for (const each of series) {
      if (!isWanted(each.info)) continue;
      const names = namesOf(each.info, format);
      const previous = previousOf(each.info);
      for (const text of linesOf[info.kind](snapshot, each, previous, names, format)) {
        yield { text, series: each.info, isAdded: adding.test(text) };
      }
    }
  }
}

/**
 * The series of a layout that have lines longer than so many bytes, whatever their numbers: known
 * before anything is recorded.
 */
export function tooLongSeries(
  layout: SnapshotLayout,
  format: StatsdFormat,
  mostBytes: number,
): Set<SeriesInfo> {
  const all = layout.families.flatMap(({ series }) => series.map(({ info }) => info));
  return new Set(all.filter((info) => longestLine(info, format) > mostBytes));
}

function longestLine(info: SeriesInfo, format: StatsdFormat): number {
  const { name, suffix } = namesOf(info, format);
  const constant = Buffer.byteLength(`${name}:|g${suffix}`);
  switch (info.family.kind) {
    case 'counter':
      return constant + longestNumber;
    case 'gauge':
      return 2 * constant + '0\n'.length + longestNumber;
    case 'histogram':
      return constant + '.countms|@'.length + longestNumber + longestRate;
  }
}

type Lines = (
  snapshot: Snapshot,
  series: SeriesSnapshot,
  previous: Snapshot | undefined,
  names: Names,
  format: StatsdFormat,
) => string[];

const counterLines: Lines = ({ values }, { info, offset }, previous, { name, suffix }) => {
  const before = earlier(info, previous);
  const delta = values[offset]! - (before === undefined ? 0 : previous!.values[before.offset]!);
  return delta > 0 && Number.isFinite(delta) ? [`${name}:${delta}|c${suffix}`] : [];
};

const gaugeLines: Lines = ({ values }, { offset }, _previous, { name, suffix }) => {
  const value = values[offset]!;
  // StatsD has no word for NaN and infinities.
  if (!Number.isFinite(value)) return [];
  const line = `${name}:${value}|g${suffix}`;
  return [value < 0 ? `${name}:0|g${suffix}\n${line}` : line];
};

const histogramLines: Lines = (snapshot, series, previous, names, format) => {
  const before = earlier(series.info, previous);
  const reading = snapshot.read(series)!.since(before && previous!.read(before));
  if (reading.count === 0) return [];
  const { histograms = 'percentiles' } = format;
  return histograms === 'percentiles'
    ? percentileLines(reading, names)
    : sampleLines(reading, histograms, names);
};

function percentileLines(reading: HistogramReading, { name, suffix }: Names): string[] {
  const perSecond = unitsPerSecond(reading.info.unit);
  const type = perSecond === undefined ? 'g' : 'ms';
  const factor = perSecond === undefined ? 1 : 1000 / perSecond;
  const line = (what: string, value: number) =>
    `${name}.${what}:${Math.min(value * factor, Number.MAX_VALUE)}|${type}${suffix}`;
  return [
    ...percentiles.map((percent) => line(`p${percent}`, reading.percentile(percent))),
    line('min', reading.min),
    line('max', reading.max),
    `${name}.count:${reading.count}|c${suffix}`,
  ];
}

function sampleLines(reading: HistogramReading, type: 'h' | 'd', names: Names): string[] {
  const { min, max } = reading;
  const cells = [...reading.cells()];
  const together = Math.ceil(cells.length / mostSamples);
  const lines: string[] = [];
  for (let first = 0; first < cells.length; first += together) {
    const group = cells.slice(first, first + together);
    const count = group.reduce((sum, cell) => sum + cell.count, 0);
    const middle = (group[0]!.low + group.at(-1)!.high) / 2;
    const value = Math.min(Math.max(middle, min), max);
    const rate = count === 1 ? '' : `|@${rateOf(count)}`;
    lines.push(`${names.name}:${value}|${type}${rate}${names.suffix}`);
  }
  return lines;
}

/** The series in an earlier snapshot; undefined when it started anew since. */
function earlier(info: SeriesInfo, previous: Snapshot | undefined): SeriesSnapshot | undefined {
  return previous && seriesByInfo(previous.layout).get(info);
}

interface Names {
  /** What stands before the number. */
  readonly name: string;
  /** The tags, if any. */
  readonly suffix: string;
}

function namesOf({ family, labels }: SeriesInfo, format: StatsdFormat): Names {
  const { tags = 'none', prefix = '' } = format;
  const name = prefix + family.name.replaceAll(':', '_');
  if (labels.length === 0) return { name, suffix: '' };
  if (tags === 'dogstatsd') {
    return { name, suffix: `|#${labels.map(([label, value]) => `${label}:${tag(value)}`).join()}` };
  }
  return { name: [name, ...labels.map(([, value]) => part(value))].join('.'), suffix: '' };
}

/** A label value as a tag: without what ends tags and lines. */
function tag(value: string): string {
  return value.replace(/[|,#\p{Cc}\u2028\u2029]/gu, '_');
}

/** A label value as one part of a name: letters, digits, - and _, so that no server changes it. */
function part(value: string): string {
  return value === '' ? '_' : value.replace(/[^A-Za-z0-9_-]/g, '_');
}
