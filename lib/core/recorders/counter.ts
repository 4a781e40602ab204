// A counter: two cells of this thread's lane, stepped by plain stores.
//
//   ones      int64, stepped by 1n: no rounding, no carry to tear, no chain of floating additions
//   amounts   double: the sum of all amounts given to inc(amount)
//
// The total is their sum. Both only grow, so no reader ever sees a total step back.

import type { CellArrays } from './cell-arrays.js';
import type { ExemplarKeeper } from './exemplars.js';
import type { Counter, ExemplarLabels } from './interfaces.js';
import { explainNoLabels } from './mistakes.js';
import type { RejectionLog } from './rejections.js';

/** The two cells of a counter in one lane: their indexes. */
export interface CounterMemory {
  readonly cells: CellArrays;
  readonly ones: number;
  readonly amounts: number;
  readonly exemplars: ExemplarKeeper;
}

export class LaneCounter implements Counter {
  // Only declared, so that the constructor's stores are the first ones: V8 takes such a field for a
  // constant of its object, and a loop over one handle for a loop over its cell, until `bind` stores
  // again. And so that what the hot path needs comes first, on one cache line.
  declare private integers: BigInt64Array;
  declare private doubles: Float64Array;
  declare private ones: number;
  declare private amounts: number;
  declare private exemplars: ExemplarKeeper;
  declare private readonly metric: string;
  declare private readonly rejections: RejectionLog;

  constructor(memory: CounterMemory, metric: string, log: RejectionLog) {
    this.integers = memory.cells.integers;
    this.doubles = memory.cells.doubles;
    this.ones = memory.ones;
    this.amounts = memory.amounts;
    this.exemplars = memory.exemplars;
    this.metric = metric;
    this.rejections = log;
  }

  /** Goes on in other memory: the region was superseded. */
  bind(memory: CounterMemory): void {
    this.integers = memory.cells.integers;
    this.doubles = memory.cells.doubles;
    this.ones = memory.ones;
    this.amounts = memory.amounts;
    this.exemplars = memory.exemplars;
  }

  // Hot path. Costs: bench/recording.
  inc(amount?: number): void {
    if (amount === undefined) {
      this.integers[this.ones]! += 1n;
    } else if (typeof amount === 'number' && amount >= 0 && amount < Infinity) {
      this.doubles[this.amounts]! += amount;
    } else {
      this.rejections.reject(this.metric, amount);
    }
  }

  incWithExemplar(amount: number, labels?: ExemplarLabels): void {
    this.inc(amount);
    if (!(typeof amount === 'number' && amount >= 0 && amount < Infinity)) return;
    const problem = this.exemplars.keep(0, amount, labels);
    if (problem !== undefined) this.rejections.rejectExemplar(this.metric, problem);
  }
}

explainNoLabels(LaneCounter.prototype);
