// docs/performance.md.

import type { BudgetResults } from '../budget/measure.js';
import { compare } from '../harness/compare.js';
import { formatAmount, formatMeasure, formatRatio, formatThreads } from '../harness/format.js';
import { byReadingOrder, groupText } from '../harness/groups.js';
import { isMet, verdictOn, verdictWord } from '../harness/limits.js';
import type { BenchmarkReport, Verdict } from '../harness/types.js';
import { ours } from '../harness/versions.js';
import { budgetSection } from './budget.js';
import { findResult, markdownTable, provenance } from './markdown.js';
import { explanation, unsuitable } from './prose.js';

/** A column a version of Node. */
function limitsTable(reports: readonly BenchmarkReport[]): string {
  const [first] = reports as readonly [BenchmarkReport];
  const rows = first.limits.map(({ what, unit, atMost }) => [
    what,
    formatMeasure(atMost, unit),
    ...reports.map((report) => shown(verdictOn(report, what))),
  ]);
  return markdownTable(['limit', 'at most', ...reports.map(({ machine }) => machine.node)], rows);
}

function shown(verdict: Verdict | undefined): string {
  if (verdict?.measured === undefined) return 'not run';
  const measured = formatMeasure(verdict.measured, verdict.unit);
  return isMet(verdict) ? measured : `**${measured}**`;
}

/** Every limit that was missed somewhere, and what keeps it from being met. */
function missedList(reports: readonly BenchmarkReport[]): string {
  const [first] = reports as readonly [BenchmarkReport];
  const items = first.limits.flatMap(({ what }) => {
    const missed = reports.filter((report) => {
      const verdict = verdictOn(report, what);
      return verdict !== undefined && isMet(verdict) === false;
    });
    const [report] = missed;
    if (report === undefined) return [];
    const where = missed.map(({ machine }) => machine.node.replace(/\..*/, '')).join(', ');
    const { why, undisturbed, unit, atMost } = verdictOn(report, what)!;
    const isNoise = undisturbed !== undefined && undisturbed <= atMost;
    const noise = isNoise
      ? `its undisturbed rounds kept to it, with ${formatMeasure(undisturbed, unit)}; too many were disturbed.`
      : '';
    const reason = why ?? (noise === '' ? 'no single cause was measured.' : noise);
    return [`- *${what}* (Node ${where}): ${reason}`];
  });
  return items.length === 0 ? 'All limits were met.' : items.join('\n');
}

function groupTables(report: BenchmarkReport): string {
  const comparisons = compare(report.results, ours.peer).sort(
    (left, right) => byReadingOrder(left.group, right.group) || left.threads - right.threads,
  );
  return comparisons
    .map(({ group, threads, reference, results }) => {
      const { title, operation } = groupText(group);
      const rows = results.map(({ peer, version, median, unit, ratio, collections }) => [
        `${peer} ${version}`,
        formatAmount(median, unit),
        formatRatio(ratio),
        collections === undefined || collections === 0 ? '' : String(collections),
      ]);
      const head = ['', 'median', `to ${reference}`, 'collections'];
      const about = `${operation}, ${formatThreads(threads)}`;
      return `#### ${title}: ${about}\n\n${markdownTable(head, rows)}`;
    })
    .join('\n\n');
}

/** What this library is worse at, with the numbers. */
function worseList(report: BenchmarkReport): string {
  const compared = (group: string, what: string) => {
    const own = findResult(report, group, ours.peer);
    const other = findResult(report, group, 'prom-client');
    if (own === undefined || other === undefined || own.median <= other.median) return [];
    const [here, there] = [own, other].map(({ median, unit }) => formatAmount(median, unit));
    return [`- **${what}**: ${here} here, ${there} with prom-client.`];
  };
  return [
    ...compared('start-up', 'Start-up, with the 51 families of the vsr catalogue'),
    ...compared('memory-counter', 'Memory of a counter series, in the first thread'),
    ...compared(
      'memory-histogram',
      'Memory of a histogram series with a hundred different values, in the first thread',
    ),
  ].join('\n');
}

/**
 * Said when other programs kept the machine's processors busy. What one version leaves behind counts
 * in the load that the next one begins with.
 */
function busyNote(reports: readonly BenchmarkReport[]): string {
  const isBusy = reports.some(({ machine }) => machine.loadAverage > 1.5 * machine.processors);
  if (!isBusy) return '';
  return `
Other programs kept this machine busy meanwhile (see its load): times are too long and vary, and
ratios tell only roughly what a quiet machine would show.
`;
}

function notRunList({ notRun, machine }: BenchmarkReport): string {
  const reasons = new Map<string, number>();
  for (const { reason } of notRun) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  const lines = [...reasons].map(
    ([reason, count]) => `- ${count} case${count === 1 ? '' : 's'}: ${reason}`,
  );
  return lines.length === 0 ? '' : `\nNot run on ${machine.node}:\n\n${lines.join('\n')}\n`;
}

export function performanceDocument(
  reports: readonly BenchmarkReport[],
  budget: BudgetResults,
): string {
  const [first] = reports;
  if (first === undefined) throw new Error('there are no results in bench/results');
  const judged = reports.flatMap(({ limits }) => limits.map(verdictWord));
  const counted = (word: string) => judged.filter((each) => each === word).length;
  return `<!-- Written by npm run bench:docs from bench/results. Change bench/documents instead. -->

# Performance

Every number here comes from \`npm run bench\`, which measures this library and others in one run:
fresh processes in turns, short rounds of which the median counts, and totals that are read back
and have to be right. Numbers of another machine differ; the ratios are what should hold.

${reports.map((report) => `- ${provenance(report)}`).join('\n')}
${busyNote(reports)}
${explanation}
## What is slower or larger than elsewhere

${worseList(first)}

${unsuitable}
${budgetSection(budget)}
## Limits

What this library promises itself, measured on each version of Node against what ran beside it.
Bold is what missed its limit; ${counted('met')} were met, ${counted('NOT MET')} were not.

${limitsTable(reports)}

### Why some were missed

${missedList(reports)}

## All results, Node ${first.machine.node}

Medians. The other versions are in \`bench/results\`.
${notRunList(first)}
${groupTables(first)}
`;
}
