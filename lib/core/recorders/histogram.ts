// A histogram: one cell and one sum of this thread's lane, stepped by plain stores.
//
// record(v) finds the cell from the bits of v * scale (see histogram-geometry.ts) and steps it. One
// comparison decides whether that is all: cells strictly between the lowest and the highest one this
// handle has touched need nothing else. Everything rarer is in `recordElsewhere`: new extremes,
// cells whose memory is not there yet, values out of range, bad values.

import { longestDuration, nanosecondsPerTick, now } from '../clock.js';
import { type HistogramGeometry, highWord, lowerNeighbour } from '../histogram-geometry.js';
import { layout } from '../native.js';
import type { RejectionLog } from '../rejections.js';
import type { Histogram } from './interfaces.js';

/** The memory of one histogram in one lane. */
export interface HistogramMemory {
  /** The cells, mapped from their first page on. */
  readonly cells: BigInt64Array;
  /** The head, the splits and the spills. */
  readonly head: DataView<ArrayBuffer>;
  /** Makes memory for a cell and shows it to readers. False: there is none. */
  touch(cell: number): boolean;
}

const bits = new Float64Array(1);
const words = new Int32Array(bits.buffer);

export class LaneHistogram implements Histogram {
  protected readonly cells: BigInt64Array;
  protected readonly sum: Float64Array;
  protected readonly scale: number;
  protected readonly shift: number;
  protected readonly baseIndex: number;
  private readonly unitsPerNanosecond: number;
  // Cells [inner, inner + innerCount) need nothing but the two stores.
  protected inner = 0;
  protected innerCount = 0;
  #lowest = Infinity;
  #highest = -Infinity;
  readonly #extremes: Float64Array; // minimum, maximum
  readonly #touched: Uint32Array; // low, high
  readonly #beyond: BigInt64Array; // below, above
  readonly #spills: BigInt64Array; // by bound, then beyond all bounds
  readonly #geometry: HistogramGeometry;
  readonly #memory: HistogramMemory;
  readonly #metric: string;
  readonly #rejections: RejectionLog;

  constructor(
    memory: HistogramMemory,
    geometry: HistogramGeometry,
    unitsPerNanosecond: number,
    metric: string,
    log: RejectionLog,
  ) {
    const { buffer, byteOffset } = memory.head;
    const spills = byteOffset + layout.headSplits + 8 * geometry.splits.length;
    this.cells = memory.cells;
    this.sum = new Float64Array(buffer, byteOffset + layout.headSum, 1);
    // A double field even where the scale is a whole number, so that all handles are of one shape.
    this.scale = 0.5;
    this.scale = geometry.scale;
    this.shift = geometry.shift;
    this.baseIndex = geometry.baseIndex;
    this.#extremes = new Float64Array(buffer, byteOffset + layout.headMinimum, 2);
    this.#touched = new Uint32Array(buffer, byteOffset + layout.headTouchedLow, 2);
    this.#beyond = new BigInt64Array(buffer, byteOffset + layout.headBelow, 2);
    this.#spills = new BigInt64Array(buffer, spills, geometry.bounds.length + 1);
    this.#geometry = geometry;
    this.unitsPerNanosecond = unitsPerNanosecond;
    this.#memory = memory;
    this.#metric = metric;
    this.#rejections = log;
  }

  // Hot path. Costs: bench/recording.
  record(value: number, times?: number): void {
    bits[0] = value * this.scale * lowerNeighbour;
    const cell = ((words[highWord]! >>> this.shift) - this.baseIndex) | 0;
    if ((cell - this.inner) >>> 0 < this.innerCount && times === undefined) {
      this.cells[cell]! += 1n;
      this.sum[0]! += value;
    } else {
      this.recordElsewhere(value, times);
    }
  }

  observe(value: number, times?: number): void {
    this.record(value, times);
  }

  since(start: number): void {
    const elapsed = now() - start;
    if (elapsed >= 0 && elapsed < longestDuration) {
      this.record(elapsed * nanosecondsPerTick[0]! * this.unitsPerNanosecond);
    } else {
      this.#sinceOtherwise(elapsed);
    }
  }

  #sinceOtherwise(elapsed: number): void {
    if (elapsed < 0 && elapsed > -longestDuration) {
      // Another thread's start may lie a little ahead: that is no reason to lose the event.
      this.#rejections.count(this.#metric, 'clock_step_back');
      this.record(0);
    } else {
      // No start at all, or one from before the clock's source changed (see native/clock.h).
      this.#rejections.reject(this.#metric, Number.isNaN(elapsed) ? NaN : Infinity);
    }
  }

  /** Everything but one value well inside the touched cells. Never throws. */
  protected recordElsewhere(value: number, times = 1): void {
    if (!(value >= 0 && value < Infinity) || typeof value !== 'number') {
      this.#rejections.reject(this.#metric, value);
      return;
    }
    if (!(times > 0 && Number.isSafeInteger(times))) {
      if (times !== 0) this.#rejections.reject(this.#metric, times);
      return;
    }
    const count = times === 1 ? 1n : BigInt(times);
    this.#step(value, count);
    this.sum[0]! += value * times;
    if (value < this.#extremes[0]!) this.#extremes[0] = value;
    if (value > this.#extremes[1]!) this.#extremes[1] = value;
  }

  #step(value: number, count: bigint): void {
    bits[0] = value * this.scale * lowerNeighbour;
    // Unsigned, so that the infinity of a huge value times the scale stays above every cell.
    const cell = (words[highWord]! >>> this.shift) - this.baseIndex;
    if (cell < 0) {
      this.#beyond[0]! += count;
    } else if (cell >= this.#geometry.cellCount) {
      this.#beyond[1]! += count;
    } else if (this.#isTouched(cell) || this.#memory.touch(cell)) {
      this.stepCell(cell, value, count);
      this.#widen(cell);
    } else {
      this.#spill(value, count);
    }
  }

  /** Steps a cell whose memory is there. */
  protected stepCell(cell: number, _value: number, count: bigint): void {
    this.cells[cell]! += count;
  }

  #isTouched(cell: number): boolean {
    return cell >= this.#touched[0]! && cell < this.#touched[1]!;
  }

  // Extremes are exact: values in the lowest and the highest cell seen are looked at one by one.
  #widen(cell: number): void {
    if (cell < this.#lowest) this.#lowest = cell;
    if (cell > this.#highest) this.#highest = cell;
    this.inner = this.#lowest + 1;
    this.innerCount = Math.max(0, this.#highest - this.inner);
  }

  // No memory for the cell: the value still counts in its bound, and in count and sum.
  #spill(value: number, count: bigint): void {
    const index = this.#geometry.bounds.findIndex((bound) => value <= bound);
    this.#spills[index < 0 ? this.#geometry.bounds.length : index]! += count;
    this.#rejections.count(this.#metric, 'memory_exhausted');
  }
}
