// Times one thread's operations in many short rounds.
//
// The median of the rounds is what counts. A round is shorter than the slices of time in which the
// system switches between programs, so most rounds are undisturbed even while a neighbour takes half
// of the processor; those it interrupts, the median leaves out.

import { PerformanceObserver } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
import type { JavascriptCase, PreparedCase } from './javascript-case.js';
import { median, quantile } from './statistics.js';

/** What one thread did. */
export interface ThreadTime {
  /** Nanoseconds per operation of the median round. */
  readonly median: number;
  /** A tenth of the rounds took less. */
  readonly least: number;
  /** All rounds together. */
  readonly nanoseconds: number;
  readonly timed: number;
  /** Warm-up included. */
  readonly operations: number;
  readonly collections: number;
  readonly heapBytes: number;
}

const roundMilliseconds = 2;
const fewestRounds = 3;
const warmUpSeconds = 0.25;

interface WarmUp {
  readonly count: number;
  readonly perRound: number;
}

interface RoundTime {
  readonly milliseconds: number;
  /** What counts of it. */
  readonly nanoseconds: number;
}

async function runRound(prepared: PreparedCase, first: number, count: number): Promise<RoundTime> {
  const started = performance.now();
  const result = prepared.run(first, first + count);
  // Only what has to be waited for is: a turn of the microtask queue would cost more than some cases.
  if (typeof result === 'object') await result;
  const milliseconds = performance.now() - started;
  return { milliseconds, nanoseconds: typeof result === 'number' ? result : 1e6 * milliseconds };
}

/** Runs until the code is compiled, and finds how many operations make a round. */
async function warmUp(
  prepared: PreparedCase,
  multiple: number,
  first: number,
  seconds: number,
): Promise<WarmUp> {
  const limit = Math.min(warmUpSeconds, 2 * seconds) * 1000;
  const started = performance.now();
  let perRound = multiple;
  for (let count = 0; ; ) {
    const { milliseconds } = await runRound(prepared, first + count, perRound);
    count += perRound;
    if (performance.now() - started >= limit) return { count, perRound };
    // By steps, because code is slower before it is compiled than it is afterwards.
    const ideal = (perRound * roundMilliseconds) / Math.max(milliseconds, 1e-3);
    const next = Math.min(ideal, 2 * perRound);
    perRound = Math.max(1, Math.round(next / multiple)) * multiple;
  }
}

/** Times the operations of a case that begins at `first`. */
export async function timeThread(
  prepared: PreparedCase,
  each: JavascriptCase,
  seconds: number,
  first = 0,
): Promise<ThreadTime> {
  const { operations: given, multiple = 1, isCold = false } = each;
  const exactly = typeof given === 'function' ? given(seconds) : given;
  const nothing = { count: 0, perRound: multiple };
  const warm = isCold ? nothing : await warmUp(prepared, multiple, first, seconds);
  const perRound = exactly ?? warm.perRound;

  const garbage = observeGarbage();
  const times: number[] = [];
  let next = first + warm.count;
  const heapBefore = getHeapStatistics().used_heap_size;
  const started = performance.now();
  for (;;) {
    times.push((await runRound(prepared, next, perRound)).nanoseconds / perRound);
    next += perRound;
    if (exactly !== undefined) break;
    const isOver = performance.now() - started >= seconds * 1000;
    if (isOver && times.length >= fewestRounds) break;
  }
  const ended = performance.now();
  const heapBytes = getHeapStatistics().used_heap_size - heapBefore;
  return {
    median: median(times),
    least: quantile(times, 0.1),
    nanoseconds: times.reduce((sum, time) => sum + time * perRound, 0),
    timed: times.length * perRound,
    operations: next - first,
    collections: await garbage(started, ended),
    heapBytes,
  };
}

/** Counts collections; they are reported once the event loop turns. */
function observeGarbage(): (started: number, ended: number) => Promise<number> {
  const seen: number[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const { startTime } of list.getEntries()) seen.push(startTime);
  });
  observer.observe({ entryTypes: ['gc'] });
  return async (started, ended) => {
    await sleep(1);
    observer.disconnect();
    return seen.filter((time) => time >= started && time <= ended).length;
  };
}
