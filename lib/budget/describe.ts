// What was found, in words.

import type { OverheadReport } from './measure.js';
import type { BudgetVerdict } from './sequential.js';

/**
 * A share as a percentage, with as many decimals as its size deserves.
 *
 * @example
 * formatPercent(0.000612); // '0.06 %'
 */
export function formatPercent(share: number): string {
  if (!Number.isFinite(share)) return share > 0 ? 'any' : 'unknown';
  const percent = 100 * share;
  const size = Math.abs(percent);
  const text = percent.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
  return `${Number(text) === 0 ? '0' : text.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '')} %`;
}

/**
 * One line: the overhead, how sure that is, the budget, and how it was found.
 *
 * @example
 * ```ts
 * import { describeOverhead, measureOverhead } from 'vsr-metrics/budget';
 *
 * const report = await measureOverhead({ baseline: './a.js', instrumented: './b.js' });
 * console.log(describeOverhead(report));
 * ```
 */
export function describeOverhead(report: OverheadReport): string {
  const { verdict, budget, confidence, clock, rounds, operations, seconds } = report;
  return (
    `overhead ${overheadText(report)} at ${formatPercent(confidence)} confidence; ` +
    `${judgements[verdict]} the budget of ${formatPercent(budget)} ` +
    `(${rounds} rounds, ${operations} operations of each side, ${clock} time, ` +
    `${seconds.toFixed(1)} s)`
  );
}

/** What stands before "the budget". */
export const judgements: Readonly<Record<BudgetVerdict, string>> = {
  within: 'within',
  over: 'over',
  undecided: 'not decided against',
  biased: 'a biased comparison, which says nothing of',
};

function overheadText({ overhead, interval, baselineNanoseconds }: OverheadReport): string {
  if (interval.upper === Infinity) return 'unknown after too few rounds';
  const { lower, upper } = interval;
  const microseconds = (baselineNanoseconds / 1000).toPrecision(3);
  return (
    `${formatPercent(overhead)} of ${microseconds} us, ` +
    `between ${formatPercent(lower)} and ${formatPercent(upper)}`
  );
}

/** What to do when a gate fails. */
export function adviceOn({ verdict, secondsToDecide }: OverheadReport): string {
  if (verdict === 'over') {
    return 'record less often, resolve labels once instead of on every call, or raise the budget';
  }
  if (verdict === 'biased') {
    return 'instrumentation makes nothing faster: the two sides differ in something else; share their code';
  }
  if (secondsToDecide === Infinity) {
    return 'the overhead is too near the budget to be told from it: change one of them';
  }
  const seconds = Math.max(1, Math.ceil(secondsToDecide));
  return `about ${seconds} s more would decide: raise the time limit, or use a quieter machine`;
}
