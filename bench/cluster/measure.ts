// What the instrumentation of the VSR example adds to an operation, in one thread and at its barest.

import { measureOverhead, type OverheadReport } from '../../lib/budget/index.js';
import type { Machine } from '../harness/types.js';
import { clients, createLoopCluster, operationsOfRun } from './cluster.js';
import type { ThreadsResults } from './threads.js';

const warmUpRuns = 1000;

export interface ClusterResults {
  readonly startedAt: string;
  readonly machine: Machine;
  readonly threads: readonly ThreadsResults[];
  readonly loop: LoopResults;
}

export interface LoopResults {
  /** What was timed: so many operations, and how many of them were under way at once. */
  readonly operations: number;
  readonly underWay: number;
  readonly report: OverheadReport;
}

export interface LoopRun {
  readonly budget: number;
  readonly limitSeconds: number;
}

/** One cluster in one thread, which records or does not, in turns. */
export async function measureLoop(run: LoopRun): Promise<LoopResults> {
  const cluster = createLoopCluster();
  // So much code takes some seconds until all of it is compiled for good.
  for (let turn = 0; turn < warmUpRuns; turn++) cluster.run(turn % 2 === 0);
  const report = await measureOverhead({
    ...run,
    baseline: () => cluster.run(false),
    instrumented: () => cluster.run(true),
    // Recording allocates nothing; the replicas' own garbage is collected at any time.
    clock: 'typical',
  });
  cluster.finish();
  return { operations: operationsOfRun, underWay: clients, report };
}
