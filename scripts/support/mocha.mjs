// Runs compiled tests with mocha, in a process of their own.

import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { inRoot } from './paths.mjs';
import { run } from './run.mjs';
import { toolsPath } from './tools.mjs';

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
 * - `mostSilentSeconds`: a run in which no test begins or ends for so long hangs, and is ended
 */
export async function runMocha({
  files,
  node = process.execPath,
  quick = false,
  grep = '',
  timeout,
  environment = {},
  show = false,
  mostSilentSeconds = 180,
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

  const silence = watchForSilence(result, mostSilentSeconds);
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
  const ended = silence.signal.aborted
    ? `mocha was silent for ${mostSilentSeconds} s and was ended`
    : `mocha ended with code ${code}`;
  return { ...judge(code, counts, ended), seconds, output: output.trim() };
}

/** What a run comes to: its counts, with one failure more for what is not a test's. */
function judge(code, counts, ended) {
  if (counts?.passed === undefined) {
    const none = { passed: 0, failed: 1, skipped: 0, tests: [], processorSeconds: 0 };
    const where = counts === undefined ? 'before the first test' : `in: ${counts.running}`;
    return { ...none, reason: `${ended} ${where}` };
  }
  if (code === 0 || counts.failed > 0) return counts;
  return { ...counts, failed: 1, reason: `${ended} after its last test` };
}

/** Aborts when the file of results, which every test touches, has not changed for too long. */
function watchForSilence(result, mostSilentSeconds) {
  const controller = new AbortController();
  let heard = Date.now();
  const timer = setInterval(async () => {
    const changed = (await stat(result).catch(() => undefined))?.mtimeMs ?? 0;
    heard = Math.max(heard, changed);
    if (Date.now() - heard > 1000 * mostSilentSeconds) controller.abort();
  }, 1000);
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
