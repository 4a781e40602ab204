// npm run gate: the tests that measure time, alone and one after the other: before a release, and
// every night. They need a quiet machine; `npm test` leaves them out.
//
//   npm run gate                      all: about five minutes
//   npm run gate -- --grep budget     only those whose full title matches
//
// The last line is "N passed, N failed".

import { readdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { buildTypeScript } from './build.mjs';
import { buildNative } from './build-native.mjs';
import { ensureDependencies } from './support/dependencies.mjs';
import { runMocha } from './support/mocha.mjs';
import { inRoot } from './support/paths.mjs';

const { values } = parseArgs({ options: { grep: { type: 'string', default: '' } } });
await ensureDependencies();
await buildNative();
if ((await buildTypeScript()).code !== 0) process.exit(1);
const names = await readdir(inRoot('dist', 'test', 'gate'));
const files = names.filter((name) => name.endsWith('.gate.js'));
const { passed, failed, tests, reason } = await runMocha({
  files: files.map((name) => `dist/test/gate/${name}`),
  grep: values.grep,
  show: true,
});
for (const { title, seconds } of tests) console.log(`  ${title}: ${seconds.toFixed(1)} s`);
if (reason !== undefined) console.log(`FAILED: ${reason}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
