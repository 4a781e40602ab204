// The native part under sanitizers: the addon for the mocha tests, and the native unit tests, which
// are programs of their own. Both share the same objects, a folder for each sanitizer.

import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { addonSources, archive, compileObjects, findCompiler, link } from './compile-native.mjs';
import { inRoot } from './paths.mjs';
import { findProgram, run } from './run.mjs';

/** What to compile with, where to, and the settings under which the programs run. */
export const sanitizers = {
  address: {
    sanitize: 'address,undefined',
    directory: inRoot('build-asan'),
    runtime: 'libasan.so',
    environment: {
      // V8 frees nothing at exit, so leaks cannot be told from memory that is merely still in use.
      ASAN_OPTIONS: 'detect_leaks=0:abort_on_error=1:allocator_may_return_null=1',
      UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1',
    },
  },
  thread: {
    sanitize: 'thread',
    directory: inRoot('build-tsan'),
    runtime: 'libtsan.so',
    environment: { TSAN_OPTIONS: 'halt_on_error=1:second_deadlock_stack=1' },
  },
};

/**
 * Builds the sanitized addon; `{ environment }` to run node with so that it is loaded, or
 * `{ reason }` when the compiler has no sanitizer that can be preloaded.
 */
export async function buildSanitizedAddon() {
  const { sanitize, directory, environment } = sanitizers.address;
  const { path, reason } = await findRuntime('address');
  if (reason) return { reason };
  const target = `${directory}/vsr_metrics.node`;
  const { objects } = await compileObjects(await addonSources(), directory, { sanitize });
  await link(objects, target, { sanitize, shared: true });
  // node itself is not sanitized, so the runtime must be loaded before it.
  return { environment: { ...environment, VSR_METRICS_ADDON: target, LD_PRELOAD: path } };
}

/** The library that sanitized programs need: `{ path }`, or `{ reason }` when there is none. */
export async function findRuntime(sanitizer) {
  const { runtime } = sanitizers[sanitizer];
  const [command, ...rest] = findCompiler() ?? [];
  if (command === undefined) return { reason: 'no C++ compiler' };
  if (process.platform !== 'linux') return { reason: 'only looked for on Linux' };
  const { output } = await run(command, [...rest, `-print-file-name=${runtime}`], { show: false });
  // A compiler that does not know the file answers with the bare name.
  const path = output.trim();
  if (path.includes('/') && existsSync(path)) return { path };
  return { reason: `the C++ compiler brings no ${runtime}` };
}

/**
 * Builds the programs of test/native/, or the one that `only` names; resolves to their paths.
 */
export async function buildNativeTests({ sanitizer = 'address', only } = {}) {
  const { sanitize, directory } = sanitizers[sanitizer];
  const folder = inRoot('test', 'native');
  const names = (await readdir(folder).catch(() => [])).filter(
    (name) => name.endsWith('.cc') && (only === undefined || name === `${only}.cc`),
  );
  if (names.length === 0) return [];
  // Without the bindings, which call Node-API, and that only node could resolve. As a library: the
  // linker takes from it what a test needs.
  const library = `${directory}/libvsr_metrics.a`;
  const tested = (await addonSources()).filter((path) => !path.endsWith('binding.cc'));
  const addon = await compileObjects(tested, directory, { sanitize });
  await archive(addon.objects, library);
  const sources = names.sort().map((name) => inRoot('test', 'native', name));
  const { objects } = await compileObjects(sources, `${directory}/test`, {
    sanitize,
    includes: [folder],
  });
  const programs = objects.map((object) => object.slice(0, -'.o'.length));
  for (const [index, program] of programs.entries()) {
    await link([objects[index], library], program, { sanitize });
  }
  return programs;
}

/**
 * Runs programs of test/native/. Each prints a line `ok name` or `not ok name` for each thing it
 * checks and returns 0 when all is well. Resolves to `{ passed, failed, remarks }`, where remarks are
 * what the programs print after a `#`. `environment` is what they are told besides; `part` is what
 * the lines about them begin with.
 */
export async function runNativeTests({
  sanitizer = 'address',
  programs,
  grep = '',
  environment = {},
  minutes = 5,
  part = 'native',
}) {
  const counts = { passed: 0, failed: 0, remarks: [] };
  const launcher = sanitizer === 'thread' ? await withoutRandomAddresses() : [];
  for (const program of programs) {
    const [command, ...args] = [...launcher, program];
    const result = await run(command, args, {
      show: false,
      environment: { ...sanitizers[sanitizer].environment, ...environment },
      timeout: minutes * 60_000,
    });
    add(counts, `${part}: ${basename(program)}`, result, new RegExp(grep));
  }
  return counts;
}

/**
 * ThreadSanitizer knows a few places where a program's memory may lie, and newer kernels choose
 * others at random. Containers may not be allowed to ask for that to stop; then it has to do without.
 */
async function withoutRandomAddresses() {
  if (!findProgram('setarch')) return [];
  const launcher = ['setarch', process.arch === 'x64' ? 'x86_64' : 'aarch64', '-R'];
  const { code } = await run(launcher[0], [...launcher.slice(1), 'true'], { show: false });
  return code === 0 ? launcher : [];
}

function add(counts, program, { code, output }, wanted) {
  const verdicts = output.match(/^(not )?ok .*$/gm) ?? [];
  counts.remarks.push(...(output.match(/^# .*$/gm) ?? []).map((line) => line.slice(2)));
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
