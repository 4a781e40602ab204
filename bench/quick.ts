// npm run bench -- --quick: what recording costs, roughly, in half a minute.
//
//   node dist/bench/quick.js [TEXT]       only cases whose "group: peer" contains the text
//
// All cases run in this one process, by tinybench. So they share caches, and what the compiler learned
// from one it uses for the next: good enough to see whether a change made something twice as slow. The
// numbers of the documents come from main.ts, where each trial has a process of its own.

import { Bench } from 'tinybench';
import { alignColumns, formatTime } from './harness/format.js';
import { type JavascriptCase, loadCases, type PreparedCase } from './harness/javascript-case.js';
import { describeMachine, machineLine } from './harness/machine.js';

const modules = ['counter', 'gauge', 'histogram', 'timed-operation', 'labels'] as const;
/** Reading a clock takes longer than most of these: so many are timed at once. */
const operationsAtOnce = 1000;
const milliseconds = 150;

/** One thread that records in a loop, without anything beside it. */
function isSimple({ threads = [1], ...each }: JavascriptCase): boolean {
  const { unavailable, operations, isCold, multiple, share, inWorkers, nodeOptions } = each;
  const special = [unavailable, operations, isCold, multiple, share, inWorkers, nodeOptions];
  return threads.includes(1) && special.every((property) => property === undefined);
}

interface Running {
  readonly each: JavascriptCase;
  readonly prepared: PreparedCase;
  operations: number;
}

const wanted = process.argv[2] ?? '';
const found = await Promise.all(
  modules.map((name) => loadCases(new URL(`./cases/${name}.js`, import.meta.url).href)),
);
const cases = found
  .flat()
  .filter((each) => isSimple(each) && `${each.group}: ${each.peer}`.includes(wanted));
if (cases.length === 0) throw new Error(`no case of --quick has "${wanted}" in its name`);

const bench = new Bench({ time: milliseconds, warmupTime: milliseconds / 3, throws: true });
const running = new Map<string, Running>();
for (const each of cases) {
  const prepared = await each.prepare(undefined, 0, milliseconds / 1000);
  const name = `${each.group}: ${each.peer} ${each.version}`;
  const state: Running = { each, prepared, operations: 0 };
  running.set(name, state);
  bench.add(name, () => {
    const first = state.operations;
    state.operations += operationsAtOnce;
    prepared.run(first, first + operationsAtOnce);
  });
}
console.log(`${machineLine(describeMachine())}\n`);
await bench.run();

const rows: string[][] = [];
let group = '';
for (const { name, result } of bench.tasks) {
  const { each, prepared, operations } = running.get(name)!;
  const total = await prepared.total?.(operations);
  // Work that was not done costs nothing.
  if (total !== undefined && total !== operations) {
    throw new Error(`${name}: ${operations} operations, ${total} recorded`);
  }
  if (!('latency' in result)) throw new Error(`${name} was not measured: ${result.state}`);
  if (each.group !== group) rows.push([each.group, 'typical', 'at least', 'p99']);
  group = each.group;
  const time = (ms: number) => formatTime((1e6 * ms) / operationsAtOnce);
  const { p50, min, p99 } = result.latency;
  rows.push([`  ${each.peer} ${each.version}`, ...[p50, min, p99].map(time)]);
}
console.log(alignColumns(rows).join('\n'));
// Threads that a case keeps alive have nothing left to do.
process.exit();
