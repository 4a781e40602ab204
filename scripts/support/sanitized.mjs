// The native part under AddressSanitizer and UndefinedBehaviorSanitizer: the addon for the mocha
// tests, and the native unit tests, which are programs of their own. Both share the same objects.

import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { addonSources, compileObjects, findCompiler, link } from './compile-native.mjs';
import { inRoot } from './paths.mjs';
import { run } from './run.mjs';

const sanitize = 'address,undefined';
const directory = inRoot('build-asan');

/** Settings under which a program that loads the sanitized addon runs. */
const options = {
  // V8 frees nothing at exit, so leaks cannot be told from memory that is merely still in use.
  ASAN_OPTIONS: 'detect_leaks=0:abort_on_error=1:allocator_may_return_null=1',
  UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1',
};

/**
 * Builds the sanitized addon; `{ environment }` to run node with so that it is loaded, or
 * `{ reason }` when the compiler has no sanitizer that can be preloaded.
 */
export async function buildSanitizedAddon() {
  const runtime = await findRuntime();
  if (runtime === undefined) return { reason: 'the C++ compiler brings no libasan.so' };
  const target = inRoot('build-asan', 'vsr_metrics.node');
  const { objects } = await compileObjects(await addonSources(), directory, { sanitize });
  await link(objects, target, { sanitize, shared: true });
  return { environment: { ...options, VSR_METRICS_ADDON: target, LD_PRELOAD: runtime } };
}

/** node itself is not sanitized, so the runtime must be loaded before it. */
async function findRuntime() {
  const [command, ...rest] = findCompiler() ?? [];
  if (command === undefined || process.platform !== 'linux') return undefined;
  const { output } = await run(command, [...rest, '-print-file-name=libasan.so'], { show: false });
  // A compiler that does not know the file answers with the bare name.
  return existsSync(output.trim()) && output.includes('/') ? output.trim() : undefined;
}

/**
 * Builds and runs every program in test/native/. One prints a line `ok name` or `not ok name` for
 * each thing it checks and returns 0 when all is well. Resolves to `{ passed, failed }`. `only`
 * names one of them; `environment` is what it is told besides.
 */
export async function runNativeTests({ grep = '', only, environment = {}, minutes = 5 } = {}) {
  const folder = inRoot('test', 'native');
  const names = (await readdir(folder).catch(() => [])).filter(
    (name) => name.endsWith('.cc') && (only === undefined || name === `${only}.cc`),
  );
  const counts = { passed: 0, failed: 0 };
  if (names.length === 0) return counts;

  const archive = await buildArchive();
  const sources = names.sort().map((name) => inRoot('test', 'native', name));
  const { objects } = await compileObjects(sources, inRoot('build-asan', 'test'), { sanitize });
  for (const object of objects) {
    const program = object.slice(0, -'.o'.length);
    await link([object, archive], program, { sanitize });
    const result = await run(program, [], {
      show: false,
      environment: { ...options, ...environment },
      timeout: minutes * 60_000,
    });
    add(counts, basename(program), result, new RegExp(grep));
  }
  return counts;
}

/**
 * The addon's objects as a library: the linker takes from it what a test needs, and with it no file
 * that calls Node-API, which only node could resolve.
 */
async function buildArchive() {
  const archive = inRoot('build-asan', 'libvsr_metrics.a');
  const { objects } = await compileObjects(await addonSources(), directory, { sanitize });
  await rm(archive, { force: true });
  const { code, output } = await run('ar', ['rcs', archive, ...objects], { show: false });
  if (code !== 0) throw new Error(`ar failed:\n${output}`);
  return archive;
}

function add(counts, program, { code, output }, wanted) {
  const verdicts = output.match(/^(not )?ok .*$/gm) ?? [];
  const matching = verdicts.filter((line) => wanted.test(line));
  const failed = matching.filter((line) => line.startsWith('not ok')).length;
  counts.passed += matching.length - failed;
  counts.failed += failed;
  console.log(
    `  ${program}: ${matching.length - failed} passed${failed ? `, ${failed} failed` : ''}`,
  );
  const crashed = code !== 0 && failed === 0;
  if (crashed) {
    counts.failed += 1;
    console.log(`  FAILED ${program}: ended with code ${code} and no failing check`);
  }
  if (verdicts.length === 0 && code === 0) {
    counts.failed += 1;
    console.log(`  FAILED ${program}: printed no check at all`);
  }
  if (crashed || failed > 0) console.log(output.trimEnd());
}
