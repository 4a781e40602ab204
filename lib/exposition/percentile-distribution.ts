// Histograms as percentile distributions, in the columns of HdrHistogram's .hgrm files, which the
// plotters of latency curves read:
//
//   #[Series  = vsr_prepare_latency_ms{replica_id="0"}, Unit = ms]
//          Value     Percentile TotalCount 1/(1-Percentile)
//
//          0.845 0.000000000000          1           1.00
//          1.201 0.500000000000       5012           2.00
//          ...
//         24.016 1.000000000000      10000
//   #[Mean    =        1.377, StdDeviation   =        0.912]
//   #[Max     =       24.016, Total count    =        10000]
//   #[Buckets =           50, SubBuckets     =         1024]
//
// Lines get denser towards 100 per cent: five to every halving of what is left. Values are in the
// unit of the family, with as many decimals as its precision has for the smallest of them. Lines
// with # are comments to plotters; one that holds several histograms has an empty line between.

import type { HdrHistogram } from '../core/reading/hdr/histogram.js';
import type { HistogramReading } from '../core/reading/histogram-reading.js';
import type { Snapshot } from '../core/reading/snapshot.js';
import type { SeriesInfo } from '../core/region/family-info.js';
import { seriesText } from './samples.js';

/** What a table is made of. */
type Distribution = HistogramReading | HdrHistogram;

const ticksPerHalving = 5;
const mostDecimals = 12;

/**
 * The distributions of all histograms of a snapshot, also of those that are empty.
 *
 * @example
 * ```ts
 * import { renderPercentileDistributions } from 'vsr-metrics/exposition';
 *
 * console.log(renderPercentileDistributions(snapshot));
 * ```
 */
export function renderPercentileDistributions(snapshot: Snapshot): string {
  const texts = snapshot.families.flatMap((family) =>
    family.series.flatMap((series) => {
      const reading = snapshot.read(series);
      return reading === undefined
        ? []
        : [title(series.info) + renderPercentileDistribution(reading)];
    }),
  );
  return texts.join('\n');
}

function title(info: SeriesInfo): string {
  const { unit } = info.family;
  return `#[Series  = ${seriesText(info)}${unit === undefined ? '' : `, Unit = ${unit}`}]\n`;
}

/**
 * The table of one histogram.
 *
 * @example
 * ```ts
 * import { decodeHistogram, renderPercentileDistribution } from 'vsr-metrics/exposition';
 *
 * const encoded = snapshot.histogram('vsr_prepare_latency_ms')!.encode();
 * console.log(renderPercentileDistribution(decodeHistogram(encoded)));
 * ```
 */
export function renderPercentileDistribution(reading: Distribution): string {
  const decimals = decimalsFor(reading);
  const value = (number: number) => number.toFixed(decimals);
  const width = Math.max(12, reading.count === 0 ? 0 : value(reading.max).length);
  const header =
    `${'Value'.padStart(width)} ${'Percentile'.padStart(14)} ` +
    `${'TotalCount'.padStart(10)} ${'1/(1-Percentile)'.padStart(14)}\n\n`;
  const lines = Array.from(percentilePoints(reading), (line) => {
    const columns =
      `${value(line.value).padStart(width)} ${line.percentile.toFixed(12)} ` +
      String(line.total).padStart(10);
    if (line.percentile === 1) return `${columns}\n`;
    return `${columns} ${(1 / (1 - line.percentile)).toFixed(2).padStart(14)}\n`;
  });
  return header + lines.join('') + footer(reading, (number) => value(number).padStart(12));
}

export interface PercentilePoint {
  readonly value: number;
  /** 0 to 1. */
  readonly percentile: number;
  /** How many values are at most `value`. */
  readonly total: number;
}

/** The points of the curve, denser towards 100 per cent; none when nothing was recorded. */
export function* percentilePoints(reading: Distribution): Generator<PercentilePoint> {
  if (reading.count === 0) return;
  let total = 0;
  let percent = 0;
  for (const cell of reading.cells()) {
    total += cell.count;
    const value = clamp(reading, cell.high);
    while (percent < 100 && (100 * total) / reading.count >= percent) {
      yield { value, percentile: percent / 100, total };
      const halvings = Math.floor(Math.log2(100 / (100 - percent)));
      const next = percent + 100 / (ticksPerHalving * 2 ** (halvings + 1));
      // Of more than some 2^50 values, which a damaged file may claim, the last steps vanish.
      if (total >= reading.count || next === percent) break;
      percent = next;
    }
  }
  yield { value: reading.max, percentile: 1, total };
}

function clamp({ min, max }: Distribution, value: number): number {
  return Math.min(Math.max(value, min), max);
}

function footer(reading: Distribution, value: (number: number) => string): string {
  const { count, max } = reading;
  const { mean, deviation } = count === 0 ? { mean: 0, deviation: 0 } : momentsOf(reading);
  const whole = (number: number) => String(number).padStart(12);
  const { buckets, subBuckets } = bucketsOf(reading);
  return (
    `#[Mean    = ${value(mean)}, StdDeviation   = ${value(deviation)}]\n` +
    `#[Max     = ${value(count === 0 ? 0 : max)}, Total count    = ${whole(count)}]\n` +
    `#[Buckets = ${whole(buckets)}, SubBuckets     = ${whole(subBuckets)}]\n`
  );
}

/** Powers of two, and how many cells each has. */
function bucketsOf(reading: Distribution): { buckets: number; subBuckets: number } {
  if (!('info' in reading)) {
    return { buckets: reading.bucketCount, subBuckets: reading.cellsPerBucket };
  }
  const { cells } = reading.info;
  const subBuckets = 2 ** (20 - cells.shift);
  return { buckets: Math.ceil(cells.count / subBuckets), subBuckets };
}

function digitsOf(reading: Distribution): number {
  return 'info' in reading ? reading.info.digits : reading.digits;
}

/** The mean is exact; the deviation takes every value for the middle of its cell. */
function momentsOf(reading: Distribution): { mean: number; deviation: number } {
  const { mean, count } = reading;
  let squares = 0;
  for (const cell of reading.cells()) {
    const middle = (clamp(reading, cell.low) + clamp(reading, cell.high)) / 2;
    squares += cell.count * (middle - mean) ** 2;
  }
  return { mean, deviation: Math.sqrt(squares / count) };
}

/** Three as HdrHistogram has it, and more where values are small. */
function decimalsFor(reading: Distribution): number {
  const [first] = reading.cells();
  const smallest = first === undefined ? 0 : clamp(reading, first.high);
  if (smallest === 0) return 3;
  const wanted = digitsOf(reading) - Math.floor(Math.log10(smallest));
  return Math.min(mostDecimals, Math.max(3, wanted));
}
