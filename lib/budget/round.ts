// One round: both sides in turns, in blocks of a few milliseconds.
//
//   coin     order of four blocks                         a drift of the machine
//   heads    baseline instrumented instrumented baseline  adds as much to one side as to the other
//   tails    instrumented baseline baseline instrumented
//
// The coin is what makes the statistics honest. If instrumentation costs nothing, its blocks and the
// baseline's could be exchanged and nothing would change but the sign of the result; whatever noise
// there is (slow minutes, two speeds, a neighbour) is as likely to count for as against it.

import type { BudgetClock } from './clocks.js';

/** A function, or one in another process, that can be timed. */
export interface Side {
  /** Runs the operation so often; returns the nanoseconds it took, by the clock that was chosen. */
  run(operations: number): Promise<number>;
}

export interface Pair {
  readonly baseline: Side;
  readonly instrumented: Side;
}

export interface RoundPlan {
  /** Operations in a block. */
  readonly operations: number;
  /** How often four blocks are run. */
  readonly quads: number;
  /** Whether the median block stands for all. */
  readonly isTypical: boolean;
}

export interface RoundTimes {
  /** Operations of each side. */
  readonly operations: number;
  readonly baselineNanoseconds: number;
  readonly instrumentedNanoseconds: number;
}

/** Runs one round. `random` is uniform from 0 to 1. */
export async function runRound(
  { baseline, instrumented }: Pair,
  { operations, quads, isTypical }: RoundPlan,
  random: () => number,
): Promise<RoundTimes> {
  const blocks = new Map<Side, number[]>([
    [baseline, []],
    [instrumented, []],
  ]);
  for (let quad = 0; quad < quads; quad++) {
    const [outer, inner] = random() < 0.5 ? [baseline, instrumented] : [instrumented, baseline];
    for (const side of [outer, inner, inner, outer]) {
      blocks.get(side)!.push(await side.run(operations));
    }
  }
  const total = isTypical ? typicalTotal : sum;
  return {
    operations: 2 * quads * operations,
    baselineNanoseconds: total(blocks.get(baseline)!),
    instrumentedNanoseconds: total(blocks.get(instrumented)!),
  };
}

/**
 * All blocks count, none is thrown away as an outlier: a collection of garbage that comes in every
 * tenth block is part of what instrumentation costs.
 */
function sum(blocks: readonly number[]): number {
  return blocks.reduce((total, block) => total + block, 0);
}

function typicalTotal(blocks: readonly number[]): number {
  return blocks.length * median(blocks);
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: ArrayLike<number>): number {
  const ordered = Float64Array.from(values).sort();
  const middle = ordered.length >> 1;
  return ordered.length % 2 === 1
    ? ordered[middle]!
    : (ordered[middle - 1]! + ordered[middle]!) / 2;
}

const warmUpMilliseconds = 300;
const blockMilliseconds = 3;

/**
 * Runs a side until its code is compiled; returns the milliseconds that an operation takes.
 *
 * What counts is the time it had by its own clock: on a busy machine a process may be given a tenth of
 * the time that passes. Operations that wait get little of the processor's; they are warm at last too.
 */
export async function warmUp(side: Side): Promise<number> {
  const started = performance.now();
  let fastest = Infinity;
  let ran = 0;
  for (let operations = 1; ; ) {
    const before = performance.now();
    ran += (await side.run(operations)) / 1e6;
    const after = performance.now();
    fastest = Math.min(fastest, (after - before) / operations);
    const passed = after - started;
    const isWarm = ran >= warmUpMilliseconds || passed >= 20 * warmUpMilliseconds;
    if (isWarm && passed >= warmUpMilliseconds) return fastest;
    if (after - before < blockMilliseconds) operations *= 2;
  }
}

/** How many operations make a block, and blocks a round. */
export function planRound(
  operationMilliseconds: number,
  roundMilliseconds: number,
  clock: BudgetClock,
): RoundPlan {
  const operations = Math.max(1, Math.round(blockMilliseconds / operationMilliseconds));
  const quadMilliseconds = 4 * operations * operationMilliseconds;
  const quads = Math.max(1, Math.round(roundMilliseconds / quadMilliseconds));
  return { operations, quads, isTypical: clock === 'typical' };
}
