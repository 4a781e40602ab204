// A histogram as HdrHistogram has it, of this library or of another one's making.
//
//   const histogram = decodeHistogram(line);           // base64, or bytes
//   histogram.percentile(99);                          // in the unit of the metric
//   const both = histogram.add(decodeHistogram(other));
//   both.encode();                                     // base64 again

import { EncodingError } from '../../errors.js';
import { flag, optionsCheck, refusals } from '../../options.js';
import type { Cell } from '../distribution.js';
import { rankOf } from '../rank.js';
import type { EncodeOptions, HdrContents } from './contents.js';
import { decodeV2, encodeV2 } from './encoding.js';
import { HdrLayout } from './layout.js';

const checkEncodeOptions = optionsCheck<EncodeOptions>('an encoding', refusals.registry, {
  compress: flag,
});

/**
 * Counts of whole numbers of a unit, in the cells of an HdrHistogram. All values are given as
 * numbers times unit. Immutable.
 *
 * @example
 * ```ts
 * import { decodeHistogram } from 'vsr-metrics/exposition';
 *
 * const text = snapshot.histogram('vsr_prepare_latency_ms')!.encode();
 * const histogram = decodeHistogram(text);
 * console.log(histogram.count, histogram.percentile(99), histogram.max);
 * for (const { low, high, count } of histogram.cells()) console.log(low, high, count);
 * ```
 */
export class HdrHistogram {
  readonly count: number;
  /** What a recorded number is multiplied by to give a value. */
  readonly unit: number;
  readonly #layout: HdrLayout;
  readonly #index: Int32Array;
  readonly #counts: Float64Array;

  constructor({ layout, unit, index, counts }: HdrContents) {
    this.#layout = layout;
    this.unit = unit;
    this.#index = index;
    this.#counts = counts;
    this.count = counts.reduce((sum, count) => sum + count, 0);
  }

  /** Significant digits. */
  get digits(): number {
    return this.#layout.digits;
  }

  /** The smallest value that is told from 0, and the largest there is room for. */
  get range(): { readonly min: number; readonly max: number } {
    const { lowest, highest } = this.#layout;
    return { min: lowest * this.unit, max: highest * this.unit };
  }

  /** How many buckets there are, each twice as wide as the one before. */
  get bucketCount(): number {
    return this.#layout.bucketCount;
  }

  /** How many cells a bucket has; the first has twice as many. */
  get cellsPerBucket(): number {
    return this.#layout.cellsPerBucket;
  }

  /** The lower end of the first cell that holds anything; NaN when none does. */
  get min(): number {
    const first = this.#index[0];
    return first === undefined ? NaN : this.#layout.lowOf(first) * this.unit;
  }

  /** The upper end of the last cell that holds anything; NaN when none does. */
  get max(): number {
    const last = this.#index.at(-1);
    return last === undefined ? NaN : this.#highOf(last);
  }

  /** As if every value were the middle of its cell. */
  get mean(): number {
    let sum = 0;
    for (const [position, index] of this.#index.entries()) {
      const middle = this.#layout.lowOf(index) + Math.floor(this.#layout.widthOf(index) / 2);
      sum += this.#counts[position]! * middle;
    }
    return (sum / this.count) * this.unit;
  }

  /**
   * The upper end of the cell that `percent` per cent of all values do not exceed; NaN when there
   * are none.
   */
  percentile(percent: number): number {
    const wanted = rankOf(percent, this.count);
    let seen = 0;
    for (const [position, index] of this.#index.entries()) {
      seen += this.#counts[position]!;
      if (seen >= wanted) return this.#highOf(index);
    }
    return this.max;
  }

  /** The cells that hold anything, ascending. `low` and `high` both belong to them. */
  *cells(): Generator<Cell> {
    for (const [position, index] of this.#index.entries()) {
      const low = this.#layout.lowOf(index) * this.unit;
      yield { low, high: this.#highOf(index), count: this.#counts[position]! };
    }
  }

  /**
   * Both together. Counts are exact; values of the other one that are kept in another unit or with
   * other digits count as the middle of their cells.
   *
   * @example
   * ```ts
   * import { decodeHistogram } from 'vsr-metrics/exposition';
   *
   * const lines: string[] = [];
   * const all = lines.map((line) => decodeHistogram(line)).reduce((sum, each) => sum.add(each));
   * console.log(all.percentile(99.9));
   * ```
   */
  add(other: HdrHistogram): HdrHistogram {
    const totals = new Map<number, number>();
    const add = (index: number, count: number) => {
      totals.set(index, (totals.get(index) ?? 0) + count);
    };
    this.#index.forEach((index, position) => {
      add(index, this.#counts[position]!);
    });
    const isAlike = other.unit === this.unit && other.#layout.hasCellsOf(this.#layout);
    other.#index.forEach((index, position) => {
      const place = isAlike ? index : this.#layout.indexOf(other.#middleOf(index) / this.unit);
      add(place, other.#counts[position]!);
    });
    const sorted = [...totals].sort(([a], [b]) => a - b);
    return new HdrHistogram({
      layout: this.#layoutFor(sorted.at(-1)?.[0] ?? 0),
      unit: this.unit,
      index: Int32Array.from(sorted, ([index]) => index),
      counts: Float64Array.from(sorted, ([, count]) => count),
    });
  }

  /**
   * HdrHistogram's V2 encoding, in base64.
   *
   * @example
   * ```ts
   * const compressed = snapshot.histogram('vsr_prepare_latency_ms')!.encode();
   * ```
   */
  encode(options: EncodeOptions = {}): string {
    checkEncodeOptions(options);
    const { compress = true } = options;
    const contents = {
      layout: this.#layout,
      unit: this.unit,
      index: this.#index,
      counts: this.#counts,
    };
    return encodeV2(contents, compress).toString('base64');
  }

  #highOf(index: number): number {
    return (this.#layout.lowOf(index) + this.#layout.widthOf(index) - 1) * this.unit;
  }

  #middleOf(index: number): number {
    return (this.#layout.lowOf(index) + this.#layout.widthOf(index) / 2) * this.unit;
  }

  /** This layout, or one with room for a cell that lies behind its last. */
  #layoutFor(index: number): HdrLayout {
    if (index < this.#layout.cellCount) return this.#layout;
    const { digits, lowest } = this.#layout;
    const highest = this.#layout.lowOf(index) + this.#layout.widthOf(index) - 1;
    if (highest < 2 ** 63) return new HdrLayout({ digits, lowest, highest });
    throw new EncodingError('VSR_METRICS_ENCODING_INVALID', {
      problem: 'the histograms cannot be added: the values of one are too large for the other',
      given: highest * this.unit,
      allowed: `values up to 2^63 times its unit, ${this.unit}`,
    });
  }
}

/**
 * Reads what HdrHistogram's libraries encode: V2, compressed or not, as base64 or as bytes; also
 * Java's DoubleHistogram.
 *
 * @example
 * ```ts
 * import { decodeHistogram } from 'vsr-metrics/exposition';
 *
 * const histogram = decodeHistogram(snapshot.histogram('vsr_prepare_latency_ms')!.encode());
 * console.log(histogram.percentile(50));
 * ```
 * @throws EncodingError that says where and why it is no such histogram
 */
export function decodeHistogram(encoded: string | Uint8Array): HdrHistogram {
  return new HdrHistogram(decodeV2(encoded));
}
