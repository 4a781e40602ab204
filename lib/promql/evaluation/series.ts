// What an expression is evaluated over. Whoever has series implements SeriesSource.

import type { LabelMatcher } from '../matchers.js';
import type { Labels } from './labels.js';

/** Buckets of a native histogram that hold something, by their indexes, which rise. */
export interface NativeBuckets {
  readonly indexes: readonly number[];
  readonly counts: readonly number[];
}

/**
 * A histogram with exponential buckets, as Prometheus defines it: the bucket with index i ends at
 * `2 ** (i * 2 ** -schema)` and holds its end.
 */
export interface NativeHistogram {
  /** From -4 (coarse) to 8 (fine). */
  readonly schema: number;
  readonly count: number;
  readonly sum: number;
  /** What is closer to zero than this is in the bucket of zero. */
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  readonly positive: NativeBuckets;
  readonly negative: NativeBuckets;
}

/** Samples of one series in columns, oldest first, their times rising. */
export interface Series {
  readonly labels: Labels;
  /** Unix milliseconds. */
  readonly times: ArrayLike<number>;
  /** Where the sample is a histogram, whatever number. */
  readonly values: ArrayLike<number>;
  /** At the same places; absent when all samples are numbers. */
  readonly histograms?: ArrayLike<NativeHistogram | undefined>;
  /** When the series was seen to have ended, oldest first: Prometheus' staleness markers. */
  readonly endedAt?: ArrayLike<number>;
}

/** Where series come from. */
export interface SeriesSource {
  /**
   * The series that all matchers fit. Samples later than `from` and up to `to` are looked at (Unix
   * milliseconds); others may be there, too, and change nothing. No two have the same labels.
   */
  select(matchers: readonly LabelMatcher[], from: number, to: number): Iterable<Series>;
}

/** The index of the first time later than this one. */
export function firstAfter(times: ArrayLike<number>, time: number): number {
  let low = 0;
  let high = times.length;
  // What is asked for is mostly the end.
  if (high > 0 && times[high - 1]! <= time) return high;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether matchers fit the labels. */
export function fits(labels: Labels, matchers: readonly LabelMatcher[]): boolean {
  for (const { label, matches } of matchers) if (!matches(labels.get(label))) return false;
  return true;
}
