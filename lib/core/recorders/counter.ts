// A counter: two cells of this thread's lane, stepped by plain stores.
//
//   ones      int64, stepped by 1n: no rounding, no carry to tear, no chain of floating additions
//   amounts   double: the sum of all amounts given to inc(amount)
//
// The total is their sum. Both only grow, so no reader ever sees a total step back.

import type { RejectionLog } from '../rejections.js';
import type { SeriesExemplars } from './exemplars.js';
import type { Counter, ExemplarLabels } from './interfaces.js';

/** The two cells of a counter in one lane. */
export interface CounterMemory {
  readonly ones: BigInt64Array;
  readonly amounts: Float64Array;
  readonly exemplars: SeriesExemplars;
}

export class LaneCounter implements Counter {
  readonly #metric: string;
  readonly #rejections: RejectionLog;
  // Windows of one element: the index is a constant, so optimised code has nothing to look up. Only
  // declared, so that the constructor's store is the first one: V8 takes such a field for a constant
  // of its object, and a loop over one handle for a loop over its cell, until `bind` stores again.
  declare private ones: BigInt64Array;
  declare private amounts: Float64Array;
  #exemplars: SeriesExemplars;

  constructor(memory: CounterMemory, metric: string, log: RejectionLog) {
    this.ones = memory.ones;
    this.amounts = memory.amounts;
    this.#exemplars = memory.exemplars;
    this.#metric = metric;
    this.#rejections = log;
  }

  /** Goes on in other memory: the region was superseded. */
  bind(memory: CounterMemory): void {
    this.ones = memory.ones;
    this.amounts = memory.amounts;
    this.#exemplars = memory.exemplars;
  }

  // Hot path. Costs: bench/recording.
  inc(amount?: number): void {
    if (amount === undefined) {
      this.ones[0]! += 1n;
    } else if (typeof amount === 'number' && amount >= 0 && amount < Infinity) {
      this.amounts[0]! += amount;
    } else {
      this.#rejections.reject(this.#metric, amount);
    }
  }

  incWithExemplar(amount: number, labels?: ExemplarLabels): void {
    this.inc(amount);
    if (!(typeof amount === 'number' && amount >= 0 && amount < Infinity)) return;
    const problem = this.#exemplars.keep(0, amount, labels);
    if (problem !== undefined) this.#rejections.rejectExemplar(this.#metric, problem);
  }
}
