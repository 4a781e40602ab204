// How fast things change: rate and its relatives.

import {
  added,
  compacted,
  divided,
  reduced,
  scaled,
  subtracted,
  wasReset,
} from './native-histogram.js';
import type { NativeHistogram } from './series.js';
import { eachInOrder, type Window } from './window.js';

/** A number or a histogram; undefined: the series is left out. */
export type Outcome = number | NativeHistogram | undefined;

/**
 * The growth between the first and the last sample, extended to the ends of the range as far as it is
 * plausible that the series was there.
 */
export function extrapolated(window: Window, isCounter: boolean, isRate: boolean): Outcome {
  const { start, end, times, values, histograms, histogramTimes } = window;
  const numbers = end - start;
  // A series that was both has no growth.
  if (numbers > 0 && histograms.length > 0) return undefined;
  const isNative = histograms.length > 0;
  const count = isNative ? histograms.length : numbers;
  if (count < 2) return undefined;
  const growth = isNative
    ? nativeGrowth(histograms, isCounter)
    : growthOf(values, start, end, isCounter);
  const first = isNative ? histogramTimes[0]! : times[start]!;
  const last = isNative ? histogramTimes[count - 1]! : times[end - 1]!;
  const began = isNative ? histograms[0]!.count : values[start]!;
  const grown = typeof growth === 'number' ? growth : growth.count;

  const sampled = (last - first) / 1000;
  const between = sampled / (count - 1);
  // A little more than the usual distance: further off than this the series was not there.
  const threshold = between * 1.1;
  let toStart = (first - window.rangeStart) / 1000;
  let toEnd = (window.rangeEnd - last) / 1000;
  if (toStart >= threshold) toStart = between / 2;
  if (isCounter && grown > 0 && began >= 0) {
    // A counter was never below zero.
    toStart = Math.min(toStart, sampled * (began / grown));
  }
  if (toEnd >= threshold) toEnd = between / 2;
  let factor = (sampled + toStart + toEnd) / sampled;
  if (isRate) factor /= (window.rangeEnd - window.rangeStart) / 1000;
  return typeof growth === 'number' ? growth * factor : scaled(growth, factor);
}

/** What a counter fell by when it began anew is no loss. */
function growthOf(
  values: ArrayLike<number>,
  start: number,
  end: number,
  isCounter: boolean,
): number {
  let growth = values[end - 1]! - values[start]!;
  if (!isCounter) return growth;
  let before = values[start]!;
  for (let at = start + 1; at < end; at++) {
    const value = values[at]!;
    if (value < before) growth += before;
    before = value;
  }
  return growth;
}

function nativeGrowth(histograms: readonly NativeHistogram[], isCounter: boolean): NativeHistogram {
  const last = histograms.at(-1)!;
  let first = histograms[0]!;
  // What was there before the first reset does not matter, nor how it was divided into buckets.
  if (isCounter && wasReset(histograms[1]!, first)) first = emptyLike(histograms[1]!);
  let schema = Math.min(last.schema, first.schema);
  if (isCounter) {
    for (const each of histograms.slice(1, -1)) schema = Math.min(schema, each.schema);
  }
  let growth = subtracted(reduced(last, schema), first);
  if (!isCounter) return compacted(growth);
  let before = first;
  for (const now of histograms.slice(1)) {
    if (wasReset(now, before)) growth = added(growth, before);
    before = now;
  }
  return compacted(growth);
}

function emptyLike({ schema }: NativeHistogram): NativeHistogram {
  const none = { indexes: [], counts: [] };
  return {
    schema,
    count: 0,
    sum: 0,
    zeroThreshold: 0,
    zeroCount: 0,
    positive: none,
    negative: none,
  };
}

/** The growth between the last two samples. */
export function instantGrowth(window: Window, isRate: boolean): Outcome {
  const { start, end, times, values, histograms } = window;
  if (end - start + histograms.length < 2) return undefined;
  if (histograms.length === 0) {
    const seconds = (times[end - 1]! - times[end - 2]!) / 1000;
    return growthBetween(values[end - 1]!, values[end - 2]!, seconds, isRate);
  }
  let before: Outcome;
  let now: Outcome;
  let [earlier, later] = [0, 0];
  eachInOrder(window, (value, histogram, time) => {
    [before, earlier] = [now, later];
    [now, later] = [histogram ?? value, time];
  });
  const seconds = (later - earlier) / 1000;
  if (typeof now === 'object' && typeof before === 'object') {
    const isReset = isRate && wasReset(now, before);
    const growth = compacted(isReset ? now : subtracted(now, before));
    return isRate ? divided(growth, seconds) : growth;
  }
  if (typeof now !== 'number' || typeof before !== 'number') return undefined;
  return growthBetween(now, before, seconds, isRate);
}

/** A counter that began anew has grown from zero. */
function growthBetween(now: number, before: number, seconds: number, isRate: boolean): number {
  if (!isRate) return now - before;
  return (now < before ? now : now - before) / seconds;
}
