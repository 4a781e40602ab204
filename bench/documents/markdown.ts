// Tables and sentences of Markdown.

import { machineLine } from '../harness/machine.js';
import type { BenchmarkReport, CaseResult } from '../harness/types.js';

/** The first column to the left, the others to the right. */
export function markdownTable(
  head: readonly string[],
  rows: ReadonlyArray<readonly string[]>,
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = `|${head.map((_, column) => (column === 0 ? '---' : '---:')).join('|')}|`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

/** On what, when and how often it was measured. */
export function provenance({
  machine,
  trials,
  secondsPerTrial,
  startedAt,
}: BenchmarkReport): string {
  const day = startedAt.slice(0, 10);
  const each = `${trials} trial${trials === 1 ? '' : 's'} of ${secondsPerTrial} s each`;
  return `Measured on ${day}: ${machineLine(machine)}; medians of ${each}.`;
}

/** One case of a report. */
export function findResult(
  { results }: BenchmarkReport,
  group: string,
  peer: string,
  threads = 1,
): CaseResult | undefined {
  return results.find(
    (each) => each.group === group && each.peer === peer && each.threads === threads,
  );
}
