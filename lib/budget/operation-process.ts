// A process that runs the operation of one module. Started by processes.ts:
//
//   operation-process.js URL CLOCK
//
//   it is told     it answers
//                  { ready: true }              the module is loaded
//   { run: 20 }    { nanoseconds: 3012000 }     twenty operations were run
//   { end: true }  { ended: true }              the module has checked what it did
//
// Whatever goes wrong is answered by { failure: TEXT }.

import type { BudgetClock } from './clocks.js';
import { leadIn, localSide, type Operation } from './operations.js';

interface OperationModule {
  readonly default?: unknown;
  /** Throws when what so many operations did is not what they should have done. */
  readonly check?: (operations: number) => unknown;
}

export type ToOperation = { readonly run: number } | { readonly end: true };

export type FromOperation =
  | { readonly ready: true }
  | { readonly nanoseconds: number }
  | { readonly ended: true }
  | { readonly failure: string };

function answer(message: FromOperation): void {
  process.send?.(message);
}

function fail(error: unknown): void {
  answer({ failure: (error instanceof Error && error.stack) || String(error) });
}

async function serve(url: string, clock: BudgetClock): Promise<void> {
  const loaded = (await import(url)) as OperationModule;
  if (typeof loaded.default !== 'function') {
    throw new TypeError('its default export is not a function, the operation to measure');
  }
  const side = localSide(loaded.default as Operation, clock);
  let operations = 0;
  process.on('message', async (message: ToOperation) => {
    try {
      if ('run' in message) {
        operations += message.run + leadIn(message.run);
        answer({ nanoseconds: await side.run(message.run) });
      } else {
        await loaded.check?.(operations);
        answer({ ended: true });
      }
    } catch (error) {
      fail(error);
    }
  });
  answer({ ready: true });
}

// Whoever started us is gone, or has heard all it wanted to.
process.on('disconnect', () => process.exit());

const [url, clock] = process.argv.slice(2) as [string, BudgetClock];
await serve(url, clock).catch(fail);
