// Results as text for a terminal.

import { type Comparison, compare, isStarved } from './compare.js';
import {
  alignColumns,
  formatAmount,
  formatCount,
  formatMeasure,
  formatRatio,
  formatThreads,
  formatTime,
} from './format.js';
import { isMet, verdictWord } from './limits.js';
import { machineLine } from './machine.js';
import type { BenchmarkReport, CaseResult, Verdict } from './types.js';

function remarks(result: CaseResult): string {
  const parts: string[] = [];
  if (result.collections) parts.push(`${formatCount(result.collections)} collections`);
  if (isStarved(result)) {
    parts.push(`had ${Math.round(100 * (result.processorShare ?? 1))} % of its processors`);
  }
  return parts.join(', ');
}

function tableOf({ group, threads, reference, results }: Comparison): string {
  const to = `to ${reference}`;
  const head = ['', 'median', 'half of the trials', to, 'undisturbed', 'recorded and read back'];
  const rows = results.map((result) => [
    `${result.peer} ${result.version}`,
    formatAmount(result.median, result.unit),
    `${formatAmount(result.lowerQuartile, result.unit)} to ${formatAmount(result.upperQuartile, result.unit)}`,
    formatRatio(result.ratio),
    result.least === undefined ? '' : formatTime(result.least),
    formatCount(result.verified),
    remarks(result),
  ]);
  const lines = alignColumns([head, ...rows]).map((line) => `  ${line}`);
  return [`${group}, ${formatThreads(threads)}`, ...lines].join('\n');
}

/** A line a limit: what, at most, measured, between which values half of the trials lie. */
export function formatVerdicts(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map((verdict) => {
    const { what, unit, atMost, measured, lowerQuartile, upperQuartile, undisturbed } = verdict;
    const show = (value: number) => formatMeasure(value, unit);
    if (measured === undefined)
      return [what, show(atMost), '', `needs ${verdict.missing}`, '', verdictWord(verdict)];
    const spread = `${show(lowerQuartile!)} to ${show(upperQuartile!)}`;
    return [what, show(atMost), show(measured), spread, show(undisturbed!), verdictWord(verdict)];
  });
  const head = ['limits', 'at most', 'measured', 'half of the trials', 'undisturbed', ''];
  return alignColumns([head, ...rows]).join('\n');
}

/**
 * A table for each operation and number of threads, fastest first; then the limits.
 *
 * @example
 * console.log(formatReport(report, 'vsr-metrics'));
 */
export function formatReport(report: BenchmarkReport, reference: string): string {
  const { machine, trials, secondsPerTrial, results, limits, notRun } = report;
  const many = `${trials} trial${trials === 1 ? '' : 's'} of ${secondsPerTrial} s`;
  const head = `${machineLine(machine)}\n${many} each, every one a process of its own, in turns`;
  const skipped = notRun.map(({ what, reason }) => `not run: ${what}: ${reason}`);
  const verdicts = limits.length === 0 ? [] : [formatVerdicts(limits)];
  return [head, ...compare(results, reference).map(tableOf), ...verdicts, ...skipped].join('\n\n');
}

/** The limits of several runs side by side: a column a version of Node. */
export function formatSummary(reports: readonly BenchmarkReport[]): string {
  const [first] = reports;
  const rows = (first?.limits ?? []).map(({ what, unit, atMost }, index) => [
    what,
    formatMeasure(atMost, unit),
    ...reports.map(({ limits }) => {
      const verdict = limits[index]!;
      if (verdict.measured === undefined) return 'not run';
      return `${isMet(verdict) ? '' : '! '}${formatMeasure(verdict.measured, unit)}`;
    }),
  ]);
  const head = ['limits', 'at most', ...reports.map(({ machine }) => `Node ${machine.node}`)];
  const legend = '! marks a limit that was not met';
  return [...alignColumns([head, ...rows]), legend].join('\n');
}
