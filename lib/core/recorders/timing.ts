// Durations of what a function does, or of what lies between two places in a program: the longer way
// round `since(t0)`, for code that is not hot.

import { now } from '../region/clock.js';

/** What records a duration between two readings of the clock. */
interface Timed {
  since(start: number, end: number): void;
}

/** Calls `run` and records how long it took, until its promise settles if it returns one. */
export function time<T>(histogram: Timed, run: () => T): T {
  const start = now();
  const record = () => histogram.since(start, now());
  let result: T;
  try {
    result = run();
  } catch (error) {
    record();
    throw error;
  }
  if (!isPromise(result)) {
    record();
    return result;
  }
  // What failed took its time too. The caller gets the outcome with the value already recorded.
  return result.then(
    (value) => {
      record();
      return value;
    },
    (error) => {
      record();
      throw error;
    },
  ) as T;
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
