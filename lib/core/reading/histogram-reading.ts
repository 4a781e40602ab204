// One histogram of a snapshot.

import type { FamilyInfo } from '../region/family-info.js';
import { upperEdge } from '../region/histogram-geometry.js';
import type { Bucket, Cell } from './distribution.js';
import type { EncodeOptions } from './hdr/contents.js';
import { toHdr } from './hdr/conversion.js';
import type { HdrHistogram } from './hdr/histogram.js';
import { rankOf } from './rank.js';

/**
 * The distribution of one series, merged over all threads.
 *
 * @example
 * ```ts
 * const latency = registry.snapshot().histogram('vsr_prepare_latency_ms', { replica_id: '0' });
 * if (latency !== undefined) console.log(latency.count, latency.percentile(99), latency.max);
 * ```
 */
export class HistogramReading {
  readonly info: FamilyInfo;
  readonly count: number;
  readonly sum: number;
  /** The smallest value recorded; NaN when nothing was. */
  readonly min: number;
  /** The largest value recorded; NaN when nothing was. */
  readonly max: number;
  readonly #cumulative: Float64Array;
  readonly #index: Int32Array;
  readonly #counts: Float64Array;

  constructor(
    info: FamilyInfo,
    numbers: Float64Array,
    cellIndex: Int32Array,
    cellCounts: Float64Array,
  ) {
    const bounds = info.bounds.length;
    this.info = info;
    this.count = numbers[bounds]!;
    this.sum = numbers[bounds + 1]!;
    this.min = numbers[bounds + 2]!;
    this.max = numbers[bounds + 3]!;
    this.#cumulative = numbers.subarray(0, bounds);
    this.#index = cellIndex;
    this.#counts = cellCounts;
  }

  get mean(): number {
    return this.sum / this.count;
  }

  /**
   * The value that `percent` per cent of all values do not exceed, within the declared precision.
   * NaN when nothing was recorded.
   */
  percentile(percent: number): number {
    if (this.count === 0) return NaN;
    const wanted = rankOf(percent, this.count);
    let seen = 0;
    for (let position = 0; position < this.#index.length; position++) {
      seen += this.#counts[position]!;
      if (seen >= wanted) return this.#clamp(this.#high(this.#index[position]!));
    }
    return this.max;
  }

  /** Counts by declared bound, then +Inf. Exact. */
  buckets(): Bucket[] {
    const buckets = Array.from(this.#cumulative, (count, index) => ({
      le: this.info.bounds[index]!,
      count,
    }));
    return [...buckets, { le: Infinity, count: this.count }];
  }

  /** The cells that hold anything, ascending: all that is known of the distribution. */
  *cells(): Generator<Cell> {
    for (let position = 0; position < this.#index.length; position++) {
      const index = this.#index[position]!;
      const low = index < 0 ? 0 : upperEdge(this.#geometry, index - 1);
      yield { low, high: this.#high(index), count: this.#counts[position]! };
    }
  }

  /** Where the first cell begins: values up to it, zeros among them, are not told apart. */
  get smallestCellEdge(): number {
    return this.#high(-1);
  }

  /**
   * What was recorded between an earlier reading and this one. The extremes of an interval are known
   * as exactly as its cells are.
   */
  since(previous: HistogramReading | undefined): HistogramReading {
    if (previous === undefined || previous.count === 0) return this;
    const index: number[] = [];
    const counts: number[] = [];
    let before = 0;
    for (let position = 0; position < this.#index.length; position++) {
      const cell = this.#index[position]!;
      while (before < previous.#index.length && previous.#index[before]! < cell) before++;
      const earlier = previous.#index[before] === cell ? previous.#counts[before++]! : 0;
      const count = this.#counts[position]! - earlier;
      if (count > 0) {
        index.push(cell);
        counts.push(count);
      }
    }
    const count = this.count - previous.count;
    const first = index[0];
    const last = index.at(-1);
    const numbers = Float64Array.of(
      ...this.#cumulative.map((total, bound) => total - previous.#cumulative[bound]!),
      count,
      count === 0 ? 0 : this.sum - previous.sum,
      first === undefined ? NaN : this.#clamp(first < 0 ? 0 : this.#high(first - 1)),
      last === undefined ? NaN : this.#clamp(this.#high(last)),
    );
    return new HistogramReading(
      this.info,
      numbers,
      Int32Array.from(index),
      Float64Array.from(counts),
    );
  }

  /**
   * As HdrHistogram has it, in base64: its V2 encoding, compressed unless told otherwise. What
   * numbers and cells stand for is said in docs/formats.md.
   *
   * @example
   * ```ts
   * import { decodeHistogram } from 'vsr-metrics/exposition';
   *
   * const text = snapshot.histogram('vsr_prepare_latency_ms')!.encode();
   * console.log(decodeHistogram(text).percentile(99));
   * ```
   */
  encode(options?: EncodeOptions): string {
    return this.toHdr().encode(options);
  }

  /** The same in the cells of an HdrHistogram. */
  toHdr(): HdrHistogram {
    return toHdr(this.info, this.#index, this.#counts, this.max);
  }

  get #geometry() {
    const { scale, baseIndex, shift } = this.info.cells;
    return { scale, baseIndex, shift };
  }

  #high(index: number): number {
    if (index >= this.info.cells.count) return this.max;
    return upperEdge(this.#geometry, index);
  }

  #clamp(value: number): number {
    return Math.min(Math.max(value, this.min), this.max);
  }
}
