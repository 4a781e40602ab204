// npm run bench: builds, then runs the benchmarks on this Node, or on several.
//
//   npm run bench                             all, on the running Node: about half an hour
//   npm run bench -- --quick                  what recording costs, roughly, in half a minute
//   npm run bench -- --filter counter,gauge   only cases whose "group: peer" contains one of these
//   npm run bench -- --handlers               handlers with many handles instead of loops over one
//   npm run bench -- --trials 15              more trials, each in a process of its own
//   npm run bench -- --nodes 20,22,24,26      on these versions, fetched where they are missing
//   npm run bench -- --node /opt/node/bin/node
//   npm run bench -- --json results.json      with several versions: results-20.json and so on
//   npm run bench -- --html report.html       a page with charts, in one file
//   npm run bench -- --nodes 20,22,24,26 --publish
//
// With --publish each version's results go to bench/results, and docs/performance.md and the README
// are written again from what lies there, as soon as that version is done: a run that is cut short
// loses no more than the version it was at, and goes on with the rest of --nodes. The first version
// has 5 trials of 0.12 s for every case (about a quarter of an hour), the others 3 of 0.08 s (about
// six minutes each), unless --trials and --seconds say otherwise.
//
// Other options are those of bench/main.ts.

import { mkdir, readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { buildTypeScript } from './build.mjs';
import { buildNative } from './build-native.mjs';
import { buildBenchPrograms, installPeers } from './support/bench-programs.mjs';
import { ensureDependencies } from './support/dependencies.mjs';
import { ensureNode } from './support/nodes.mjs';
import { inRoot } from './support/paths.mjs';
import { run } from './support/run.mjs';

const options = {
  quick: { type: 'boolean' },
  filter: { type: 'string' },
  trials: { type: 'string' },
  seconds: { type: 'string' },
  retries: { type: 'string' },
  threads: { type: 'string' },
  handlers: { type: 'boolean' },
  json: { type: 'string' },
  html: { type: 'string' },
  node: { type: 'string' },
  nodes: { type: 'string' },
  publish: { type: 'boolean' },
};

/** Programs to run the benchmarks with: `{ title, path }` or `{ title, reason }`. */
async function nodesOf({ node, nodes }) {
  if (nodes === undefined) return [{ title: '', path: node ?? process.execPath }];
  const found = [];
  for (const major of nodes.split(',')) {
    const isThis = major === process.versions.node.split('.')[0];
    const { path, reason } = isThis ? { path: process.execPath } : await ensureNode(major);
    found.push({ title: major, path, reason });
  }
  return found;
}

/** `report.html` for one version, `report-20.html` for one of several. */
function pathFor(title, path) {
  return title === '' ? path : path.replace(/(\.\w+)?$/, `-${title}$1`);
}

async function jsonFor({ title, path }, { json, publish }) {
  if (json !== undefined) return pathFor(title, json);
  if (!publish) return pathFor(title, inRoot('build', 'bench', 'results.json'));
  const { output } = await run(path, ['-p', 'process.versions.node'], { show: false });
  return inRoot('bench', 'results', `node-${output.split('.')[0]}.json`);
}

/** What --publish measures with, unless told otherwise. */
function sizeOf(index, { publish, trials, seconds }) {
  const isFull = index === 0;
  const size = isFull ? { trials: '5', seconds: '0.12' } : { trials: '3', seconds: '0.08' };
  const wanted = { trials, seconds };
  const chosen = publish ? { ...size, ...definedOnly(wanted) } : definedOnly(wanted);
  return Object.entries(chosen).flatMap(([name, value]) => [`--${name}`, value]);
}

function definedOnly(object) {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

async function main(args) {
  const { values } = parseArgs({ args, options });
  if (
    values.publish &&
    (values.filter || values.threads || values.quick || values.json || values.handlers)
  ) {
    throw new Error(
      '--publish is for all cases: without --filter, --threads, --quick, --handlers and --json',
    );
  }
  const { quick, filter, ...others } = values;
  if (quick && Object.keys(others).length > 0) {
    const given = Object.keys(others).map((name) => `--${name}`);
    throw new Error(`--quick goes with --filter alone, and not with ${given.join(', ')}`);
  }
  await ensureDependencies();
  await buildNative();
  if ((await buildTypeScript()).code !== 0) throw new Error('the TypeScript does not compile');
  if (quick) {
    const { code } = await run(process.execPath, [
      inRoot('dist', 'bench', 'quick.js'),
      filter ?? '',
    ]);
    if (code !== 0) throw new Error('a benchmark failed, see above');
    return;
  }
  const noPeers = await installPeers();
  if (noPeers !== undefined) console.log(`other packages to compare with: ${noPeers}`);
  for (const [name, reason] of Object.entries(await buildBenchPrograms())) {
    console.log(`not built: ${name}: ${reason}`);
  }

  const { node, nodes, json, html, publish, trials, seconds, ...rest } = values;
  const passed = Object.entries(rest).flatMap(([name, value]) =>
    value === true ? [`--${name}`] : [`--${name}`, value],
  );
  await mkdir(inRoot('build', 'bench'), { recursive: true });
  await mkdir(inRoot('bench', 'results'), { recursive: true });
  const finished = [];
  let failed = false;
  for (const [index, each] of (await nodesOf(values)).entries()) {
    if (each.reason !== undefined) {
      console.log(`\nNode ${each.title} is not run: ${each.reason}`);
      continue;
    }
    const path = await jsonFor(each, values);
    const outputs = ['--json', path];
    if (html !== undefined) outputs.push('--html', pathFor(each.title, html));
    const program = inRoot('dist', 'bench', 'main.js');
    console.log('');
    const all = [program, ...passed, ...sizeOf(index, values), ...outputs];
    const { code } = await run(each.path, all);
    // A case that failed is named in the results; the others are as good as ever.
    failed ||= code !== 0;
    finished.push(JSON.parse(await readFile(path, 'utf8')));
    console.log(`\nresults: ${path}`);
    if (publish) await writeDocuments();
  }
  if (finished.length > 1) await printSummary(finished);
  if (failed) throw new Error('a benchmark failed: see "not run" above');
}

async function writeDocuments() {
  const { code } = await run(process.execPath, [inRoot('dist', 'bench', 'documents', 'main.js')]);
  if (code !== 0) throw new Error('the documents could not be written');
}

/** The limits on every version, side by side. */
async function printSummary(reports) {
  const { formatSummary } = await import(inRoot('dist', 'bench', 'harness', 'tables.js'));
  console.log(`\n${formatSummary(reports)}`);
}

await main(process.argv.slice(2)).catch((error) => {
  console.error(`npm run bench: ${error.message}`);
  process.exitCode = 1;
});
