// A histogram with bounds that fall inside a cell (thirds, 0.001 * 1.5 ** n).
//
// A class of its own, so that the common record() stays short: this one looks, after finding the
// cell, whether the cell is one of the few that a bound splits. It never goes through a journal: one
// record may step any number of splits, and whoever drains notes beforehand what a batch will change.

import { highWord, lowerNeighbour } from '../region/histogram-geometry.js';
import { cellBeside, LaneHistogram, recordOther, steps } from './histogram.js';
import { formNumbers } from './histogram-forms.js';
import type { HistogramKind, HistogramMemory } from './timed-histogram.js';

const bits = new Float64Array(1);
const words = new Int32Array(bits.buffer);
const high = highWord;
const lower = lowerNeighbour;
const forms = formNumbers;

export class SplitHistogram extends LaneHistogram {
  // 1 for every cell that a bound splits.
  private readonly isSplit: Uint8Array;

  constructor(memory: HistogramMemory, kind: HistogramKind) {
    super(memory, kind);
    const { cellCount, splits } = kind.geometry;
    this.isSplit = new Uint8Array(cellCount);
    for (const { cell } of splits) this.isSplit[cell] = 1;
  }

  // Hot path.
  override record(value: number, times?: number): void {
    // First of all: a BigInt or a symbol would throw below, a string would be added as text.
    if (typeof value === 'number' && times === undefined) {
      bits[0] = value * forms[this.form]! * lower;
      let cell = ((words[high]! >>> this.shift) + this.origin) | 0;
      if ((cell - this.inner) >>> 0 >= this.innerCount) cell = cellBeside(this, value, cell);
      // What counts values too small for the first cell is none: it lies before them.
      if (cell >= 0 && this.isSplit[cell - this.memory.first] !== 1) {
        this.integers[cell]! += 1n;
        this.doubles[this.sum]! += value;
        return;
      }
    }
    recordOther(this, value, times);
  }

  override stepCell(cell: number, value: number): void {
    super.stepCell(cell, value);
    // The cell first: a reader never finds more on one side of a bound than in the whole cell.
    if (this.isSplit[cell] === 0) return;
    const { splits } = this.memory;
    this.kind.geometry.splits.forEach((split, index) => {
      if (split.cell === cell && value <= split.bound) {
        this.integers[splits + index]! += steps[0]!;
      }
    });
  }
}
