// Timers. `process.hrtime` is looked up at every call, because tests put theirs in its place.

import type { Labels } from './types.cjs';

/**
 * Starts a timer. The function it returns calls `record` with the labels of start and end and the
 * seconds between, and returns the seconds.
 */
function startTimer(
  labels: unknown,
  record: (labels: Labels, seconds: number, endExemplarLabels: unknown) => void,
): (endLabels?: unknown, endExemplarLabels?: unknown) => number {
  const start = process.hrtime();
  return (endLabels, endExemplarLabels) => {
    const [seconds, nanoseconds] = process.hrtime(start);
    const elapsed = seconds + nanoseconds / 1e9;
    record(Object.assign({}, labels, endLabels), elapsed, endExemplarLabels);
    return elapsed;
  };
}

export = { startTimer };
