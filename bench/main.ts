// Runs the benchmarks and prints what was found.
//
//   node dist/bench/main.js [--quick] [--filter TEXT] [--trials 7] [--seconds 0.5] [--retries 3]
//                           [--threads 1,2] [--json FILE]
//
//   --filter    only cases whose "group: peer" contains the text; several, separated by commas
//   --quick     three short trials: shows that everything runs, and roughly what it costs
//   --retries   how often a trial that other programs starved of processors is run again

import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { formatTime } from './harness/format.js';
import { javascriptCases } from './harness/javascript-case.js';
import { judge } from './harness/limits.js';
import { describeMachine } from './harness/machine.js';
import { nativeCases } from './harness/native-programs.js';
import { writeResults } from './harness/results-file.js';
import { formatReport } from './harness/tables.js';
import { runTrials, type TrialsProgress } from './harness/trials.js';
import type { BenchmarkReport } from './harness/types.js';
import { ours } from './harness/versions.js';
import { limits } from './limits.js';

/** Files of bench/cases. */
export const caseModules = [
  'counter',
  'gauge',
  'histogram',
  'timed-operation',
  'labels',
  'threads',
  'garbage',
  'surroundings',
  'snapshot',
  'rendering',
];

function readOptions() {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      filter: { type: 'string', default: '' },
      trials: { type: 'string' },
      seconds: { type: 'string' },
      retries: { type: 'string' },
      threads: { type: 'string', default: '1,2' },
      json: { type: 'string' },
    },
  });
  const { quick, filter, json } = values;
  return {
    filters: filter.split(','),
    json,
    threads: values.threads.split(',').map(Number),
    trials: Number(values.trials ?? (quick ? 3 : 7)),
    seconds: Number(values.seconds ?? (quick ? 0.05 : 0.5)),
    retries: Number(values.retries ?? (quick ? 0 : 3)),
  };
}

function showProgress({ done, of, each, nsPerOperation }: TrialsProgress): void {
  const found = nsPerOperation === undefined ? 'failed' : formatTime(nsPerOperation);
  process.stderr.write(`${done}/${of} ${each.group}: ${each.peer}: ${found}\n`);
}

async function main(): Promise<void> {
  const { filters, json, threads, trials, seconds, retries } = readOptions();
  const machine = describeMachine();
  const startedAt = new Date().toISOString();
  const paths = caseModules.map((name) =>
    fileURLToPath(new URL(`./cases/${name}.js`, import.meta.url)),
  );
  const native = nativeCases();
  const all = (await Promise.all(paths.map((path) => javascriptCases(path)))).flat();
  const cases = [...all, ...native.cases].filter(({ group, peer, threads: count }) => {
    const name = `${group}: ${peer}`;
    return threads.includes(count) && filters.some((text) => name.includes(text));
  });
  if (cases.length === 0) throw new Error(`no case is named ${filters.join(' or ')}`);
  const onProgress = showProgress;
  const measured = await runTrials({ cases, trials, seconds, retries, onProgress });
  const report: BenchmarkReport = {
    startedAt,
    machine,
    trials,
    secondsPerTrial: seconds,
    results: measured.results,
    limits: judge(limits, measured.results),
    notRun: [...native.notRun, ...measured.notRun],
  };
  console.log(formatReport(report, ours.peer));
  if (json !== undefined) writeResults(json, report);
  // What is not installed is no failure; what ran and failed is.
  if (measured.notRun.length > 0) process.exitCode = 1;
}

await main();
