// Runs compiled tests with mocha, in a process of their own.

import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { inRoot } from './paths.mjs';
import { run } from './run.mjs';
import { toolsPath } from './tools.mjs';

/** A run in which no test begins or ends for so long hangs. */
const mostSilentSeconds = 180;

let runs = 0;

/**
 * Resolves to `{ passed, failed, skipped, tests, seconds, processorSeconds, output }`, where each of
 * `tests` has its `title` and `seconds`. A run that crashes or hangs counts as one failure more.
 *
 * - `files`: the compiled tests
 * - `node`: the program to run them on (default: this one)
 * - `quick`: leave out the tests with `@slow` in their title
 * - `grep`: only tests whose full title matches
 * - `show`: print what mocha prints as it comes
 */
export async function runMocha({
  files,
  node = process.execPath,
  quick = false,
  grep = '',
  timeout,
  environment = {},
  show = false,
}) {
  await mkdir(inRoot('.cache'), { recursive: true });
  const result = inRoot('.cache', `mocha-${process.pid}-${runs++}.json`);
  const args = [inRoot('node_modules/mocha/bin/mocha.js')];
  args.push('--reporter', inRoot('scripts/support/mocha-reporter.cjs'));
  args.push('--reporter-option', `result=${result}`);
  if (quick) args.push('--grep', `/^(?!.*@slow).*(?:${grep})/s`);
  else if (grep !== '') args.push('--grep', `/${grep}/`);
  if (timeout !== undefined) args.push('--timeout', String(timeout));
  args.push(...files);

  const silence = watchForSilence(result);
  const started = Date.now();
  const PATH = `${process.env.PATH}${delimiter}${toolsPath}`;
  const { code, output } = await run(node, args, {
    environment: { PATH, ...environment },
    show,
    signal: silence.signal,
  });
  silence.stop();
  const seconds = (Date.now() - started) / 1000;
  const counts = await readCounts(result);
  return { ...judge(code, counts, silence.signal.aborted), seconds, output: output.trim() };
}

/** What a run comes to: its counts, with one failure more for what is not a test's. */
function judge(code, counts, wasSilent) {
  const none = { passed: 0, failed: 1, skipped: 0, tests: [], processorSeconds: 0 };
  if (counts?.passed === undefined) {
    const where = counts === undefined ? 'before the first test' : `in: ${counts.running}`;
    const what = wasSilent
      ? `mocha was silent for ${mostSilentSeconds} s and was ended`
      : `mocha ended with code ${code}`;
    return { ...none, reason: `${what} ${where}` };
  }
  if (code !== 0 && counts.failed === 0) {
    return { ...counts, failed: 1, reason: `mocha ended with code ${code} after its last test` };
  }
  return counts;
}

/** Aborts when the file of results, which every test touches, has not changed for too long. */
function watchForSilence(result) {
  const controller = new AbortController();
  let heard = Date.now();
  const timer = setInterval(async () => {
    const changed = (await stat(result).catch(() => undefined))?.mtimeMs ?? 0;
    heard = Math.max(heard, changed);
    if (Date.now() - heard > 1000 * mostSilentSeconds) controller.abort();
  }, 2000);
  return { signal: controller.signal, stop: () => clearInterval(timer) };
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
