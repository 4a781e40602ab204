// Measures what instrumentation costs, until it is known whether that keeps to a budget.
//
//   options ──▶ pair of sides ──▶ rounds ──▶ sequential test ──▶ report
//               (round.ts)        log ratios  (sequential.ts)

import { BudgetError } from '../core/errors.js';
import type { BudgetClock } from './clocks.js';
import { localSide } from './operations.js';
import { type OverheadOptions, type OverheadPlan, planOverhead } from './options.js';
import { pinningOf } from './pinning.js';
import { OperationProcess } from './processes.js';
import {
  type Pair,
  planRound,
  type RoundPlan,
  type RoundTimes,
  runRound,
  warmUp,
} from './round.js';
import { type Finding, SequentialTest } from './sequential.js';

/** What was found. */
export interface OverheadReport extends Finding {
  readonly budget: number;
  readonly confidence: number;
  readonly clock: BudgetClock;
  readonly rounds: number;
  /** Of each side, warm-up not included. */
  readonly operations: number;
  /** How long it took, in all. */
  readonly seconds: number;
  /** What an operation takes without instrumentation. */
  readonly baselineNanoseconds: number;
  /** What instrumentation adds to an operation. */
  readonly addedNanoseconds: number;
  /**
   * About how much longer it would have to go on to decide: 0 when it is decided, Infinity when
   * overhead and budget are too near each other.
   */
  readonly secondsToDecide: number;
}

/** What is asked of rounds, wherever they come from. */
export interface RoundsPlan extends Omit<OverheadPlan, 'operations'> {
  /** Goes on for so long even when it is decided: the interval gets narrower. */
  readonly leastSeconds?: number;
}

/** Sides that are ready to be timed, for one round or for all. */
interface OpenPair extends Pair {
  end(): Promise<void>;
  kill(): void;
}

const localRoundMilliseconds = 250;
// The median operation is known sooner than the sum of all.
const typicalRoundMilliseconds = 120;
// Starting and warming up two processes takes about as long.
const processRoundMilliseconds = 600;

/**
 * Measures how much longer an operation takes with instrumentation than without, until that is known
 * to be within the budget or over it, or the time is up.
 *
 * Modules run in fresh processes, a new pair every round. Functions run here, one beside the other.
 *
 * @example
 * ```ts
 * import { measureOverhead } from 'vsr-metrics/budget';
 *
 * const { verdict, overhead, interval } = await measureOverhead({
 *   baseline: './handler.js',
 *   instrumented: './handler-with-metrics.js',
 *   budget: 0.01,
 * });
 * console.log(verdict, overhead, interval.lower, interval.upper);
 * ```
 * @throws BudgetError when the options make no sense, or an operation cannot be run
 */
export async function measureOverhead(options: OverheadOptions): Promise<OverheadReport> {
  const plan = planOverhead(options);
  return measureRounds(plan, roundsOf(plan));
}

/** Judges rounds, one after the other, until they are enough or the time is up. */
export async function measureRounds(
  plan: RoundsPlan,
  source: AsyncIterable<RoundTimes>,
): Promise<OverheadReport> {
  const test = new SequentialTest(plan);
  const rounds: RoundTimes[] = [];
  const started = performance.now();
  const elapsed = () => (performance.now() - started) / 1000;
  for await (const times of source) {
    rounds.push(times);
    test.add(logRatio(times, plan.clock));
    const { limitSeconds, leastSeconds = 0 } = plan;
    const seconds = elapsed();
    const isLast = seconds + seconds / rounds.length > limitSeconds;
    const finding = isLast ? test.look() : test.finding;
    plan.onProgress({ rounds: rounds.length, seconds, limitSeconds, finding });
    if (isLast || (finding.verdict !== 'undecided' && seconds >= leastSeconds)) break;
  }
  return reportOf(plan, test, rounds, elapsed());
}

/** One round after the other, as long as they are asked for. */
async function* roundsOf({ operations, clock }: OverheadPlan): AsyncGenerator<RoundTimes> {
  const isLocal = 'baseline' in operations;
  const localMilliseconds = clock === 'typical' ? typicalRoundMilliseconds : localRoundMilliseconds;
  const milliseconds = isLocal ? localMilliseconds : processRoundMilliseconds;
  const local = isLocal ? localPair(operations, clock) : undefined;
  let plan: RoundPlan | undefined;
  let isWarm = false;
  for (let round = 0; ; round++) {
    const pair = local ?? (await startPair(operations as ModuleOperations, clock, round));
    let times: RoundTimes;
    try {
      if (!isWarm) {
        const operationMilliseconds = await warmUp(pair.baseline);
        await warmUp(pair.instrumented);
        plan ??= planRound(operationMilliseconds, milliseconds, clock);
        isWarm = isLocal;
      }
      times = await runRound(pair, plan!, Math.random);
      await pair.end();
    } finally {
      pair.kill();
    }
    yield times;
  }
}

type ModuleOperations = Extract<OverheadPlan['operations'], { readonly baselineUrl: string }>;
type LocalOperations = Exclude<OverheadPlan['operations'], ModuleOperations>;

function localPair({ baseline, instrumented }: LocalOperations, clock: BudgetClock): OpenPair {
  return {
    baseline: localSide(baseline, clock),
    instrumented: localSide(instrumented, clock),
    end: async () => undefined,
    kill: () => undefined,
  };
}

async function startPair(
  { baselineUrl, instrumentedUrl }: ModuleOperations,
  clock: BudgetClock,
  round: number,
): Promise<OpenPair> {
  // Wall time is for operations that wait, perhaps for their own threads: those need processors.
  const pinning = clock === 'wall' ? {} : pinningOf(round);
  // Who comes first may matter, to the system that places them: a coin decides.
  const isBaselineFirst = Math.random() < 0.5;
  const urls = isBaselineFirst ? [baselineUrl, instrumentedUrl] : [instrumentedUrl, baselineUrl];
  const first = await OperationProcess.start(urls[0]!, clock, pinning);
  const second = await OperationProcess.start(urls[1]!, clock, pinning).catch((error) => {
    first.kill();
    throw error;
  });
  return {
    baseline: isBaselineFirst ? first : second,
    instrumented: isBaselineFirst ? second : first,
    end: async () => {
      await first.end();
      await second.end();
    },
    kill: () => {
      first.kill();
      second.kill();
    },
  };
}

function logRatio(times: RoundTimes, clock: BudgetClock): number {
  const { baselineNanoseconds, instrumentedNanoseconds } = times;
  const ratio = Math.log(instrumentedNanoseconds / baselineNanoseconds);
  if (Number.isFinite(ratio)) return ratio;
  throw new BudgetError('VSR_METRICS_BUDGET_OPERATION', {
    problem: `an operation takes no time by the ${clock} clock`,
    given: times,
    allowed:
      clock === 'processor' ? "operations that compute; clock: 'wall' for others" : undefined,
  });
}

function reportOf(
  { budget, confidence, clock }: RoundsPlan,
  test: SequentialTest,
  rounds: readonly RoundTimes[],
  seconds: number,
): OverheadReport {
  const { finding } = test;
  const each = rounds
    .map(({ operations, baselineNanoseconds }) => baselineNanoseconds / operations)
    .sort((one, other) => one - other);
  const baselineNanoseconds = each[each.length >> 1]!;
  return {
    ...finding,
    budget,
    confidence,
    clock,
    rounds: rounds.length,
    operations: rounds.reduce((sum, { operations }) => sum + operations, 0),
    seconds,
    baselineNanoseconds,
    addedNanoseconds: baselineNanoseconds * finding.overhead,
    secondsToDecide: (test.roundsToDecide() * seconds) / rounds.length,
  };
}
