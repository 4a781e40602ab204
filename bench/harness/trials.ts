// Runs every case in fresh processes, all cases in turns, several times over.
//
//   const { results, notRun } = await runTrials({ cases, trials: 7, seconds: 0.5, onProgress });
//
// A fresh process a trial, because compiled code and the place of memory are lucky or not for a
// process's whole life. In turns, because a machine has slow minutes and they should hit all alike:
// groups in a new order each time, and within a group its cases right after each other, because
// they are compared. The median over trials is the result; the quartiles say how far to trust it.

import { randomInt } from 'node:crypto';
import { groupBy } from './compare.js';
import { runTrial, type Trial } from './run-process.js';
import { median, quantile } from './statistics.js';
import type { BenchmarkCase, CaseResult, NotRun, TrialOutput, TrialResult } from './types.js';

export interface TrialsProgress {
  readonly done: number;
  readonly of: number;
  readonly each: BenchmarkCase;
  /** Undefined when the trial failed. */
  readonly result: TrialResult | undefined;
}

export interface TrialsOptions {
  readonly cases: readonly BenchmarkCase[];
  readonly trials: number;
  readonly seconds: number;
  /** How often a trial that neighbours starved of processors is run again; 3 unless told otherwise. */
  readonly retries?: number;
  readonly onProgress?: (progress: TrialsProgress) => void;
}

export interface TrialsResult {
  readonly results: readonly CaseResult[];
  readonly notRun: readonly NotRun[];
}

interface Tally {
  readonly each: BenchmarkCase;
  readonly kept: Trial[];
  failure: string | undefined;
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  const order = [...items];
  for (let index = order.length - 1; index > 0; index--) {
    const other = randomInt(index + 1);
    [order[index], order[other]] = [order[other]!, order[index]!];
  }
  return order;
}

/** Groups in any order, and the cases of a group in any order, but together. */
function inTurns(tallies: readonly Tally[]): Tally[] {
  const groups = groupBy(tallies, ({ each }) => each.group);
  return shuffled([...groups.values()]).flatMap(shuffled);
}

function mergePercentiles(outputs: readonly TrialOutput[]): Pick<CaseResult, 'percentiles'> {
  const curves = outputs
    .map((output) => output.results[0].percentiles)
    .filter((curve) => curve !== undefined);
  const [first] = curves;
  if (first === undefined) return {};
  return {
    percentiles: first.map(
      ([percentile], index) =>
        [percentile, median(curves.map((curve) => curve[index]?.[1] ?? Number.NaN))] as const,
    ),
  };
}

/** One key of all trials, as a part of the result; nothing when no trial has it. */
function merged<Key extends keyof CaseResult>(
  key: Key,
  numbers: readonly (number | undefined)[],
  merge: (numbers: readonly number[]) => number,
): { [K in Key]?: number } {
  const known = numbers.filter((number) => number !== undefined);
  return known.length === 0 ? {} : ({ [key]: merge(known) } as { [K in Key]?: number });
}

function measureOf({ bytesPerOperation, nsPerOperation }: TrialResult): number {
  return bytesPerOperation ?? nsPerOperation;
}

function resultOf({ each, kept }: Tally): CaseResult | undefined {
  const outputs = kept.map(({ output }) => output);
  const [first] = outputs;
  if (first === undefined) return undefined;
  const all = (pick: (result: TrialResult) => number | undefined) =>
    outputs.map((output) => pick(output.results[0]));
  const isMemory = first.results[0].bytesPerOperation !== undefined;
  const trials = all(measureOf) as number[];
  const least = (numbers: readonly number[]) => Math.min(...numbers);
  const most = (numbers: readonly number[]) => Math.max(...numbers);
  return {
    group: each.group,
    peer: each.peer,
    version: first.version,
    language: first.language,
    threads: each.threads,
    unit: isMemory ? 'bytes' : 'ns',
    trials,
    median: median(trials),
    lowerQuartile: quantile(trials, 0.25),
    upperQuartile: quantile(trials, 0.75),
    verified: outputs.reduce((sum, output) => sum + output.results[0].total, 0),
    ...merged('mean', isMemory ? [] : all((result) => result.meanNsPerOperation), median),
    ...merged('least', isMemory ? [] : all((result) => result.leastNsPerOperation), least),
    // What allocates causes some in every trial; one in one trial is somebody else's.
    ...merged(
      'collections',
      all((result) => result.collections),
      median,
    ),
    ...merged(
      'heapBytes',
      all((result) => result.heapBytes),
      most,
    ),
    ...merged(
      'processorShare',
      kept.map(({ share }) => share),
      median,
    ),
    ...mergePercentiles(outputs),
  };
}

function nameOf({ peer, group, threads }: BenchmarkCase): string {
  return `${peer} ${group}, ${threads} thread${threads === 1 ? '' : 's'}`;
}

/**
 * Measures all cases. A case that fails once is not tried again, its numbers are not used, and
 * `notRun` says why.
 *
 * @example
 * const { results } = await runTrials({ cases, trials: 5, seconds: 0.5 });
 */
export async function runTrials(options: TrialsOptions): Promise<TrialsResult> {
  const { cases, trials, seconds, retries = 3, onProgress } = options;
  const tallies: Tally[] = cases.map((each) => ({ each, kept: [], failure: undefined }));
  let done = 0;
  for (let trial = 0; trial < trials; trial++) {
    for (const tally of inTurns(tallies)) {
      done++;
      if (tally.failure !== undefined) continue;
      let result: TrialResult | undefined;
      try {
        const kept = await runTrial(tally.each, seconds, retries);
        tally.kept.push(kept);
        result = kept.output.results[0];
      } catch (error) {
        tally.failure = error instanceof Error ? error.message : String(error);
      }
      onProgress?.({ done, of: cases.length * trials, each: tally.each, result });
    }
  }
  const failed = tallies.filter((tally) => tally.failure !== undefined);
  return {
    results: tallies
      .filter((tally) => tally.failure === undefined)
      .map(resultOf)
      .filter((result) => result !== undefined),
    notRun: failed.map(({ each, failure }) => ({ what: nameOf(each), reason: failure ?? '' })),
  };
}
