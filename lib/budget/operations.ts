// An operation, called so often in a row and timed.

import { type BudgetClock, clockNamed } from './clocks.js';
import { median, type Side } from './round.js';

/** What is measured: called again and again; when it returns a promise, that is awaited. */
export type Operation = () => unknown;

/**
 * How many operations come before those that are timed. The other side has just had the processor's
 * caches; fetching its own code and memory again is what taking turns costs a side, and the more
 * code it has the more.
 */
export function leadIn(operations: number): number {
  return operations >> 3;
}

/** A side whose operation runs here. */
export function localSide(operation: Operation, clock: BudgetClock): Side {
  const readClock = clockNamed(clock);
  const repeat = async (operations: number): Promise<void> => {
    for (let index = 0; index < operations; index++) {
      const pending = operation();
      // Only what has to be waited for is: a turn of the microtask queue is not free.
      if (isThenable(pending)) await pending;
    }
  };
  const timeAll = async (operations: number): Promise<number> => {
    const started = readClock();
    await repeat(operations);
    return readClock() - started;
  };
  const timeTypical = async (operations: number): Promise<number> => {
    const times = new Float64Array(operations);
    for (let index = 0; index < operations; index++) {
      const started = readClock();
      const pending = operation();
      if (isThenable(pending)) await pending;
      times[index] = readClock() - started;
    }
    return operations * median(times);
  };
  const time = clock === 'typical' ? timeTypical : timeAll;
  return {
    async run(operations) {
      await repeat(leadIn(operations));
      return time(operations);
    },
  };
}

function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value;
}
