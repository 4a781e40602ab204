// What metrics add to the handlers of a replica, and whether that keeps to their budget.
//
//   node dist/bench/budget/main.js [--quick] [--seconds 60] [--json FILE]
//
//   --quick     ends as soon as the budget of 1 % is decided, not the target of 0.1 %
//   --seconds   at most so long a handler
//
// Exit codes: 0 every handler is within the budget, 1 one is over, 2 one is undecided.

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { adviceOn, describeOverhead } from '../../lib/budget/describe.js';
import { alignColumns } from '../harness/format.js';
import { describeMachine, machineLine } from '../harness/machine.js';
import {
  type BudgetResults,
  budget,
  type HandlerResult,
  keepsTo,
  measureHandlers,
  target,
} from './measure.js';
import { tableHead, tableRow } from './table.js';

function exitCodeOf(results: readonly HandlerResult[]): number {
  if (results.some(({ report }) => report.interval.lower > budget)) return 1;
  return results.every((result) => keepsTo(result, budget)) ? 0 : 2;
}

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '60' },
    json: { type: 'string' },
  },
});
const startedAt = new Date().toISOString();
const machine = describeMachine();
const handlers = await measureHandlers({
  quick: values.quick,
  limitSeconds: Number(values.seconds),
  onResult: (result) => {
    const { handler, report } = result;
    const advice = keepsTo(result, budget) ? '' : `: ${adviceOn(report)}`;
    console.error(`${handler}: ${describeOverhead(report)}${advice}`);
  },
});
const table = alignColumns([tableHead, ...handlers.map(tableRow)]).join('\n');
console.log(`${machineLine(machine)}\n\n${table}`);
if (values.json !== undefined) {
  const results: BudgetResults = { startedAt, machine, budget, target, handlers };
  writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
}
process.exitCode = exitCodeOf(handlers);
