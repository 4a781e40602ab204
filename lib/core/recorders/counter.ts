// A counter: two cells of this thread's lane, stepped by plain stores.
//
//   ones      int64, stepped by 1n: no rounding, no carry to tear, no chain of floating additions
//   amounts   double: the sum of all amounts given to inc(amount)
//
// The total is their sum. Both only grow, so no reader ever sees a total step back.

import { layout } from '../region/native.js';
import type { CellArrays } from './cell-arrays.js';
import type { ExemplarKeeper } from './exemplars.js';
import type { Counter, ExemplarLabels } from './interfaces.js';
import { explainNoLabels } from './mistakes.js';
import type { RejectionLog } from './rejections.js';
import { largestUnchecked } from './sums.js';

/** The two cells of a counter in one lane: the index of the first. */
export interface CounterMemory {
  readonly arrays: CellArrays;
  readonly ones: number;
  readonly exemplars: ExemplarKeeper;
  readonly series: number;
}

/** Where the second lies, seen from the first. */
export const amounts = (layout.counterAmounts - layout.counterOnes) / 8;

// Constants of this module are constants of the optimised code; imported ones would be loaded.
const large = largestUnchecked;
const amountsAfter = amounts;

export class LaneCounter implements Counter {
  // Only declared, so that the constructor's stores are the first ones: V8 takes such a field for a
  // constant of its object, and a loop over one handle for a loop over its cell, until `bind` stores
  // again. And so that what the hot path needs comes first, on one cache line.
  declare private integers: BigInt64Array;
  declare private doubles: Float64Array;
  declare private ones: number;
  declare private exemplars: ExemplarKeeper;
  declare private series: number;
  declare private readonly metric: string;
  declare private readonly rejections: RejectionLog;

  constructor(memory: CounterMemory, metric: string, log: RejectionLog) {
    this.integers = memory.arrays.integers;
    this.doubles = memory.arrays.doubles;
    this.ones = memory.ones;
    this.exemplars = memory.exemplars;
    this.series = memory.series;
    this.metric = metric;
    this.rejections = log;
  }

  /** Goes on in other memory: the region was superseded. */
  bind(memory: CounterMemory): void {
    this.integers = memory.arrays.integers;
    this.doubles = memory.arrays.doubles;
    this.ones = memory.ones;
    this.exemplars = memory.exemplars;
    this.series = memory.series;
  }

  // Hot path. Costs: bench/recording. Short, so that V8 inlines many of them into one function.
  inc(amount?: number): void {
    if (amount === undefined) this.integers[this.ones]! += 1n;
    else this.add(amount);
  }

  // Hot path.
  private add(amount: number): void {
    if (typeof amount === 'number' && amount >= 0 && amount < large) {
      this.doubles[this.ones + amountsAfter]! += amount;
    } else {
      this.addOther(amount);
    }
  }

  incWithExemplar(amount: number, labels?: ExemplarLabels): void {
    this.inc(amount);
    if (!(typeof amount === 'number' && amount >= 0 && amount < Infinity)) return;
    const problem = this.exemplars.keep(this, this.series, 0, amount, labels);
    if (problem !== undefined) this.rejections.rejectExemplar(this.metric, problem);
  }

  /** Amounts that could make the sum infinite, and bad ones. */
  private addOther(amount: number): void {
    if (!(typeof amount === 'number' && amount >= 0 && amount < Infinity)) {
      this.rejections.reject(this.metric, amount);
      return;
    }
    const sum = this.doubles[this.ones + amounts]! + amount;
    if (sum < Infinity) this.doubles[this.ones + amounts] = sum;
    else this.rejections.rejectSum(this.metric, amount);
  }
}

explainNoLabels(LaneCounter.prototype);
