// Histograms as HdrHistogram's interval logs, which its tools in Java and JavaScript read:
//
//   #[Histogram log format version 1.3]
//   #[StartTime: 1785679480.553 (seconds since epoch), 2026-08-02T14:04:40.553Z]
//   "StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"
//   #[Unit: vsr_client_latency_ms{replica_id="0"}, 1 ms = 8388608]
//   Tag=vsr_client_latency_ms{replica_id="0"},1785679480.553,10.000,24.016,HISTFAAAAB...
//
// One line for each series that recorded something. Times are unix seconds. Interval_Max is in the
// unit of the metric; numbers inside the histogram are in one of its own, which a comment gives for
// each series and the histogram itself holds: `-outputValueUnitRatio 8388608` makes Java's
// HistogramLogProcessor print milliseconds here. Tags can hold no commas and no spaces, so series
// have ; between labels, and what else is in the way is written %2C as in addresses.

import { EncodingError } from '../core/errors.js';
import { hdrUnitOf } from '../core/reading/hdr/conversion.js';
import { decodeHistogram, type HdrHistogram } from '../core/reading/hdr/histogram.js';
import type { Snapshot } from '../core/reading/snapshot.js';
import type { SeriesSnapshot } from '../core/region/directory.js';
import type { SeriesInfo } from '../core/region/family-info.js';
import { seriesByInfo } from './quantiles.js';
import { escapeLabelValue } from './samples.js';

/**
 * The histograms of a snapshot as an interval log. Without `previous` that is the beginning of a log,
 * with everything since the start; with it, what follows: the lines of the interval between both.
 *
 * @example
 * ```ts
 * import { appendFileSync } from 'node:fs';
 * import { renderHistogramLog } from 'vsr-metrics/exposition';
 *
 * let previous: typeof snapshot | undefined;
 * registry.onSnapshot({ everyMs: 10_000 }, (snapshot) => {
 *   appendFileSync('latency.hlog', renderHistogramLog(snapshot, previous));
 *   previous = snapshot;
 * });
 * ```
 */
export function renderHistogramLog(snapshot: Snapshot, previous?: Snapshot): string {
  const earlier = previous && seriesByInfo(previous.layout);
  let text = previous === undefined ? headerOf(snapshot) : '';
  for (const { info, series } of snapshot.families) {
    if (info.kind !== 'histogram') continue;
    for (const each of series) text += linesOf(snapshot, each, previous, earlier?.get(each.info));
  }
  return text;
}

function headerOf({ startedAt }: Snapshot): string {
  const date = new Date(startedAt).toISOString();
  return (
    '#[Histogram log format version 1.3]\n' +
    `#[StartTime: ${seconds(startedAt)} (seconds since epoch), ${date}]\n` +
    '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"\n'
  );
}

function linesOf(
  snapshot: Snapshot,
  series: SeriesSnapshot,
  previous: Snapshot | undefined,
  earlier: SeriesSnapshot | undefined,
): string {
  const before = earlier && previous!.read(earlier);
  const reading = snapshot.read(series)!.since(before);
  if (reading.count === 0) return '';
  const { info } = series;
  const tag = tagOf(info);
  const from = before === undefined ? info.createdAt : previous!.takenAt;
  const length = seconds(Math.max(0, snapshot.takenAt - from));
  // Once for each series, when it first has a line.
  const isFirst = before === undefined || before.count === 0;
  const { unit = 'value' } = info.family;
  const comment = isFirst ? `#[Unit: ${tag}, 1 ${unit} = ${1 / hdrUnitOf(info.family)}]\n` : '';
  return `${comment}Tag=${tag},${seconds(from)},${length},${reading.max},${reading.encode()}\n`;
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}

/** The series as the text formats write it, but for what a tag cannot hold. */
function tagOf({ family, labels }: SeriesInfo): string {
  if (labels.length === 0) return family.name;
  const list = labels.map(([name, value]) => `${name}="${escapeTag(escapeLabelValue(value))}"`);
  return `${family.name}{${list.join(';')}}`;
}

function escapeTag(value: string): string {
  return value.replace(/[%,\s\p{Cc}]/gu, (character) => encodeURIComponent(character));
}

/** One line of a log. */
export interface LogInterval {
  readonly tag: string | undefined;
  /** Unix milliseconds; as the log has it when that says neither StartTime nor BaseTime. */
  readonly from: number;
  readonly to: number;
  /** As the log has it: divided by whatever its writer chose. */
  readonly max: number;
  readonly histogram: HdrHistogram;
}

const yearInSeconds = 365 * 24 * 3600;

/**
 * The intervals of a log, whoever wrote it, one by one as they are asked for.
 *
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { readHistogramLog } from 'vsr-metrics/exposition';
 *
 * for (const { tag, from, histogram } of readHistogramLog(readFileSync('latency.hlog', 'utf8'))) {
 *   console.log(tag, new Date(from), histogram.percentile(99));
 * }
 * ```
 * @throws EncodingError that names the line
 */
export function* readHistogramLog(text: string): Generator<LogInterval, void, undefined> {
  let startTime = 0;
  let baseTime: number | undefined;
  let number = 0;
  for (const line of linesIn(text)) {
    number++;
    const [, name, time] = /^#\[(StartTime|BaseTime): *(\S+)/.exec(line) ?? [];
    if (name === 'StartTime') startTime = numberOf('StartTime', time!, number);
    if (name === 'BaseTime') baseTime = numberOf('BaseTime', time!, number);
    if (line.trim() === '' || line.startsWith('#') || line.startsWith('"')) continue;
    const [first, ...others] = line.trim().split(/[\s,]+/);
    const hasTag = first!.startsWith('Tag=');
    const fields = hasTag ? others : [first!, ...others];
    if (fields.length !== 4) {
      throw invalid(number, {
        problem: 'it is no interval',
        given: line,
        allowed: '[Tag=NAME,]START,LENGTH,MAX,HISTOGRAM',
      });
    }
    const [start, length, max] = ['start', 'length', 'max'].map((field, index) =>
      numberOf(`the ${field}`, fields[index]!, number),
    ) as [number, number, number];
    // Times long before the log was started count from its start.
    baseTime ??= start < startTime - yearInSeconds ? startTime : 0;
    const from = (baseTime + start) * 1000;
    yield {
      tag: hasTag ? first!.slice('Tag='.length) : undefined,
      from,
      to: from + length * 1000,
      max,
      histogram: histogramOf(fields[3]!, number),
    };
  }
}

/** One by one: a log may be long, and its reader stop early. */
function* linesIn(text: string): Generator<string> {
  for (const [line] of text.matchAll(/[^\r\n]*(\r\n|\r|\n|$)/g)) yield line;
}

function numberOf(what: string, given: string, line: number): number {
  const value = Number(given);
  if (Number.isFinite(value)) return value;
  throw invalid(line, { problem: `${what} is no number`, given });
}

function histogramOf(encoded: string, line: number): HdrHistogram {
  try {
    return decodeHistogram(encoded);
  } catch (error) {
    throw invalid(line, { problem: (error as Error).message, cause: error });
  }
}

function invalid(
  line: number,
  { problem, ...details }: ConstructorParameters<typeof EncodingError>[1],
): EncodingError {
  return new EncodingError('VSR_METRICS_ENCODING_INVALID', {
    problem: `line ${line} of the histogram log: ${problem}`,
    ...details,
  });
}
