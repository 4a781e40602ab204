// Where recorders go on that have no series any more: memory of this thread that no reader sees.
//
//   removed.of('sales_total')   the series was removed
//   closed.of('sales_total')    the registry was closed
//
// Recording costs as much there as anywhere else. What is recorded after close() is counted: every
// second `closed.take()` says how much it was, by metric. All recorders of a metric share its cells,
// so that a program that opens and closes registries for ever does not gather any.

import type { HistogramGeometry } from '../region/histogram-geometry.js';
import { cellArrays } from './cell-arrays.js';
import { amounts, type CounterMemory } from './counter.js';
import type { ExemplarKeeper } from './exemplars.js';
import type { GaugeMemory } from './gauge.js';
import { above, below, maximum, minimum } from './histogram.js';
import type { SeriesMemory } from './recorder-factory.js';
import type { HistogramMemory } from './timed-histogram.js';

const noExemplars: ExemplarKeeper = { keep: () => undefined };

export class VoidMemory {
  readonly #metrics = new Map<string, VoidCells>();

  /** The cells of a metric, whatever its series. */
  of(metric: string): VoidCells {
    let cells = this.#metrics.get(metric);
    if (cells === undefined) {
      cells = new VoidCells();
      this.#metrics.set(metric, cells);
    }
    return cells;
  }

  /** What was recorded since the last time; only metrics of which something was. */
  take(): readonly (readonly [metric: string, amount: number])[] {
    return Array.from(this.#metrics, ([metric, cells]) => [metric, cells.take()] as const).filter(
      ([, amount]) => amount > 0,
    );
  }
}

/** The cells of one metric. Each part is made when a recorder of its kind needs it. */
class VoidCells implements SeriesMemory {
  #counter: CounterMemory | undefined;
  #gauge: GaugeMemory | undefined;
  /** By how many bounds there are: another registry may have other buckets for the same name. */
  readonly #histograms = new Map<number, HistogramMemory>();

  counter(): CounterMemory {
    this.#counter ??= {
      arrays: cellArrays(new ArrayBuffer(2 * 8)),
      ones: 0,
      exemplars: noExemplars,
      series: 0,
    };
    return this.#counter;
  }

  gauge(): GaugeMemory {
    if (this.#gauge === undefined) {
      this.#gauge = { arrays: cellArrays(new ArrayBuffer(2 * 8)), value: 0, sampled: 1 };
      this.forgetGauge();
    }
    return this.#gauge;
  }

  // No cell can be touched, so that every value is counted in the spill of its bound.
  histogram({ bounds: { length: boundCount } }: HistogramGeometry): HistogramMemory {
    let memory = this.#histograms.get(boundCount);
    if (memory === undefined) {
      // A word for the touched range, then the head's numbers around the sum.
      const sum = 1;
      const spills = sum + Math.max(minimum, maximum, below, above) + 1;
      memory = {
        arrays: cellArrays(new ArrayBuffer((spills + boundCount + 1) * 8)),
        first: 0,
        sum,
        touchedLow: 0,
        touchedHigh: 1,
        splits: spills,
        spills,
        touch: () => false,
        exemplars: noExemplars,
        series: 0,
        isVoid: true,
      };
      this.#histograms.set(boundCount, memory);
    }
    return memory;
  }

  /**
   * How much was recorded since the last time: how many values of a histogram, how much was added to a
   * counter; 1 for a gauge, however often it was set.
   */
  take(): number {
    let amount = 0;
    if (this.#counter !== undefined) {
      const { arrays, ones } = this.#counter;
      amount += takeInteger(arrays.integers, ones) + arrays.doubles[ones + amounts]!;
      arrays.doubles[ones + amounts] = 0;
    }
    amount += this.#takeGauge();
    for (const { arrays, sum, spills } of this.#histograms.values()) {
      const { integers } = arrays;
      amount += takeInteger(integers, sum + below) + takeInteger(integers, sum + above);
      for (let spill = spills; spill < integers.length; spill++) {
        amount += takeInteger(integers, spill);
      }
    }
    return amount;
  }

  /** What a gauge brings along when it is bound here was recorded before. */
  forgetGauge(): void {
    this.#takeGauge();
  }

  #takeGauge(): number {
    if (this.#gauge === undefined) return 0;
    const { arrays, value } = this.#gauge;
    const isSet = !Number.isNaN(arrays.doubles[value]);
    arrays.doubles[value] = NaN;
    return isSet ? 1 : 0;
  }
}

function takeInteger(integers: BigInt64Array, index: number): number {
  const taken = Number(integers[index]);
  integers[index] = 0n;
  return taken;
}
