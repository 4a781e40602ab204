// A histogram with bounds that fall inside a cell (thirds, 0.001 * 1.5 ** n).
//
// A class of its own, so that the common record() stays short: this one looks, after finding the
// cell, whether the cell is one of the few that a bound splits.

import { type HistogramGeometry, highWord, lowerNeighbour } from '../region/histogram-geometry.js';
import { type HistogramMemory, LaneHistogram, steps } from './histogram.js';
import type { RejectionLog } from './rejections.js';

const bits = new Float64Array(1);
const words = new Int32Array(bits.buffer);
const high = highWord;
const below = lowerNeighbour;

export class SplitHistogram extends LaneHistogram {
  // 1 for every cell that a bound splits.
  private readonly isSplit: Uint8Array;

  constructor(
    memory: HistogramMemory,
    geometry: HistogramGeometry,
    unitsPerNanosecond: number,
    metric: string,
    log: RejectionLog,
  ) {
    super(memory, geometry, unitsPerNanosecond, metric, log);
    this.isSplit = new Uint8Array(geometry.cellCount);
    for (const { cell } of geometry.splits) this.isSplit[cell] = 1;
  }

  // Hot path.
  override record(value: number, times?: number): void {
    // First of all: a BigInt or a symbol would throw below, a string would be added as text.
    if (typeof value !== 'number') {
      this.recordOther(value, times);
      return;
    }
    bits[0] = value * this.scale * below;
    const cell = ((words[high]! >>> this.shift) - this.baseIndex) | 0;
    if (
      times === undefined &&
      (cell - this.inner) >>> 0 < this.innerCount &&
      this.isSplit[cell] === 0
    ) {
      this.cells[cell]! += 1n;
      this.doubles[this.sum]! += value;
    } else if (times === undefined && cell < 0 && this.isNoExtreme(value)) {
      this.memory.others.integers[this.memory.below]! += 1n;
      this.doubles[this.sum]! += value;
    } else {
      this.recordOther(value, times);
    }
  }

  protected override stepCell(cell: number, value: number): void {
    super.stepCell(cell, value);
    // The cell first: a reader never finds more on one side of a bound than in the whole cell.
    if (this.isSplit[cell] === 0) return;
    const { splits, others } = this.memory;
    this.geometry.splits.forEach((split, index) => {
      if (split.cell === cell && value <= split.bound)
        others.integers[splits + index]! += steps[0]!;
    });
  }
}
