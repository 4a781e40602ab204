// The samples of one series that a range covers.

import { firstAfter, type NativeHistogram, type Series } from './series.js';

/**
 * Numbers are read where the series has them, from `start` up to `end`. Histograms are rare, and copied
 * out. One window serves one series after the other.
 */
export interface Window {
  times: ArrayLike<number>;
  values: ArrayLike<number>;
  start: number;
  end: number;
  histogramTimes: readonly number[];
  histograms: readonly NativeHistogram[];
  /** Samples are later than this; Unix milliseconds. */
  rangeStart: number;
  rangeEnd: number;
  /** When the expression is evaluated: later than the range where that has an offset. */
  time: number;
}

export function newWindow(): Window {
  return {
    ...{ times: [], values: [], start: 0, end: 0, histogramTimes: [], histograms: [] },
    ...{ rangeStart: 0, rangeEnd: 0, time: 0 },
  };
}

const none: readonly never[] = [];

/** Points the window at a series; false when it has no samples there. */
export function look(window: Window, series: Series): boolean {
  const start = firstAfter(series.times, window.rangeStart);
  const end = firstAfter(series.times, window.rangeEnd);
  window.times = series.times;
  window.values = series.values;
  window.start = start;
  window.end = end;
  window.histogramTimes = none;
  window.histograms = none;
  if (start < end && series.histograms !== undefined) divide(window, series.histograms);
  return start < end;
}

/** Numbers and histograms apart, when there are any of these. */
function divide(window: Window, all: ArrayLike<NativeHistogram | undefined>): void {
  const times: number[] = [];
  const values: number[] = [];
  const histogramTimes: number[] = [];
  const histograms: NativeHistogram[] = [];
  for (let at = window.start; at < window.end; at++) {
    const histogram = all[at];
    if (histogram === undefined) {
      times.push(window.times[at]!);
      values.push(window.values[at]!);
    } else {
      histogramTimes.push(window.times[at]!);
      histograms.push(histogram);
    }
  }
  if (histograms.length === 0) return;
  Object.assign(window, { times, values, start: 0, end: times.length, histogramTimes, histograms });
}

/** Calls back for numbers and histograms in the order of time. */
export function eachInOrder(
  window: Window,
  see: (value: number, histogram: NativeHistogram | undefined, time: number) => void,
): void {
  const { times, values, end, histogramTimes, histograms } = window;
  let next = 0;
  for (let at = window.start; at < end; at++) {
    while (next < histograms.length && histogramTimes[next]! < times[at]!) {
      see(0, histograms[next]!, histogramTimes[next]!);
      next++;
    }
    see(values[at]!, undefined, times[at]!);
  }
  for (; next < histograms.length; next++) see(0, histograms[next]!, histogramTimes[next]!);
}
