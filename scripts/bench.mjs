// npm run bench: builds, then runs the benchmarks on this Node, or on several.
//
//   npm run bench                             all, on the running Node: about a quarter of an hour
//   npm run bench -- --quick                  roughly, in a few minutes
//   npm run bench -- --filter counter,gauge   only cases whose "group: peer" contains one of these
//   npm run bench -- --trials 15              more trials, each in a process of its own
//   npm run bench -- --nodes 20,22,24,26      on these versions, fetched where they are missing
//   npm run bench -- --node /opt/node/bin/node
//   npm run bench -- --json results.json      with several versions: results-20.json and so on
//
// Other options are those of bench/main.ts.

import { mkdir, readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { buildTypeScript } from './build.mjs';
import { buildNative } from './build-native.mjs';
import { buildBenchPrograms } from './support/bench-programs.mjs';
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
  json: { type: 'string' },
  node: { type: 'string' },
  nodes: { type: 'string' },
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

function jsonFor(title, json) {
  const path = json ?? inRoot('build', 'bench', 'results.json');
  return title === '' ? path : path.replace(/(\.json)?$/, `-${title}.json`);
}

async function main(args) {
  const { values } = parseArgs({ args, options });
  await ensureDependencies();
  await buildNative();
  if ((await buildTypeScript()).code !== 0) throw new Error('the TypeScript does not compile');
  const { reason } = await buildBenchPrograms();
  if (reason !== undefined) console.log(`nothing in C++ to compare with: ${reason}`);

  const { node, nodes, json, ...rest } = values;
  const passed = Object.entries(rest).flatMap(([name, value]) =>
    value === true ? [`--${name}`] : [`--${name}`, value],
  );
  const finished = [];
  for (const each of await nodesOf(values)) {
    if (each.reason !== undefined) {
      console.log(`\nNode ${each.title} is not run: ${each.reason}`);
      continue;
    }
    await mkdir(inRoot('build', 'bench'), { recursive: true });
    const path = jsonFor(each.title, json);
    const program = inRoot('dist', 'bench', 'main.js');
    console.log('');
    const { code } = await run(each.path, [program, ...passed, '--json', path]);
    if (code !== 0) throw new Error('a benchmark failed');
    finished.push(JSON.parse(await readFile(path, 'utf8')));
    console.log(`\nresults: ${path}`);
  }
  if (finished.length > 1) await printSummary(finished);
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
