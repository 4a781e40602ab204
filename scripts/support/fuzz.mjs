// The libFuzzer target of test/fuzz, built with clang into build-fuzz.
//
// Its corpus, test/fuzz/corpus, is where it begins, and what it found worth keeping is merged into
// it afterwards: the smallest set of inputs that reaches all that was ever reached.

import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { addonSources, archive, compileObjects, link } from './compile-native.mjs';
import { inRoot } from './paths.mjs';
import { run } from './run.mjs';
import { sanitizers } from './sanitized.mjs';
import { ensureClang } from './tools.mjs';

const directory = inRoot('build-fuzz');
const corpus = inRoot('test', 'fuzz', 'corpus');
const found = `${directory}/found`;
const { sanitize, environment } = sanitizers.address;

/** Builds the target: `{ path }`, or `{ reason }` when this machine cannot. */
export async function buildFuzzer() {
  const { path: compiler, reason } = await ensureClang();
  if (reason) return { reason };
  const options = { sanitize: `fuzzer-no-link,${sanitize}`, compiler: [compiler] };
  const library = `${directory}/libvsr_metrics.a`;
  await archive((await compileObjects(await addonSources(), directory, options)).objects, library);
  const source = inRoot('test', 'fuzz', 'read_region.cc');
  const { objects } = await compileObjects([source], `${directory}/test`, {
    ...options,
    includes: [inRoot('test', 'native')],
  });
  const path = `${directory}/read_region`;
  await link([...objects, library], path, { ...options, sanitize: `fuzzer,${sanitize}` });
  return { path };
}

/** Fuzzes for so many seconds; `{ inputs, features }`, or throws with what the fuzzer printed. */
export async function fuzz(program, seconds) {
  await rm(found, { recursive: true, force: true });
  await mkdir(found, { recursive: true });
  const output = await runFuzzer(program, [
    `-max_total_time=${seconds}`,
    '-max_len=512',
    // One second is what is promised; a machine that does something else gets more.
    '-timeout=10',
    `-artifact_prefix=${directory}/`,
    '-print_final_stats=1',
    found,
    corpus,
  ]);
  return {
    inputs: numberIn(output, /number_of_executed_units: (\d+)/),
    features: Math.max(...Array.from(output.matchAll(/ ft: (\d+)/g), ([, count]) => Number(count))),
  };
}

/** Replaces the corpus by the smallest set that reaches what it and the last run reached. */
export async function mergeCorpus(program) {
  const merged = `${directory}/merged`;
  await rm(merged, { recursive: true, force: true });
  await mkdir(merged, { recursive: true });
  await runFuzzer(program, ['-set_cover_merge=1', '-use_counters=0', merged, corpus, found]);
  await rm(corpus, { recursive: true, force: true });
  await rename(merged, corpus);
  return (await readdir(corpus)).length;
}

async function runFuzzer(program, args) {
  const { code, output } = await run(program, args, { show: false, environment });
  if (code !== 0) throw new Error(`the fuzzer ended with code ${code}:\n${output.slice(-4000)}`);
  return output;
}

function numberIn(text, pattern) {
  return Number(pattern.exec(text)?.[1] ?? 0);
}
