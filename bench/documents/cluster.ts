// The section on what instrumentation costs the VSR cluster.

import { formatPercent } from '../../lib/budget/describe.js';
import type { ClusterResults } from '../cluster/measure.js';
import { machineLine } from '../harness/machine.js';

export function clusterSection({ startedAt, machine, operations, report }: ClusterResults): string {
  const { baselineNanoseconds, addedNanoseconds, overhead, interval, budget, verdict } = report;
  const microseconds = (baselineNanoseconds / operations / 1000).toPrecision(3);
  const judged = { within: 'within', over: 'over', undecided: 'not decided against' }[verdict];
  return `Three replicas take ${microseconds} us for an operation, all three together, when ${operations} are under way
at once and neither network nor disk has to be waited for. Recording adds ${(addedNanoseconds / operations).toFixed(0)} ns, which is
${formatPercent(overhead)}, between ${formatPercent(interval.lower)} and ${formatPercent(interval.upper)} at 99 % confidence: ${judged} the budget of ${formatPercent(budget)}. Measured on
${startedAt.slice(0, 10)}: ${machineLine(machine)}.`;
}
