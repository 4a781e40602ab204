// npm run bench:cluster: whether the instrumentation of the VSR example keeps to its budget, 1 % of
// what its replicas need for an operation without it.
//
//   node dist/bench/cluster/main.js [--seconds 300] [--json FILE]
//
// Exit codes: 0 within the budget, 1 over it, 2 undecided.

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { adviceOn, describeOverhead } from '../../lib/budget/describe.js';
import { describeMachine, machineLine } from '../harness/machine.js';
import { type ClusterResults, measureCluster } from './measure.js';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '300' }, json: { type: 'string' } },
});
const startedAt = new Date().toISOString();
const machine = describeMachine();
const measured = await measureCluster({ budget: 0.01, limitSeconds: Number(values.seconds) });
const { operations, report } = measured;
console.log(`${machineLine(machine)}\n`);
console.log(`three replicas, ${operations} operations: ${describeOverhead(report)}`);
console.log(`${(report.addedNanoseconds / operations).toFixed(0)} ns more an operation`);
if (report.verdict !== 'within') console.log(adviceOn(report));
if (values.json !== undefined) {
  const results: ClusterResults = { startedAt, machine, ...measured };
  writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
}
process.exitCode = { within: 0, over: 1, undecided: 2 }[report.verdict];
