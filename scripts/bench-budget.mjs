// npm run bench:budget: what metrics add to a replica's handlers, against their budget of 1 %.
//
//   npm run bench:budget                 until the target of 0.1 % is decided, five minutes a handler
//   npm run bench:budget -- --quick      until the budget is, usually half a minute
//   npm run bench:budget -- --publish    also writes bench/results/budget.json
//
// Other options and the exit codes are those of bench/budget/main.ts.

import { mkdir } from 'node:fs/promises';
import { buildTypeScript } from './build.mjs';
import { buildNative } from './build-native.mjs';
import { ensureDependencies } from './support/dependencies.mjs';
import { inRoot } from './support/paths.mjs';
import { run } from './support/run.mjs';

const given = process.argv.slice(2);
const options = given.filter((option) => option !== '--publish');
if (options.length < given.length) {
  await mkdir(inRoot('bench', 'results'), { recursive: true });
  options.push('--json', inRoot('bench', 'results', 'budget.json'));
}
await ensureDependencies();
await buildNative();
if ((await buildTypeScript()).code !== 0) process.exit(3);
const program = inRoot('dist', 'bench', 'budget', 'main.js');
process.exitCode = (await run(process.execPath, [program, ...options])).code;
