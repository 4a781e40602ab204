// Measures what metrics add to each handler.

import { defaultClock } from '../../lib/budget/clocks.js';
import { measureOverhead, type OverheadReport } from '../../lib/budget/index.js';
import { localSide } from '../../lib/budget/operations.js';
import { warmUp } from '../../lib/budget/round.js';
import { vsr } from '../../lib/catalogues/index.js';
import { createRegistry } from '../../lib/index.js';
import { median } from '../harness/statistics.js';
import type { Machine } from '../harness/types.js';
import { type BudgetedHandler, handlers } from './handlers.js';
import { createPair } from './pair.js';

/** What is promised, and what is aimed at. */
export const budget = 0.01;
export const target = 0.001;

export interface HandlerResult {
  readonly handler: string;
  readonly messageBytes: number;
  readonly report: OverheadReport;
  /** What the records alone take in a loop, with nothing between them. */
  readonly recordingNanoseconds: number;
  /** That as a share of the handler: finer than two runs of it can be compared. */
  readonly recordingShare: number;
}

export interface BudgetResults {
  readonly startedAt: string;
  readonly machine: Machine;
  readonly budget: number;
  readonly target: number;
  readonly handlers: readonly HandlerResult[];
}

export interface BudgetRun {
  /** Ends as soon as the budget is decided; otherwise goes on until the target is. */
  readonly quick: boolean;
  readonly limitSeconds: number;
  readonly onResult?: (result: HandlerResult) => void;
}

export async function measureHandlers(run: BudgetRun): Promise<HandlerResult[]> {
  const results: HandlerResult[] = [];
  for (const each of handlers) {
    const result = await measureHandler(each, run);
    run.onResult?.(result);
    results.push(result);
  }
  return results;
}

/** Whether the whole interval keeps to a budget: all intervals of a measurement hold together. */
export function keepsTo({ report }: HandlerResult, share: number): boolean {
  return report.interval.upper <= share;
}

async function measureHandler(
  each: BudgetedHandler,
  { quick, limitSeconds }: BudgetRun,
): Promise<HandlerResult> {
  const messageBytes = await calibrate(each);
  const pair = createPair(each, messageBytes);
  const report = await measureOverhead({
    baseline: pair.baseline,
    instrumented: pair.instrumented,
    budget: quick ? budget : target,
    clock: 'typical',
    limitSeconds,
  });
  pair.finish();
  const recordingNanoseconds = await measureRecording(each);
  return {
    handler: each.name,
    messageBytes,
    report,
    recordingNanoseconds,
    recordingShare: recordingNanoseconds / report.baselineNanoseconds,
  };
}

/** The size of message at which the handler takes as long as it is meant to, here and now. */
export async function calibrate({ create, microseconds }: BudgetedHandler): Promise<number> {
  let bytes = 16_384;
  // Twice: of the size that is found, code is a little slower or faster.
  for (let attempt = 0; attempt < 2; attempt++) {
    const handler = create(bytes);
    const side = localSide(() => handler.handle(), 'typical');
    await warmUp(side);
    const operations = 501;
    const taken = (await side.run(operations)) / operations / 1000;
    bytes = 8 * Math.round((bytes * microseconds) / taken / 8);
  }
  return bytes;
}

async function measureRecording({ create, instrument }: BudgetedHandler): Promise<number> {
  const registry = createRegistry({ catalogue: vsr, fixedLabels: { replica_id: '0' } });
  const record = instrument(create(64), registry);
  const side = localSide(() => record(registry.now()), defaultClock());
  await warmUp(side);
  const operations = 20_000;
  const blocks: number[] = [];
  while (blocks.length < 101) blocks.push((await side.run(operations)) / operations);
  registry.close();
  return median(blocks);
}
