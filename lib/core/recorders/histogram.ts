// A histogram: one cell and one sum of this thread's lane, stepped by plain stores.
//
// record(v) finds the cell from the bits of v * scale (see histogram-geometry.ts) and steps it. One
// comparison tells whether that is all: cells strictly between the lowest and the highest one this
// handle has stepped have their memory, are looked at by readers, and change no extreme. In those
// two cells themselves a value between the extremes needs nothing else either. Everything rarer is
// in `recordOther`: new extremes, cells whose memory is not there yet, values out of range, bad
// values.

import { longestDuration, nanosecondsPerTick, now } from '../clock.js';
import { type HistogramGeometry, highWord, lowerNeighbour } from '../histogram-geometry.js';
import type { RejectionLog } from '../rejections.js';
import type { SeriesExemplars } from './exemplars.js';
import type { ExemplarLabels, Histogram } from './interfaces.js';

/** The memory of one histogram in one lane. */
export interface HistogramMemory {
  readonly cells: BigInt64Array;
  readonly sum: Float64Array;
  /** Minimum, maximum. */
  readonly extremes: Float64Array;
  /** The cells from the first to, not including, the second may be stored into. */
  readonly touched: Uint32Array;
  /** Counts of values too small for the first cell, and too large for the last. */
  readonly beyond: BigInt64Array;
  /** By bound: counts of the values of a cell within a bound that falls inside it. */
  readonly splits: BigInt64Array;
  /** By bound, then beyond all: counts of values whose cell could not be had. */
  readonly spills: BigInt64Array;
  /** Makes memory for a cell and shows it to readers. False: there is none. */
  touch(cell: number): boolean;
  readonly exemplars: SeriesExemplars;
}

// Constants of this module are constants of the optimised code; imported ones would be loaded.
const bits = new Float64Array(1);
const words = new Int32Array(bits.buffer);
const high = highWord;
const below = lowerNeighbour;
const readClock = now;
const perTick = nanosecondsPerTick;
const tooLong = longestDuration;

export class LaneHistogram implements Histogram {
  // Only declared: see counter.ts.
  declare protected cells: BigInt64Array;
  declare protected sum: Float64Array;
  declare protected readonly scale: number;
  declare protected readonly shift: number;
  declare protected readonly baseIndex: number;
  declare private readonly unitsPerNanosecond: number;
  // Cells [inner, inner + innerCount): those strictly between the lowest and the highest stepped.
  protected inner = 0;
  protected innerCount = 0;
  // The smallest and the largest value that a cell was stepped for. Bad values are never between.
  protected readonly seen = Float64Array.of(Infinity, -Infinity);
  declare protected memory: HistogramMemory;
  declare protected readonly geometry: HistogramGeometry;
  readonly #metric: string;
  readonly #rejections: RejectionLog;

  constructor(
    memory: HistogramMemory,
    geometry: HistogramGeometry,
    unitsPerNanosecond: number,
    metric: string,
    log: RejectionLog,
  ) {
    this.memory = memory;
    this.cells = memory.cells;
    this.sum = memory.sum;
    // A double field even where the scale is a whole number, so that all handles are of one shape.
    this.scale = 0.5;
    this.scale = geometry.scale;
    this.shift = geometry.shift;
    this.baseIndex = geometry.baseIndex;
    this.geometry = geometry;
    this.unitsPerNanosecond = unitsPerNanosecond;
    this.#metric = metric;
    this.#rejections = log;
  }

  /** Goes on in other memory: the region was superseded. */
  bind(memory: HistogramMemory): void {
    this.memory = memory;
    this.cells = memory.cells;
    this.sum = memory.sum;
    this.seen.set([Infinity, -Infinity]);
    this.inner = 0;
    this.innerCount = 0;
  }

  // Hot path. Costs: bench/recording.
  record(value: number, times?: number): void {
    // First of all: a BigInt or a symbol would throw below, a string would be added as text.
    if (typeof value !== 'number') {
      this.recordOther(value, times);
      return;
    }
    bits[0] = value * this.scale * below;
    const cell = ((words[high]! >>> this.shift) - this.baseIndex) | 0;
    if (times === undefined && (cell - this.inner) >>> 0 < this.innerCount) {
      this.cells[cell]! += 1n;
      this.sum[0]! += value;
    } else if (times === undefined && value >= this.seen[0]! && value <= this.seen[1]!) {
      this.cells[cell]! += 1n;
      this.sum[0]! += value;
    } else if (times === undefined && cell < 0 && this.isNoExtreme(value)) {
      // Too small for the first cell: every fast operation is, in a slow unit.
      this.memory.beyond[0]! += 1n;
      this.sum[0]! += value;
    } else {
      this.recordOther(value, times);
    }
  }

  observe(value: number, times?: number): void {
    this.record(value, times);
  }

  since(start: number, end = readClock(), times?: number): void {
    if (typeof start !== 'number' || typeof end !== 'number') {
      this.#rejections.reject(this.#metric, typeof start === 'number' ? end : start);
      return;
    }
    const elapsed = end - start;
    if (elapsed >= 0 && elapsed < tooLong) {
      this.record(elapsed * perTick[0]! * this.unitsPerNanosecond, times);
    } else {
      this.#sinceOtherwise(elapsed, times);
    }
  }

  recordWithExemplar(value: number, labels?: ExemplarLabels): void {
    this.record(value);
    if (!(typeof value === 'number' && value >= 0 && value < Infinity)) return;
    const bucket = this.#boundOf(value);
    const problem = this.memory.exemplars.keep(bucket, value, labels);
    if (problem !== undefined) this.#rejections.rejectExemplar(this.#metric, problem);
  }

  sinceWithExemplar(start: number, labels?: ExemplarLabels): void {
    if (typeof start !== 'number') {
      this.#rejections.reject(this.#metric, start);
      return;
    }
    const elapsed = readClock() - start;
    if (elapsed >= 0 && elapsed < tooLong) {
      this.recordWithExemplar(elapsed * perTick[0]! * this.unitsPerNanosecond, labels);
    } else {
      this.#sinceOtherwise(elapsed);
    }
  }

  #sinceOtherwise(elapsed: number, times?: number): void {
    if (elapsed < 0 && elapsed > -tooLong) {
      // Another thread's start may lie a little ahead: that is no reason to lose the event.
      this.#rejections.count(this.#metric, 'clock_step_back');
      this.record(0, times);
    } else {
      // No start at all, or one from before the clock's source changed (see native/clock.h).
      this.#rejections.reject(this.#metric, Number.isNaN(elapsed) ? NaN : Infinity);
    }
  }

  /**
   * Everything but one value between those seen. Never throws.
   *
   * In one piece on purpose. V8 would inline shorter pieces into record() where values often come
   * this way, and then record() is too long to be inlined itself: calls cost more from then on, for
   * every histogram, and their arguments are allocated. (Its limit is 460 bytes of bytecode.)
   */
  protected recordOther(given: number, times = 1): void {
    if (!(typeof given === 'number' && given >= 0 && given < Infinity)) {
      this.#rejections.reject(this.#metric, given);
      return;
    }
    if (!(Number.isSafeInteger(times) && times > 0)) {
      if (times !== 0) this.#rejections.reject(this.#metric, times);
      return;
    }
    const value = given + 0; // -0 has the sign bit of a huge cell
    const count = times === 1 ? 1n : BigInt(times);
    const cell = this.#cellOf(value);
    if ((cell - this.inner) >>> 0 < this.innerCount) {
      // Several times a value between those seen.
      this.stepCell(cell, value, count);
      this.sum[0]! += value * times;
      return;
    }
    const { beyond, extremes, touched } = this.memory;
    if (cell < 0) {
      beyond[0]! += count;
    } else if (cell >= this.geometry.cellCount) {
      beyond[1]! += count;
    } else if ((cell >= touched[0]! && cell < touched[1]!) || this.memory.touch(cell)) {
      this.stepCell(cell, value, count);
      if (value < this.seen[0]!) this.seen[0] = value;
      if (value > this.seen[1]!) this.seen[1] = value;
      this.inner = this.#cellOf(this.seen[0]!) + 1;
      this.innerCount = Math.max(0, this.#cellOf(this.seen[1]!) - this.inner);
    } else {
      this.#spill(value, count);
    }
    this.sum[0]! += value * times;
    if (value < extremes[0]!) extremes[0] = value;
    if (value > extremes[1]!) extremes[1] = value;
  }

  protected isNoExtreme(value: number): boolean {
    return value >= this.memory.extremes[0]! && value <= this.memory.extremes[1]!;
  }

  // Unsigned, so that the infinity of a huge value times the scale stays above every cell.
  #cellOf(value: number): number {
    bits[0] = value * this.scale * below;
    return (words[high]! >>> this.shift) - this.baseIndex;
  }

  /** Steps a cell whose memory is there. */
  protected stepCell(cell: number, _value: number, count: bigint): void {
    this.cells[cell]! += count;
  }

  // No memory for the cell: the value still counts in its bound, and in count and sum.
  #spill(value: number, count: bigint): void {
    this.memory.spills[this.#boundOf(value)]! += count;
    this.#rejections.count(this.#metric, 'memory_exhausted');
  }

  /** The index of the first bound that a value is within; how many there are when it is in none. */
  #boundOf(value: number): number {
    const index = this.geometry.bounds.findIndex((bound) => value <= bound);
    return index < 0 ? this.geometry.bounds.length : index;
  }
}
