// How durations are taken: with the registry's clock, or in simulated time.

import type { Histogram } from 'vsr-metrics';

export interface Stopwatch {
  now(): number;
  /**
   * Records the time since `start`, up to `end` where that was read already, into a histogram in
   * milliseconds unless told otherwise; once, or so many times.
   */
  record(
    histogram: Histogram,
    start: number,
    end?: number,
    unit?: 'ms' | 'seconds',
    times?: number,
  ): void;
}

/** Real time: `now` is a cell that native code fills, `since` converts once. */
export function registryStopwatch(registry: { now(): number }): Stopwatch {
  return {
    now: () => registry.now(),
    record: (histogram, start, end, _unit, times) =>
      histogram.since(start, end, times === 1 ? undefined : times),
  };
}

/** Time that somebody else keeps, in milliseconds. */
export function steppedStopwatch(now: () => number): Stopwatch {
  return {
    now,
    record: (histogram, start, end = now(), unit = 'ms', times = 1) =>
      histogram.record((end - start) / (unit === 'ms' ? 1 : 1000), times),
  };
}
