// A histogram: one cell and one sum of this thread's lane, stepped by plain stores.
//
// record(v) finds the cell from the bits of v * scale (see histogram-geometry.ts) and steps it. One
// comparison tells whether that is all: cells strictly between the lowest and the highest one this
// handle has stepped have their memory, are looked at by readers, and change no extreme. In those
// two cells themselves a value between the extremes needs nothing else either. Everything rarer is
// in `recordOther`: new extremes, cells whose memory is not there yet, values out of range, values so
// large that the sum could become infinite, bad values.

import { cellIndexOf, highWord, lowerNeighbour } from '../region/histogram-geometry.js';
import { layout } from '../region/native.js';
import { formNumbers, formOf } from './histogram-forms.js';
import { largestUnchecked } from './sums.js';
import {
  boundOf,
  type HistogramKind,
  type HistogramMemory,
  isRecordable,
  TimedHistogram,
} from './timed-histogram.js';

// Where these lie, seen from the sum. `below` and `above` count values too small for the first cell,
// and too large for the last.
export const minimum = (layout.headMinimum - layout.headSum) / 8;
export const maximum = (layout.headMaximum - layout.headSum) / 8;
export const below = (layout.headBelow - layout.headSum) / 8;
export const above = (layout.headAbove - layout.headSum) / 8;

// How `times` becomes an integer of 64 bits: BigInt(times) would be allocated.
export const steps = new BigInt64Array(1);
const stepWords = new Uint32Array(steps.buffer);
const lowWord = 1 - highWord;
const bits = new Float64Array(1);

// V8 inlines calls into a function up to a sum of bytecode, so that the bytes of hot paths count. What
// they use are arguments of the function around them: constants of a module take three times as many
// bytes each, and private methods would make it twice as many.
function defineLaneHistogram(
  bits: Float64Array,
  words: Int32Array,
  high: number,
  lower: number,
  forms: Float64Array,
) {
  return class LaneHistogram extends TimedHistogram {
    // Only declared: see counter.ts.
    declare integers: BigInt64Array;
    declare doubles: Float64Array;
    declare sum: number;
    declare readonly form: number;
    declare readonly shift: number;
    // What is added to the upper bits of a value to find its cell among the integers.
    declare origin: number;
    // Cells [inner, inner + innerCount): those strictly between the lowest and the highest stepped.
    declare inner: number;
    declare innerCount: number;
    // The smallest and the largest value that a cell was stepped for. Not those of the head, which lie
    // beside the sum: loading them just after it was stored takes a third of the whole record.
    declare readonly seen: Float64Array;
    declare memory: HistogramMemory;
    declare readonly kind: HistogramKind;

    constructor(memory: HistogramMemory, kind: HistogramKind) {
      super();
      const { geometry, unitsPerNanosecond } = kind;
      this.integers = memory.arrays.integers;
      this.doubles = memory.arrays.doubles;
      this.sum = memory.sum;
      this.form = formOf(geometry.scale, unitsPerNanosecond);
      this.shift = geometry.shift;
      this.origin = memory.first - geometry.baseIndex;
      this.inner = 0;
      this.innerCount = 0;
      this.seen = Float64Array.of(Infinity, -Infinity);
      this.memory = memory;
      this.kind = kind;
    }

    override bind(memory: HistogramMemory): void {
      this.integers = memory.arrays.integers;
      this.doubles = memory.arrays.doubles;
      this.sum = memory.sum;
      this.origin = memory.first - this.kind.geometry.baseIndex;
      this.inner = 0;
      this.innerCount = 0;
      this.seen.set([Infinity, -Infinity]);
      this.memory = memory;
    }

    // Hot path. Costs: bench/recording.
    override record(value: number, times?: number): void {
      // First of all: a BigInt or a symbol would throw below, a string would be added as text.
      if (typeof value === 'number' && times === undefined) {
        bits[0] = value * forms[this.form]! * lower;
        let cell = ((words[high]! >>> this.shift) + this.origin) | 0;
        if ((cell - this.inner) >>> 0 >= this.innerCount) cell = cellBeside(this, value, cell);
        if (cell >= 0) {
          this.integers[cell]! += 1n;
          this.doubles[this.sum]! += value;
          return;
        }
      }
      recordOther(this, value, times);
    }

    /** Steps a cell whose memory is there, by `steps`; it is counted from the first. */
    stepCell(cell: number, _value: number): void {
      this.integers[this.memory.first + cell]! += steps[0]!;
    }
  };
}

export const LaneHistogram = defineLaneHistogram(
  bits,
  new Int32Array(bits.buffer),
  highWord,
  lowerNeighbour,
  formNumbers,
);
export type LaneHistogram = InstanceType<typeof LaneHistogram>;

/**
 * The integer to step for a value that comes to none of the inner cells, but is no extreme: that of the
 * outermost cells, or what counts values too small for the first. Every fast operation is, in a slow
 * unit. Negative: there is more to do.
 */
export function cellBeside(histogram: LaneHistogram, value: number, cell: number): number {
  const { seen } = histogram;
  if (value >= seen[0]! && value <= seen[1]!) return cell;
  const { doubles, sum, memory } = histogram;
  const isBelow =
    cell < memory.first &&
    value >= doubles[sum + minimum]! &&
    value <= doubles[sum + maximum]! &&
    value < largestUnchecked;
  return isBelow ? sum + below : -1;
}

/** Everything but one value between those seen. Never throws. */
export function recordOther(histogram: LaneHistogram, given: number, times = 1): void {
  const { memory, doubles, sum } = histogram;
  const { rejections, metric, geometry } = histogram.kind;
  if (!isRecordable(histogram.kind, given, times)) return;
  const value = given + 0; // -0 has the sign bit of a huge cell
  const total = doubles[sum]! + value * times;
  if (total === Infinity) {
    rejections.rejectSum(metric, value);
    return;
  }
  stepWords[lowWord] = times;
  stepWords[highWord] = times / 2 ** 32;
  // Before the value counts: whoever reads it, now or after a kill in between, finds it in the extremes.
  if (value < doubles[sum + minimum]!) doubles[sum + minimum] = value;
  if (value > doubles[sum + maximum]!) doubles[sum + maximum] = value;
  const { integers, words: lane } = memory.arrays;
  const cell = cellIndexOf(value, geometry.scale, geometry.shift) - geometry.baseIndex;
  if (cell < 0) {
    integers[sum + below]! += steps[0]!;
  } else if (cell >= geometry.cellCount) {
    integers[sum + above]! += steps[0]!;
  } else if (
    (cell >= lane[memory.touchedLow]! && cell < lane[memory.touchedHigh]!) ||
    memory.touch(cell)
  ) {
    histogram.stepCell(cell, value);
    // Zero may be -0 the next time, whose sign bit makes it a cell far beyond all.
    if (value < largestUnchecked && value !== 0) widen(histogram, value);
  } else {
    // No memory for the cell: the value still counts in its bound, and in count and sum.
    integers[memory.spills + boundOf(geometry, value)]! += steps[0]!;
    if (memory.isVoid !== true) rejections.count(metric, 'memory_exhausted');
  }
  doubles[sum] = total;
}

/** From now on record() steps the cells itself of all values between this one and those before. */
function widen(histogram: LaneHistogram, value: number): void {
  const { seen, origin, kind } = histogram;
  const { scale, shift } = kind.geometry;
  if (value < seen[0]!) seen[0] = value;
  if (value > seen[1]!) seen[1] = value;
  histogram.inner = cellIndexOf(seen[0]!, scale, shift) + origin + 1;
  histogram.innerCount = Math.max(
    0,
    cellIndexOf(seen[1]!, scale, shift) + origin - histogram.inner,
  );
}
