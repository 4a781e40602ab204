// Shows V8 the rarer way through record() before a program's values come to it.
//
// V8 compiles what it has seen. In a program the first value that falls into the lowest or highest
// cell without being a new extreme comes late, after the loop around record() was compiled. It makes
// V8 throw that code away, and what V8 compiles in its place, in the middle of the loop, may stay for
// good and takes twice as long: in one process of seven, when bench/cases/histogram.ts was run often.

import { cellIndexOf, type HistogramGeometry } from '../region/histogram-geometry.js';
import { cellArrays } from './cell-arrays.js';
import { below, LaneHistogram, maximum, minimum } from './histogram.js';
import { RejectionLog } from './rejections.js';
import type { HistogramMemory } from './timed-histogram.js';

const shift = 16;
const cellCount = 64; // 0.5 to 8

const geometry: HistogramGeometry = {
  scale: 1,
  baseIndex: cellIndexOf(0.5, 1, shift) + 1,
  cellCount,
  shift,
  bounds: [],
  boundCells: new Uint32Array(0),
  splits: [],
};

const unasked = (): never => {
  throw new Error('a rehearsal has neither exemplars nor bad values');
};

let isRehearsed = false;

/** Records into memory that nobody reads: once a thread, before it has its first histogram. */
export function rehearse(): void {
  if (isRehearsed) return;
  isRehearsed = true;
  const sum = 1;
  const first = sum + Math.max(minimum, maximum, below) + 1;
  const arrays = cellArrays(new ArrayBuffer((first + cellCount) * 8));
  arrays.words.set([0, cellCount]);
  arrays.doubles[sum + minimum] = Infinity;
  arrays.doubles[sum + maximum] = -Infinity;
  const memory: HistogramMemory = {
    arrays,
    first,
    sum,
    touchedLow: 0,
    touchedHigh: 1,
    splits: first,
    spills: first,
    touch: () => true,
    get exemplars() {
      return unasked();
    },
    series: 0,
  };
  const rejections = new RejectionLog(unasked, unasked);
  const histogram = new LaneHistogram(memory, {
    metric: 'rehearsal',
    geometry,
    unitsPerNanosecond: 1,
    rejections,
  });
  // New extremes, values between them, and values that are the extremes once more.
  for (let round = 0; round < 20; round++) {
    for (const value of [1, 5, 3, 2, 1, 5]) histogram.record(value);
  }
}
