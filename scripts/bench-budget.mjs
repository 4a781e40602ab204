// npm run bench:budget: what metrics add to a replica's handlers, against their budget of 1 %.
//
//   npm run bench:budget                 until the target of 0.1 % is decided, five minutes a handler
//   npm run bench:budget -- --quick      until the budget is, usually a minute
//   npm run bench:budget -- --publish    also writes bench/results/budget.json, for npm run bench:docs
//   npm run bench:budget -- --cluster    of the VSR cluster's replicas instead, until the budget is
//   npm run bench:budget -- --seconds 600    at most so long each
//
// The exit code is 0 within the budget, 1 over it, 2 when the time was too short to tell.

import { mkdir } from 'node:fs/promises';
import { buildTypeScript } from './build.mjs';
import { buildNative } from './build-native.mjs';
import { ensureDependencies } from './support/dependencies.mjs';
import { inRoot } from './support/paths.mjs';
import { run } from './support/run.mjs';

const given = process.argv.slice(2);
const options = given.filter((option) => option !== '--publish' && option !== '--cluster');
if (given.includes('--publish')) {
  await mkdir(inRoot('bench', 'results'), { recursive: true });
  options.push('--json', inRoot('bench', 'results', 'budget.json'));
}
await ensureDependencies();
await buildNative();
if ((await buildTypeScript()).code !== 0) process.exit(70);
const folder = given.includes('--cluster') ? 'overhead' : 'budget';
const program = inRoot('dist', 'bench', folder, 'main.js');
process.exitCode = (await run(process.execPath, [program, ...options])).code;
