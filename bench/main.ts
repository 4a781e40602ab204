// Runs the benchmarks and prints what was found.
//
//   node dist/bench/main.js [--filter TEXT] [--trials 7] [--seconds 0.5] [--retries 3]
//                           [--threads 1,2,4,8] [--handlers] [--json FILE] [--html FILE]
//
//   --handlers  handlers with many handles instead of loops over one: see handlers/shapes.ts
//   --filter    only cases whose "group: peer" contains the text; several, separated by commas
//   --threads   only cases with one of these numbers of threads
//   --html      a page with charts, in one file
//   --retries   how often a trial that other programs starved of processors is run again

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { handlerLimits } from './handlers/limits.js';
import { shapeOf } from './handlers/shapes.js';
import { formatHandlers } from './handlers/table.js';
import { formatAmount } from './harness/format.js';
import { javascriptCases } from './harness/javascript-case.js';
import { judge } from './harness/limits.js';
import { describeMachine } from './harness/machine.js';
import { nativeCases } from './harness/native-programs.js';
import { writeResults } from './harness/results-file.js';
import { formatReport } from './harness/tables.js';
import { runTrials, type TrialsProgress } from './harness/trials.js';
import type { BenchmarkCase, BenchmarkReport } from './harness/types.js';
import { ours } from './harness/versions.js';
import { limits } from './limits.js';
import { caseModules, handlerModules } from './modules.js';
import { renderPage } from './report/page.js';

function readOptions() {
  const { values } = parseArgs({
    options: {
      filter: { type: 'string', default: '' },
      trials: { type: 'string' },
      seconds: { type: 'string' },
      retries: { type: 'string' },
      threads: { type: 'string' },
      handlers: { type: 'boolean', default: false },
      json: { type: 'string' },
      html: { type: 'string' },
    },
  });
  const { filter, handlers, json, html } = values;
  const threads = values.threads?.split(',').map(Number);
  const wantedNames = filter.split(',');
  return {
    isWanted({ group, peer, threads: count }: BenchmarkCase): boolean {
      const name = `${group}: ${peer}`;
      if ((shapeOf(group) !== undefined) !== handlers) return false;
      const isNamed = wantedNames.some((text) => name.includes(text));
      return isNamed && (threads === undefined || threads.includes(count));
    },
    modules: handlers ? handlerModules : caseModules,
    limits: handlers ? handlerLimits : limits,
    format: handlers ? formatHandlers : formatReport,
    json,
    html,
    trials: Number(values.trials ?? 7),
    seconds: Number(values.seconds ?? 0.5),
    retries: Number(values.retries ?? 3),
  };
}

const started = performance.now();

function showProgress({ done, of, each, result }: TrialsProgress): void {
  const { bytesPerOperation: bytes, nsPerOperation = Number.NaN } = result ?? {};
  const amount =
    bytes === undefined ? formatAmount(nsPerOperation, 'ns') : formatAmount(bytes, 'bytes');
  const found = result === undefined ? 'failed' : amount;
  const left = ((performance.now() - started) / done) * (of - done);
  const minutes = `${(left / 60_000).toFixed(1)} min left`;
  process.stderr.write(`${done}/${of}, ${minutes}  ${each.group}: ${each.peer}: ${found}\n`);
}

async function main(): Promise<void> {
  const { isWanted, modules, limits, format, json, html, ...size } = readOptions();
  const machine = describeMachine();
  const startedAt = new Date().toISOString();
  const paths = modules.map((name) =>
    fileURLToPath(new URL(`./cases/${name}.js`, import.meta.url)),
  );
  const all = [...(await Promise.all(paths.map(javascriptCases))), nativeCases()];
  const cases = all.flatMap((each) => each.cases).filter(isWanted);
  if (cases.length === 0) throw new Error('no case has such a name');
  const measured = await runTrials({ cases, ...size, onProgress: showProgress });
  const report: BenchmarkReport = {
    startedAt,
    machine,
    trials: size.trials,
    secondsPerTrial: size.seconds,
    results: measured.results,
    limits: judge(limits, measured.results),
    notRun: [...all.flatMap((each) => each.notRun), ...measured.notRun],
  };
  console.log(format(report, ours.peer));
  if (json !== undefined) writeResults(json, report);
  if (html !== undefined) writeFileSync(html, renderPage(report, ours.peer));
  // What is not installed is no failure; what ran and failed is.
  if (measured.notRun.length > 0) process.exitCode = 1;
}

await main();
