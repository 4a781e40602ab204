// The results as rows, for the terminal and for documents.

import { formatPercent } from '../../lib/budget/describe.js';
import { formatTime } from '../harness/format.js';
import { budget, type HandlerResult, keepsTo, target } from './measure.js';

export const tableHead: readonly string[] = [
  'handler',
  'without metrics',
  'overhead',
  '99 % interval',
  `under ${formatPercent(budget)}`,
  'records alone',
  'their share',
  `under ${formatPercent(target)}`,
];

export function tableRow(result: HandlerResult): string[] {
  const { handler, report, recordingNanoseconds, recordingShare } = result;
  const { baselineNanoseconds, addedNanoseconds, overhead, interval } = report;
  return [
    handler,
    formatTime(baselineNanoseconds),
    `${formatPercent(overhead)}, ${addedNanoseconds.toFixed(0)} ns`,
    `${formatPercent(interval.lower)} to ${formatPercent(interval.upper)}`,
    keepsTo(result, budget) ? 'proven' : 'NOT PROVEN',
    formatTime(recordingNanoseconds),
    formatPercent(recordingShare),
    verdictOn(result, target),
  ];
}

/** Of the handler as it runs: what records take alone in a loop proves nothing about that. */
function verdictOn(result: HandlerResult, share: number): string {
  if (keepsTo(result, share)) return 'proven';
  return result.report.interval.lower > share ? 'NOT MET' : 'undecided';
}
