// An operation, called so often in a row and timed.

import type { ReadClock } from './clocks.js';
import type { Side } from './round.js';

/** What is measured: called again and again; when it returns a promise, that is awaited. */
export type Operation = () => unknown;

/** A side whose operation runs here. */
export function localSide(operation: Operation, readClock: ReadClock): Side {
  return {
    async run(operations) {
      const started = readClock();
      for (let index = 0; index < operations; index++) {
        const pending = operation();
        // Only what has to be waited for is: a turn of the microtask queue is not free.
        if (isThenable(pending)) await pending;
      }
      return readClock() - started;
    },
  };
}

function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value;
}
