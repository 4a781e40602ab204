// The section on what instrumentation costs the VSR cluster.

import { formatPercent, judgements } from '../../lib/budget/describe.js';
import type { OverheadReport } from '../../lib/budget/index.js';
import type { ClusterResults } from '../cluster/measure.js';
import { machineLine } from '../harness/machine.js';

export function clusterSection({ startedAt, machine, threads, loop }: ClusterResults): string {
  const onThreads = threads.map(({ answeredPerSecond, report }) => {
    const rate = (100 * Math.round(answeredPerSecond / 100)).toLocaleString('en');
    return row(
      `on threads and files, ${rate} operations per second: processor time, clients included`,
      report,
      1,
    );
  });
  return `| Three replicas | an operation takes | recording adds | overhead | at 99 % confidence | budget |
|---|---|---|---|---|---|
${onThreads.join('\n')}
${row(`in one thread, ${loop.underWay} operations under way, no network and no disk: the median's time`, loop.report, loop.operations)}

Measured on ${startedAt.slice(0, 10)}: ${machineLine(machine)}.`;
}

function row(what: string, report: OverheadReport, operations: number): string {
  const { baselineNanoseconds, addedNanoseconds, overhead, interval, budget, verdict } = report;
  const cells = [
    what,
    `${(baselineNanoseconds / operations / 1000).toPrecision(3)} us`,
    `${(addedNanoseconds / operations).toFixed(0)} ns`,
    formatPercent(overhead),
    `${formatPercent(interval.lower)} to ${formatPercent(interval.upper)}`,
    `${judgements[verdict]} ${formatPercent(budget)}`,
  ];
  return `| ${cells.join(' | ')} |`;
}
