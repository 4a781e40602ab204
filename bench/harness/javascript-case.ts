// How a JavaScript case is written: a module whose default export is a list of cases.
//
//   export default [
//     defineCase({
//       group: 'counter',
//       peer: 'prom-client',
//       version: '15.1.3',
//       prepare: async () => {
//         const { Counter } = await import('prom-client');
//         const counter = new Counter({ name: 'requests_total', help: 'Requests' });
//         return {
//           run(first, end) { for (let index = first; index < end; index++) counter.inc(); },
//           total: async () => (await counter.get()).values[0].value,
//         };
//       },
//     }),
//   ];
//
// What is measured is imported inside `prepare`, so that a process holds nothing but its own peer.

import { fileURLToPath, pathToFileURL } from 'node:url';
import type { BenchmarkCase, NotRun, PercentileCurve } from './types.js';

export interface PreparedCase {
  /**
   * Does operations first to end - 1. The loop is the case's own: nothing of the harness is in it.
   * May return the nanoseconds that count, where not all that it does is to be measured.
   */
  run(first: number, end: number): void | number | Promise<void>;
  /** What this thread's recorder says was recorded. Left out where `totalOf` knows better. */
  total?(operations: number): number | Promise<number>;
  /** Memory that all its operations took: what is measured then, not the time. */
  bytes?(): number | Promise<number>;
  /** Where the case times single operations itself. */
  percentiles?(): PercentileCurve;
}

export interface JavascriptCase<Shared = unknown> {
  readonly group: string;
  readonly peer: string;
  readonly version: string;
  /** Why it cannot be measured here: its package is not installed, say. */
  readonly unavailable?: string;
  /** Numbers of threads to measure it with; one alone unless told otherwise. */
  readonly threads?: readonly number[];
  /** Even one thread is a worker, so that the main thread is free for `beside`. */
  readonly inWorkers?: boolean;
  /** What the main thread does while the workers record; returns what ends it. */
  beside?(shared: Shared): () => void;
  /** Options of node. */
  readonly nodeOptions?: readonly string[];
  /** Exactly so many operations, timed once, instead of as many rounds as fit into the time. */
  readonly operations?: number | ((seconds: number) => number);
  /** The very first operation is timed already, while no code is compiled. */
  readonly isCold?: boolean;
  /** `run` is given so many operations, or twice as many, and so on. */
  readonly multiple?: number;
  /** Runs once, before the threads start: what all of them record into; it is cloned to them. */
  share?(): Shared | Promise<Shared>;
  prepare(shared: Shared, thread: number, seconds: number): PreparedCase | Promise<PreparedCase>;
  /** The total over all threads, read where `share` ran. */
  totalOf?(operations: number): number | Promise<number>;
}

/** Types a case by what its threads share. */
export function defineCase<Shared = undefined>(each: JavascriptCase<Shared>): JavascriptCase {
  return each as JavascriptCase;
}

/** Loads a module's cases. */
export async function loadCases(moduleUrl: string): Promise<readonly JavascriptCase[]> {
  const { default: cases } = (await import(moduleUrl)) as { default?: unknown };
  if (!Array.isArray(cases)) {
    throw new TypeError(`${moduleUrl} has no list of cases as its default export`);
  }
  return cases as JavascriptCase[];
}

export interface JavascriptCases {
  readonly cases: readonly BenchmarkCase[];
  readonly notRun: readonly NotRun[];
}

/** The program that measures one of them. */
export const caseProcess = fileURLToPath(new URL('./case-process.js', import.meta.url));

/**
 * The cases of a module as processes to run, and those that cannot be measured here.
 *
 * @example
 * const { cases, notRun } = await javascriptCases('dist/bench/cases/counter.js');
 */
export async function javascriptCases(modulePath: string): Promise<JavascriptCases> {
  const moduleUrl = pathToFileURL(modulePath).href;
  const cases: BenchmarkCase[] = [];
  const notRun: NotRun[] = [];
  for (const [index, each] of (await loadCases(moduleUrl)).entries()) {
    const { group, peer, unavailable, threads: counts = [1], nodeOptions = [] } = each;
    if (unavailable !== undefined) {
      notRun.push({ what: `${peer}: ${group}`, reason: unavailable });
      continue;
    }
    for (const threads of counts) {
      const rest = [...nodeOptions, caseProcess, moduleUrl, String(index), String(threads)];
      cases.push({ group, peer, threads, command: [process.execPath, ...rest] });
    }
  }
  return { cases, notRun };
}
