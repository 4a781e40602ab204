// What every histogram does with a value once record() is there: durations, exemplars, other names.

import { longestDuration, nanosecondsPerTick, now } from '../region/clock.js';
import type { HistogramGeometry } from '../region/histogram-geometry.js';
import type { CellArrays } from './cell-arrays.js';
import type { ExemplarKeeper } from './exemplars.js';
import { formNumbers } from './histogram-forms.js';
import type { ExemplarLabels, Histogram } from './interfaces.js';
import type { Journal } from './journal.js';
import { explainNoLabels } from './mistakes.js';
import type { RejectionLog } from './rejections.js';
import { time } from './timing.js';

/** The memory of one histogram in one lane: indexes of the arrays. */
export interface HistogramMemory {
  readonly arrays: CellArrays;
  /** Of the first cell. */
  readonly first: number;
  /** What else its head holds lies around it: see histogram.ts. */
  readonly sum: number;
  /** Words. The cells from the first to, not including, the second may be stored into. */
  readonly touchedLow: number;
  readonly touchedHigh: number;
  /** The first of one for each bound that falls inside a cell: how many of the cell's values it holds. */
  readonly splits: number;
  /** The first of one for each bound, then beyond all: counts of values whose cell could not be had. */
  readonly spills: number;
  /** Makes memory for a cell and shows it to readers. False: there is none. */
  touch(cell: number): boolean;
  readonly exemplars: ExemplarKeeper;
  readonly series: number;
  /** Memory that no reader sees: a value without a cell is no loss there. */
  readonly isVoid?: boolean;
  /** Where values go instead: whoever drains it stores into the cells, and nobody else. */
  readonly journal?: Journal | undefined;
}

/** What the histograms of a family have in common. */
export interface HistogramKind {
  readonly metric: string;
  readonly geometry: HistogramGeometry;
  readonly unitsPerNanosecond: number;
  readonly rejections: RejectionLog;
}

// The arguments are constants of the code in it, and shorter than those of a module: see histogram.ts.
function defineTimedHistogram(
  forms: Float64Array,
  perTick: Float64Array,
  tooLong: number,
  readClock: () => number,
) {
  abstract class TimedHistogram implements Histogram {
    // Declared, and stored by each class in an order of its own: what its hot path needs comes first.
    declare readonly form: number;
    declare memory: HistogramMemory;
    declare readonly kind: HistogramKind;

    get metric(): string {
      return this.kind.metric;
    }

    abstract record(value: number, times?: number): void;

    /** Goes on in other memory: the region was superseded. */
    abstract bind(memory: HistogramMemory): void;

    observe(value: number, times?: number): void {
      this.record(value, times);
    }

    since(start: number, end = readClock(), times?: number): number {
      const elapsed = typeof start === 'number' && typeof end === 'number' ? end - start : -1;
      if (elapsed >= 0 && elapsed < tooLong) {
        this.record(elapsed * perTick[0]! * forms[this.form + 1]!, times);
        return end;
      }
      return sinceOtherwise(this, start, end, times);
    }

    time<T>(run: () => T): T {
      return time(this, run);
    }

    startTimer(): () => number {
      const start = readClock();
      return () => {
        const end = this.since(start);
        return (end - start) * perTick[0]! * forms[this.form + 1]!;
      };
    }

    recordWithExemplar(value: number, labels?: ExemplarLabels): void {
      this.record(value);
      if (!(typeof value === 'number' && value >= 0 && value < Infinity)) return;
      const { exemplars, series } = this.memory;
      const { geometry, rejections, metric } = this.kind;
      const problem = exemplars.keep(this, series, boundOf(geometry, value), value, labels);
      if (problem !== undefined) rejections.rejectExemplar(metric, problem);
    }

    sinceWithExemplar(start: number, labels?: ExemplarLabels): number {
      const end = readClock();
      const elapsed = typeof start === 'number' ? end - start : -1;
      if (!(elapsed >= 0 && elapsed < tooLong)) return sinceOtherwise(this, start, end);
      this.recordWithExemplar(elapsed * perTick[0]! * forms[this.form + 1]!, labels);
      return end;
    }
  }
  return TimedHistogram;
}

export const TimedHistogram = defineTimedHistogram(
  formNumbers,
  nanosecondsPerTick,
  longestDuration,
  now,
);
export type TimedHistogram = InstanceType<typeof TimedHistogram>;
explainNoLabels(TimedHistogram.prototype);

/** Whether there is something to record: a value, so many times. Counts what is wrong with it. */
export function isRecordable(
  { rejections, metric }: HistogramKind,
  value: number,
  times: number,
): boolean {
  if (!(typeof value === 'number' && value >= 0 && value < Infinity)) {
    rejections.reject(metric, value);
    return false;
  }
  if (Number.isSafeInteger(times) && times > 0) return true;
  if (times !== 0) rejections.reject(metric, times);
  return false;
}

/** The index of the first bound that a value is within; how many there are when it is in none. */
export function boundOf({ bounds }: HistogramGeometry, value: number): number {
  const index = bounds.findIndex((bound) => value <= bound);
  return index < 0 ? bounds.length : index;
}

/** What is no duration. Returns the end all the same, so that what follows can go on from there. */
function sinceOtherwise(
  histogram: TimedHistogram,
  start: number,
  end: number,
  times?: number,
): number {
  const { rejections, metric } = histogram.kind;
  const isNumber = typeof start === 'number' && typeof end === 'number';
  const elapsed = isNumber ? end - start : NaN;
  if (!isNumber) {
    rejections.reject(metric, typeof start === 'number' ? end : start);
  } else if (elapsed < 0 && elapsed > -longestDuration) {
    // Another thread's start may lie a little ahead: that is no reason to lose the event.
    rejections.count(metric, 'clock_step_back');
    histogram.record(0, times);
  } else {
    // No start at all, or one from before the clock's source changed (see native/clock.h).
    rejections.reject(metric, Number.isNaN(elapsed) ? NaN : Infinity);
  }
  return Number.isFinite(end) ? end : now();
}
