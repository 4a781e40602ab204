// Runs the compiled tests with mocha in a process of their own and returns the counts.

import { mkdir, readFile, rm } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { inRoot } from './paths.mjs';
import { run } from './run.mjs';
import { toolsPath } from './tools.mjs';

/**
 * Resolves to `{ passed, failed }`. A run that crashes or hangs counts as one failure more.
 *
 * - `node`: the program to run them on (default: this one)
 * - `quick`: leave out the tests with `@slow` in their title
 * - `grep`: only tests whose full title matches
 */
export async function runMocha({
  node = process.execPath,
  quick = false,
  grep = '',
  timeout,
  environment = {},
} = {}) {
  await mkdir(inRoot('.cache'), { recursive: true });
  const result = inRoot('.cache', `mocha-${process.pid}.json`);
  const args = [inRoot('node_modules/mocha/bin/mocha.js')];
  args.push('--reporter', inRoot('scripts/support/mocha-reporter.cjs'));
  args.push('--reporter-option', `result=${result}`);
  if (quick) args.push('--grep', `/^(?!.*@slow).*(?:${grep})/s`);
  else if (grep !== '') args.push('--grep', `/${grep}/`);
  if (timeout !== undefined) args.push('--timeout', String(timeout));
  args.push('dist/test/**/*.test.js');

  const PATH = `${process.env.PATH}${delimiter}${toolsPath}`;
  const { code } = await run(node, args, {
    environment: { PATH, ...environment },
    timeout: 15 * 60_000,
  });
  const counts = await readCounts(result);
  if (counts?.passed === undefined) {
    const where = counts === undefined ? 'before the first test' : `in: ${counts.running}`;
    console.log(`  FAILED: mocha ended with code ${code} ${where}`);
    return { passed: 0, failed: 1 };
  }
  if (code !== 0 && counts.failed === 0) {
    console.log(`  FAILED: mocha ended with code ${code} although every test passed`);
    return { ...counts, failed: 1 };
  }
  return counts;
}

async function readCounts(path) {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  } finally {
    await rm(path, { force: true });
  }
}
