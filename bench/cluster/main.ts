// npm run bench:cluster: whether the instrumentation of the VSR example keeps to its budget, 1 % of
// what its replicas need for an operation without it: on threads and files, under load, which is what
// decides; and in one thread that waits for nothing.
//
//   node dist/bench/cluster/main.js [--seconds 1200] [--least 300] [--rate 10000]... [--json FILE]
//
// Rates are requests a second, measured for so many seconds each at most and at least: of 50,000 as
// many are answered as the machine can. Exit codes: 0 within the budget, 1 over it, 2 undecided.

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { adviceOn, describeOverhead } from '../../lib/budget/describe.js';
import type { OverheadReport } from '../../lib/budget/index.js';
import { describeMachine, machineLine } from '../harness/machine.js';
import { type ClusterResults, measureLoop } from './measure.js';
import { measureThreads, type ThreadsResults } from './threads.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '1200' },
    least: { type: 'string', default: '300' },
    rate: { type: 'string', multiple: true, default: ['10000', '50000'] },
    json: { type: 'string' },
  },
});
const budget = 0.01;
const limitSeconds = Number(values.seconds);
const leastSeconds = Number(values.least);
const startedAt = new Date().toISOString();
const machine = describeMachine();
console.log(`${machineLine(machine)}\n`);

const threads: ThreadsResults[] = [];
for (const rate of values.rate.map(Number)) {
  const results = await measureThreads({ budget, limitSeconds, leastSeconds, rate });
  threads.push(results);
  const answered = Math.round(results.answeredPerSecond);
  print(`on threads and files, ${answered} operations a second`, results.report, 1);
}
const loop = await measureLoop({ budget, limitSeconds: Math.min(30, limitSeconds) });
print(`in one thread, ${loop.underWay} operations under way`, loop.report, loop.operations);
if (values.json !== undefined) {
  const results: ClusterResults = { startedAt, machine, threads, loop };
  writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
}
const verdicts = threads.map(({ report }) => report.verdict);
if (verdicts.includes('over')) process.exitCode = 1;
else if (verdicts.some((verdict) => verdict !== 'within')) process.exitCode = 2;

function print(what: string, report: OverheadReport, operations: number): void {
  console.log(`three replicas ${what}: ${describeOverhead(report)}`);
  console.log(`${(report.addedNanoseconds / operations).toFixed(0)} ns more an operation`);
  if (report.verdict !== 'within') console.log(adviceOn(report));
}
