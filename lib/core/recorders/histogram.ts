// A histogram: one cell and one sum of this thread's lane, stepped by plain stores.
//
// record(v) finds the cell from the bits of v * scale (see histogram-geometry.ts) and steps it. One
// comparison tells whether that is all: cells strictly between the lowest and the highest one this
// handle has stepped have their memory, are looked at by readers, and change no extreme. In those
// two cells themselves a value between the extremes needs nothing else either. Everything rarer is
// in `recordOther`: new extremes, cells whose memory is not there yet, values out of range, bad
// values.

import { longestDuration, nanosecondsPerTick, now } from '../region/clock.js';
import { type HistogramGeometry, highWord, lowerNeighbour } from '../region/histogram-geometry.js';
import type { CellArrays } from './cell-arrays.js';
import type { ExemplarKeeper } from './exemplars.js';
import type { ExemplarLabels, Histogram } from './interfaces.js';
import { explainNoLabels } from './mistakes.js';
import type { RejectionLog } from './rejections.js';
import { time } from './timing.js';

/** The memory of one histogram in one lane: its cells, and the indexes of all else. */
export interface HistogramMemory {
  readonly cells: BigInt64Array;
  readonly others: CellArrays;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
  /** Words. The cells from the first to, not including, the second may be stored into. */
  readonly touchedLow: number;
  readonly touchedHigh: number;
  /** Counts of values too small for the first cell, and too large for the last. */
  readonly below: number;
  readonly above: number;
  /** The first of one for each bound that falls inside a cell: how many of the cell's values it holds. */
  readonly splits: number;
  /** The first of one for each bound, then beyond all: counts of values whose cell could not be had. */
  readonly spills: number;
  /** Makes memory for a cell and shows it to readers. False: there is none. */
  touch(cell: number): boolean;
  readonly exemplars: ExemplarKeeper;
  /** Memory that no reader sees: a value without a cell is no loss there. */
  readonly isVoid?: boolean;
}

// Constants of this module are constants of the optimised code; imported ones would be loaded.
const bits = new Float64Array(1);
const words = new Int32Array(bits.buffer);
const high = highWord;
const below = lowerNeighbour;
const readClock = now;
const perTick = nanosecondsPerTick;
const tooLong = longestDuration;

// How `times` becomes an integer of 64 bits: BigInt(times) would be allocated.
export const steps = new BigInt64Array(1);
const stepWords = new Uint32Array(steps.buffer);
const low = 1 - highWord;

export class LaneHistogram implements Histogram {
  // Only declared: see counter.ts.
  declare protected cells: BigInt64Array;
  declare protected doubles: Float64Array;
  declare protected sum: number;
  declare protected readonly scale: number;
  declare protected readonly shift: number;
  declare protected readonly baseIndex: number;
  // Cells [inner, inner + innerCount): those strictly between the lowest and the highest stepped.
  declare protected inner: number;
  declare protected innerCount: number;
  declare private readonly unitsPerNanosecond: number;
  // The smallest and the largest value that a cell was stepped for. Bad values are never between.
  declare protected readonly seen: Float64Array;
  declare protected memory: HistogramMemory;
  declare protected readonly geometry: HistogramGeometry;
  declare private readonly metric: string;
  declare private readonly rejections: RejectionLog;

  constructor(
    memory: HistogramMemory,
    geometry: HistogramGeometry,
    unitsPerNanosecond: number,
    metric: string,
    log: RejectionLog,
  ) {
    this.cells = memory.cells;
    this.doubles = memory.others.doubles;
    this.sum = memory.sum;
    // Double fields even where these are whole numbers, so that all handles are of one shape.
    this.scale = 0.5;
    this.unitsPerNanosecond = 0.5;
    this.scale = geometry.scale;
    this.shift = geometry.shift;
    this.baseIndex = geometry.baseIndex;
    this.inner = 0;
    this.innerCount = 0;
    this.unitsPerNanosecond = unitsPerNanosecond;
    this.seen = Float64Array.of(Infinity, -Infinity);
    this.memory = memory;
    this.geometry = geometry;
    this.metric = metric;
    this.rejections = log;
  }

  /** Goes on in other memory: the region was superseded. */
  bind(memory: HistogramMemory): void {
    this.memory = memory;
    this.cells = memory.cells;
    this.doubles = memory.others.doubles;
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
      this.doubles[this.sum]! += value;
    } else if (times === undefined && value >= this.seen[0]! && value <= this.seen[1]!) {
      this.cells[cell]! += 1n;
      this.doubles[this.sum]! += value;
    } else if (times === undefined && cell < 0 && this.isNoExtreme(value)) {
      // Too small for the first cell: every fast operation is, in a slow unit.
      this.memory.others.integers[this.memory.below]! += 1n;
      this.doubles[this.sum]! += value;
    } else {
      this.recordOther(value, times);
    }
  }

  observe(value: number, times?: number): void {
    this.record(value, times);
  }

  since(start: number, end = readClock(), times?: number): void {
    if (typeof start !== 'number' || typeof end !== 'number') {
      this.rejections.reject(this.metric, typeof start === 'number' ? end : start);
      return;
    }
    const elapsed = end - start;
    if (elapsed >= 0 && elapsed < tooLong) {
      this.record(elapsed * perTick[0]! * this.unitsPerNanosecond, times);
    } else {
      this.#sinceOtherwise(elapsed, times);
    }
  }

  time<T>(run: () => T): T {
    return time(this, run);
  }

  startTimer(): () => number {
    const start = readClock();
    return () => {
      const end = readClock();
      this.since(start, end);
      return (end - start) * perTick[0]! * this.unitsPerNanosecond;
    };
  }

  recordWithExemplar(value: number, labels?: ExemplarLabels): void {
    this.record(value);
    if (!(typeof value === 'number' && value >= 0 && value < Infinity)) return;
    const bucket = this.#boundOf(value);
    const problem = this.memory.exemplars.keep(bucket, value, labels);
    if (problem !== undefined) this.rejections.rejectExemplar(this.metric, problem);
  }

  sinceWithExemplar(start: number, labels?: ExemplarLabels): void {
    if (typeof start !== 'number') {
      this.rejections.reject(this.metric, start);
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
      this.rejections.count(this.metric, 'clock_step_back');
      this.record(0, times);
    } else {
      // No start at all, or one from before the clock's source changed (see native/clock.h).
      this.rejections.reject(this.metric, Number.isNaN(elapsed) ? NaN : Infinity);
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
      this.rejections.reject(this.metric, given);
      return;
    }
    if (!(Number.isSafeInteger(times) && times > 0)) {
      if (times !== 0) this.rejections.reject(this.metric, times);
      return;
    }
    const value = given + 0; // -0 has the sign bit of a huge cell
    stepWords[low] = times;
    stepWords[high] = times / 2 ** 32;
    const cell = this.#cellOf(value);
    if ((cell - this.inner) >>> 0 < this.innerCount) {
      // Several times a value between those seen.
      this.stepCell(cell, value);
      this.doubles[this.sum]! += value * times;
      return;
    }
    const { memory } = this;
    const { integers, words: lane } = memory.others;
    if (cell < 0) {
      integers[memory.below]! += steps[0]!;
    } else if (cell >= this.geometry.cellCount) {
      integers[memory.above]! += steps[0]!;
    } else if (
      (cell >= lane[memory.touchedLow]! && cell < lane[memory.touchedHigh]!) ||
      memory.touch(cell)
    ) {
      this.stepCell(cell, value);
      if (value < this.seen[0]!) this.seen[0] = value;
      if (value > this.seen[1]!) this.seen[1] = value;
      this.inner = this.#cellOf(this.seen[0]!) + 1;
      this.innerCount = Math.max(0, this.#cellOf(this.seen[1]!) - this.inner);
    } else {
      this.#spill(value);
    }
    this.doubles[this.sum]! += value * times;
    if (value < this.doubles[memory.minimum]!) this.doubles[memory.minimum] = value;
    if (value > this.doubles[memory.maximum]!) this.doubles[memory.maximum] = value;
  }

  protected isNoExtreme(value: number): boolean {
    const { doubles, memory } = this;
    return value >= doubles[memory.minimum]! && value <= doubles[memory.maximum]!;
  }

  // Unsigned, so that the infinity of a huge value times the scale stays above every cell.
  #cellOf(value: number): number {
    bits[0] = value * this.scale * below;
    return (words[high]! >>> this.shift) - this.baseIndex;
  }

  /** Steps a cell whose memory is there, by `steps`. */
  protected stepCell(cell: number, _value: number): void {
    this.cells[cell]! += steps[0]!;
  }

  // No memory for the cell: the value still counts in its bound, and in count and sum.
  #spill(value: number): void {
    this.memory.others.integers[this.memory.spills + this.#boundOf(value)]! += steps[0]!;
    if (this.memory.isVoid !== true) this.rejections.count(this.metric, 'memory_exhausted');
  }

  /** The index of the first bound that a value is within; how many there are when it is in none. */
  #boundOf(value: number): number {
    const index = this.geometry.bounds.findIndex((bound) => value <= bound);
    return index < 0 ? this.geometry.bounds.length : index;
  }
}

explainNoLabels(LaneHistogram.prototype);
