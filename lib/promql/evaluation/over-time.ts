// What becomes of the samples of one series over a range.

import { ExactMean, ExactSum, quantileOf } from './arithmetic.js';
import { added, areEqual, divided, wasReset } from './native-histogram.js';
import type { Outcome } from './rates.js';
import type { NativeHistogram } from './series.js';
import { eachInOrder, type Window } from './window.js';

export function sumOver(window: Window): Outcome {
  if (isMixed(window)) return undefined;
  if (window.histograms.length > 0) return sumOfHistograms(window.histograms);
  const sum = new ExactSum();
  for (let at = window.start; at < window.end; at++) sum.add(window.values[at]!);
  return Number.isFinite(sum.sum) ? sum.total : sum.sum;
}

export function averageOver(window: Window): Outcome {
  if (isMixed(window)) return undefined;
  const { histograms, start, end, values } = window;
  if (histograms.length > 0) return divided(sumOfHistograms(histograms), histograms.length);
  const mean = new ExactMean(values[start]!);
  for (let at = start + 1; at < end; at++) mean.add(values[at]!);
  return mean.mean;
}

function isMixed({ start, end, histograms }: Window): boolean {
  return histograms.length > 0 && end > start;
}

export function sumOfHistograms(histograms: readonly NativeHistogram[]): NativeHistogram {
  let sum = histograms[0]!;
  for (const each of histograms.slice(1)) sum = added(sum, each);
  return sum;
}

export function countOver({ start, end, histograms }: Window): number {
  return end - start + histograms.length;
}

/** The largest, or the smallest; what is no number gives way to any. Histograms do not count. */
export function extremeOver({ start, end, values }: Window, isLargest: boolean): Outcome {
  if (start === end) return undefined;
  let extreme = values[start]!;
  for (let at = start + 1; at < end; at++) {
    const value = values[at]!;
    const isBetter = isLargest ? value > extreme : value < extreme;
    if (isBetter || Number.isNaN(extreme)) extreme = value;
  }
  return extreme;
}

export function quantileOver({ start, end, values }: Window, quantile: number): Outcome {
  if (start === end) return undefined;
  const all: number[] = [];
  for (let at = start; at < end; at++) all.push(values[at]!);
  return quantileOf(quantile, all);
}

export function varianceOver({ start, end, values }: Window): number | undefined {
  if (start === end) return undefined;
  const mean = new ExactSum();
  const squares = new ExactSum();
  for (let at = start; at < end; at++) {
    const value = values[at]!;
    const delta = value - mean.total;
    mean.add(delta / (at - start + 1));
    squares.add(delta * (value - mean.total));
  }
  return squares.total / (end - start);
}

export function firstOver(window: Window): Outcome {
  let first: Outcome;
  eachInOrder(window, (value, histogram) => {
    first ??= histogram ?? value;
  });
  return first;
}

export function lastOver(window: Window): Outcome {
  const { start, end, values, histograms } = window;
  if (histograms.length === 0) return end > start ? values[end - 1]! : undefined;
  let last: Outcome;
  eachInOrder(window, (value, histogram) => {
    last = histogram ?? value;
  });
  return last;
}

export function changesOver(window: Window): number {
  return countPairs(
    window,
    (value, before) => {
      if (Number.isNaN(value) && Number.isNaN(before)) return false;
      return value !== before;
    },
    (histogram, before) => !areEqual(histogram, before),
  );
}

export function resetsOver(window: Window): number {
  return countPairs(window, (value, before) => value < before, wasReset);
}

/** How many samples differ from the one before; one of another kind always does. */
function countPairs(
  window: Window,
  numbers: (now: number, before: number) => boolean,
  natives: (now: NativeHistogram, before: NativeHistogram) => boolean,
): number {
  let count = 0;
  if (window.histograms.length === 0) {
    const { values, start, end } = window;
    for (let at = start + 1; at < end; at++) if (numbers(values[at]!, values[at - 1]!)) count++;
    return count;
  }
  let before: Outcome;
  eachInOrder(window, (value, histogram) => {
    const now = histogram ?? value;
    if (before === undefined) {
      before = now;
      return;
    }
    if (typeof now === 'number' && typeof before === 'number')
      count += Number(numbers(now, before));
    else if (typeof now === 'object' && typeof before === 'object') {
      count += Number(natives(now, before));
    } else count++;
    before = now;
  });
  return count;
}

/** The straight line that is nearest to the samples, by its slope and its value at a time. */
export function lineThrough(
  { start, end, times, values }: Window,
  time: number,
): { readonly slope: number; readonly value: number } | undefined {
  const count = end - start;
  if (count < 2) return undefined;
  const [sumX, sumY] = [new ExactSum(), new ExactSum()];
  const [sumXY, sumXX] = [new ExactSum(), new ExactSum()];
  let isConstant = true;
  for (let at = start; at < end; at++) {
    const y = values[at]!;
    const x = (times[at]! - time) / 1000;
    if (at > start && y !== values[start]) isConstant = false;
    sumX.add(x);
    sumY.add(y);
    sumXY.add(x * y);
    sumXX.add(x * x);
  }
  if (isConstant) {
    const value = values[start]!;
    const isInfinite = Math.abs(value) === Number.POSITIVE_INFINITY;
    return isInfinite ? { slope: Number.NaN, value: Number.NaN } : { slope: 0, value };
  }
  const [x, y] = [sumX.total, sumY.total];
  const covariance = sumXY.total - (x * y) / count;
  const variance = sumXX.total - (x * x) / count;
  const slope = covariance / variance;
  return { slope, value: y / count - (slope * x) / count };
}
