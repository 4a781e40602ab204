// Handlers as text for a terminal: a table for each operation and number of handles, with a column for
// each size of what is touched in between.

import { groupBy } from '../harness/compare.js';
import { alignColumns, formatCount } from '../harness/format.js';
import { machineLine } from '../harness/machine.js';
import { formatVerdicts } from '../harness/tables.js';
import type { BenchmarkReport, CaseResult } from '../harness/types.js';
import { formatTouched, shapeOf, touchedSizes } from './shapes.js';

function tableOf(title: string, results: readonly CaseResult[], trials: number): string {
  const sizes = touchedSizes.filter((size) =>
    results.some(({ group }) => shapeOf(group)!.touched === size),
  );
  const rows = [...groupBy(results, ({ peer }) => peer)].map(([peer, each]) => {
    const of = (size: number) => each.find(({ group }) => shapeOf(group)!.touched === size);
    const verified = each.reduce((sum, result) => sum + result.verified, 0);
    const cells = sizes.map((size) => {
      const found = of(size);
      if (found === undefined) return '';
      const spread = `${found.lowerQuartile.toFixed(1)} to ${found.upperQuartile.toFixed(1)}`;
      return trials > 1 ? `${found.median.toFixed(1)} (${spread})` : found.median.toFixed(1);
    });
    return [`${peer} ${each[0]!.version}`, ...cells, formatCount(verified)];
  });
  const head = ['touched in between', ...sizes.map(formatTouched), 'recorded and read back'];
  return [title, ...alignColumns([head, ...rows]).map((line) => `  ${line}`)].join('\n');
}

/** Nanoseconds that a record adds to its handler: medians of the trials, half of which lie between. */
export function formatHandlers(report: BenchmarkReport): string {
  const { machine, trials, secondsPerTrial, results, limits, notRun } = report;
  const many = `${trials} trial${trials === 1 ? '' : 's'} of ${secondsPerTrial} s`;
  const head = `${machineLine(machine)}\n${many} each; ns that one of a handler's records adds to it`;
  const tables = [
    ...groupBy(results, ({ group }) => {
      const { operation, handles } = shapeOf(group)!;
      return `${operation}, ${handles} handle${handles === 1 ? '' : 's'}`;
    }),
  ].map(([title, each]) => tableOf(title, each, trials));
  // What is not installed is so for every shape.
  const skipped = new Set(
    notRun.map(({ what, reason }) => `not run: ${what.replace(/: handler-.*/, '')}: ${reason}`),
  );
  return [head, ...tables, formatVerdicts(limits), ...skipped].join('\n\n');
}
