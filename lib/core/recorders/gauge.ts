// Gauges: one cell, set by a plain store.
//
// A gauge that keeps the last value has one cell for all threads; whoever sets it last wins. Adding
// to such a cell from two threads would lose updates, so it has `set` only. The others (sum, min,
// max) have a cell a lane and may be stepped.

import { monotonicMs } from '../monotonic.js';
import type { CellArrays } from './cell-arrays.js';
import type { CombiningGauge, LastGauge } from './interfaces.js';
import type { ObservableGauges } from './observable-gauges.js';
import type { RejectionLog } from './rejections.js';

/** The cell of a gauge: its value's index, and that of when it was sampled. */
export interface GaugeMemory {
  readonly cells: CellArrays;
  readonly value: number;
  readonly sampled: number;
}

abstract class CellGauge {
  // Only declared: see counter.ts.
  declare protected doubles: Float64Array;
  declare protected value: number;
  declare private sampled: number;
  declare protected readonly metric: string;
  declare protected readonly rejections: RejectionLog;
  declare private readonly observables: ObservableGauges;

  constructor(
    memory: GaugeMemory,
    metric: string,
    log: RejectionLog,
    observables: ObservableGauges,
  ) {
    this.doubles = memory.cells.doubles;
    this.value = memory.value;
    this.sampled = memory.sampled;
    this.metric = metric;
    this.rejections = log;
    this.observables = observables;
  }

  /**
   * Goes on in other memory: the region was superseded. The value comes along, unless somebody has
   * already set one there.
   */
  bind(memory: GaugeMemory): void {
    const { doubles } = memory.cells;
    const isUnset = !doubles[memory.value]; // 0 or NaN
    if (isUnset) doubles[memory.value] = this.doubles[this.value]!;
    if (isUnset) doubles[memory.sampled] = this.doubles[this.sampled]!;
    this.doubles = doubles;
    this.value = memory.value;
    this.sampled = memory.sampled;
  }

  sampleFrom(callback: () => number): () => void {
    return this.observables.add(callback, (value) => {
      this.set(value);
      // What was refused left the value as old as it was.
      if (Number.isFinite(value)) this.doubles[this.sampled] = monotonicMs();
    });
  }

  abstract set(value: number): void;

  unset(): void {
    this.doubles[this.value] = Number.NaN;
    this.doubles[this.sampled] = 0;
  }
}

export class LastValueGauge extends CellGauge implements LastGauge {
  // Hot path.
  set(value: number): void {
    if (Number.isFinite(value)) {
      this.doubles[this.value] = value;
    } else {
      this.rejections.reject(this.metric, value);
    }
  }
}

export class LaneGauge extends CellGauge implements CombiningGauge {
  // Hot path.
  set(value: number): void {
    if (Number.isFinite(value)) {
      this.doubles[this.value] = value;
    } else {
      this.rejections.reject(this.metric, value);
    }
  }

  inc(amount = 1): void {
    this.#step(amount, 1);
  }

  dec(amount = 1): void {
    this.#step(amount, -1);
  }

  #step(amount: number, sign: number): void {
    if (typeof amount !== 'number') {
      this.rejections.reject(this.metric, amount);
      return;
    }
    const before = this.doubles[this.value]!;
    // NaN is a cell of this lane that was never set: stepping starts at 0.
    const after = (before === before ? before : 0) + sign * amount;
    if (after - after === 0) {
      this.doubles[this.value] = after;
    } else {
      this.rejections.reject(this.metric, after);
    }
  }
}
