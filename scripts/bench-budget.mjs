// npm run bench:budget: what metrics add to a replica's handlers, against their budget of 1 %.
// npm run bench:cluster: what they add to the replicas of the VSR cluster, twenty minutes at most.
//
//   npm run bench:budget                     until the target of 0.1 % is decided, a minute a handler
//   npm run bench:budget -- --quick          until the budget is, a few seconds; not of the cluster
//   npm run bench:budget -- --seconds 600    at most so long each
//   npm run bench:budget -- --publish        also keeps the results in bench/results, and writes the
//                                            documents again
//
// The exit code is 0 within the budget, 1 over it, 2 when the time was too short to tell.

import { mkdir } from 'node:fs/promises';
import { buildTypeScript } from './build.mjs';
import { buildNative } from './build-native.mjs';
import { ensureDependencies } from './support/dependencies.mjs';
import { inRoot } from './support/paths.mjs';
import { run } from './support/run.mjs';

const given = process.argv.slice(2);
const what = given.includes('--cluster') ? 'cluster' : 'budget';
const publishes = given.includes('--publish');
const options = given.filter((option) => option !== '--publish' && option !== '--cluster');
if (publishes) {
  await mkdir(inRoot('bench', 'results'), { recursive: true });
  options.push('--json', inRoot('bench', 'results', `${what}.json`));
}
await ensureDependencies();
await buildNative();
if ((await buildTypeScript()).code !== 0) process.exit(70);
const inBench = (folder) => inRoot('dist', 'bench', folder, 'main.js');
process.exitCode = (await run(process.execPath, [inBench(what), ...options])).code;
// What is over its budget is published too.
if (publishes && process.exitCode < 64) {
  process.exitCode = (await run(process.execPath, [inBench('documents')])).code;
}
