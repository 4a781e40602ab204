// What can be asked of a measurement, checked before anything runs.

import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { anything, callback, number, oneOf, optionsCheck, refusals } from '../core/options.js';
import { type BudgetClock, clockNames, defaultClock } from './clocks.js';
import type { Operation } from './operations.js';
import type { Finding } from './sequential.js';

/** What `measureOverhead` takes. */
export interface OverheadOptions {
  /**
   * The operation without instrumentation: a function, or the path or URL of a module whose default
   * export is one. Both sides must be of the same sort.
   */
  readonly baseline: Operation | string | URL;
  /** The same operation with instrumentation. */
  readonly instrumented: Operation | string | URL;
  /** How much longer it may take, as a share of the baseline; 0.01, which is 1 %. */
  readonly budget?: number;
  /** How likely the interval has to hold the true overhead; 0.99. */
  readonly confidence?: number;
  /** Ends undecided after so long; 60. */
  readonly limitSeconds?: number;
  /**
   * `processor` (default): what the process used, all its threads, so that busy neighbours change
   * nothing. `typical`: the time of the median operation, which says nothing of what comes rarely, and
   * decides soonest. `wall`: the time that passed, for operations that wait.
   */
  readonly clock?: BudgetClock;
  /** Called after every round. */
  readonly onProgress?: (progress: OverheadProgress) => void;
}

/** How far a measurement is. */
export interface OverheadProgress {
  readonly rounds: number;
  readonly seconds: number;
  readonly limitSeconds: number;
  /** Of the last look at the results. There are few, because every look is a chance to be wrong. */
  readonly finding: Finding;
}

/** Where the operations are: here, or in modules. */
export type Operations =
  | { readonly baseline: Operation; readonly instrumented: Operation }
  | { readonly baselineUrl: string; readonly instrumentedUrl: string };

export interface OverheadPlan {
  readonly operations: Operations;
  readonly budget: number;
  readonly confidence: number;
  readonly limitSeconds: number;
  readonly clock: BudgetClock;
  readonly onProgress: (progress: OverheadProgress) => void;
}

const checkOptions = optionsCheck<OverheadOptions>('a measurement', refusals.budget, {
  // Both must be of the same sort.
  baseline: anything,
  instrumented: anything,
  budget: number(Number.MIN_VALUE, 10, 'above 0, at most 10; 0.01 is 1 %'),
  confidence: number(0.5, 0.99999),
  limitSeconds: number(Number.MIN_VALUE, 1e6, 'above 0, at most 1000000'),
  clock: oneOf(clockNames),
  onProgress: callback('a function that is told how far the measurement is'),
});

/** @throws BudgetError that names the option, what was given and what is allowed */
export function planOverhead(options: OverheadOptions): OverheadPlan {
  checkOptions(options);
  const { budget = 0.01, confidence = 0.99, limitSeconds = 60, clock, onProgress } = options;
  return {
    operations: operationsOf(options),
    budget,
    confidence,
    limitSeconds,
    clock: clock ?? defaultClock(),
    onProgress: onProgress ?? (() => undefined),
  };
}

function operationsOf({ baseline, instrumented }: OverheadOptions): Operations {
  if (typeof baseline === 'function' && typeof instrumented === 'function') {
    return { baseline, instrumented };
  }
  return {
    baselineUrl: moduleUrl('baseline', baseline),
    instrumentedUrl: moduleUrl('instrumented', instrumented),
  };
}

function moduleUrl(name: string, given: Operation | string | URL): string {
  const isModule = given instanceof URL || typeof given === 'string';
  check(name, given, isModule, 'paths or URLs of two modules, or two functions');
  const url = /^file:/.test(String(given)) ? new URL(String(given)) : pathToFileURL(String(given));
  check(name, given, existsSync(fileURLToPath(url)), 'a module that is there');
  return url.href;
}

function check(name: string, given: unknown, holds: boolean, allowed: string): void {
  if (holds) return;
  const problem = `the option ${name} of a measurement does not fit`;
  throw refusals.budget({ problem, given, allowed });
}
