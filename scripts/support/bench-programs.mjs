// What the benchmarks compare with: programs in other languages, built into build/bench, and packages
// from npm, installed into bench/peers. What cannot be had is named with the reason, and left out.

import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { compileObjects, findCompiler, link } from './compile-native.mjs';
import { inRoot } from './paths.mjs';
import { findProgram, run } from './run.mjs';
import { ensurePrometheusCpp } from './tools.mjs';

/** What makes and reads the registry that bench/native/cpp_header.cc records into. */
const registrySources = [
  'exemplar_reading',
  'families',
  'history',
  'merge',
  'region_create',
  'snapshot',
];

const output = inRoot('build', 'bench');
const peers = inRoot('bench', 'peers');
const hdrSources = inRoot(
  'bench/peers/node_modules/native-hdr-histogram/HdrHistogram_c/src/hdr_histogram.c',
);

/** Installs the packages of bench/peers, without running anything of theirs; why not, or undefined. */
export async function installPeers() {
  const installed = inRoot('bench', 'peers', 'node_modules', '.package-lock.json');
  const isCurrent = () =>
    existsSync(installed) &&
    JSON.stringify(versions(installed)) ===
      JSON.stringify(versions(inRoot('bench', 'peers', 'package-lock.json')));
  if (isCurrent()) return undefined;
  console.log('bench: installing what to compare with into bench/peers');
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const result = await run('npm', ['ci', ...options], { cwd: peers, show: false });
  return result.code === 0 ? undefined : lastLine(result.output);
}

function versions(lockFile) {
  const { packages } = JSON.parse(readFileSync(lockFile, 'utf8'));
  return Object.entries(packages).flatMap(([path, { version }]) => (path ? [path, version] : []));
}

/**
 * Builds all programs; `{ name: reason }` of those that could not be built, which is also in
 * build/bench/not-built.json.
 */
export async function buildBenchPrograms() {
  await mkdir(output, { recursive: true });
  const builders = {
    native: buildNativePrograms,
    hdr_histogram: buildHdrHistogram,
    prometheus_cpp: buildPrometheusCpp,
    rust: buildRust,
    go: buildGo,
  };
  const notBuilt = {};
  for (const [name, build] of Object.entries(builders)) {
    const reason = await build().catch((error) => error.message);
    if (reason !== undefined) notBuilt[name] = reason;
  }
  await writeFile(inRoot('build', 'bench', 'not-built.json'), JSON.stringify(notBuilt, null, 2));
  return notBuilt;
}

/** What C++ is needed for, and the recording header. */
async function buildNativePrograms() {
  if (findCompiler() === undefined) return 'no C++ compiler';
  await linkProgram('bench/native/time_stamps.cc');
  await linkProgram('bench/native/smallest_call.cc', { shared: true });
  await linkProgram('bench/native/ordered_clock.cc', { shared: true });
  const sources = registrySources.map((name) => inRoot('native', `${name}.cc`));
  const { objects } = await compileObjects(sources, output);
  await linkProgram('bench/native/cpp_header.cc', { objects });
  return undefined;
}

async function buildHdrHistogram() {
  if (findCompiler() === undefined) return 'no C++ compiler';
  if (!existsSync(hdrSources))
    return 'its sources, those of native-hdr-histogram, are not installed';
  const c = ['cc', 'gcc', 'clang'].find((name) => findProgram(name));
  if (c === undefined) return 'no C compiler';
  const object = inRoot('build', 'bench', 'HdrHistogram_c.o');
  const { code, output: text } = await run(c, ['-O3', '-c', hdrSources, '-o', object], {
    show: false,
  });
  if (code !== 0) return lastLine(text);
  const include = hdrSources.replace(/\/[^/]*$/, '');
  await linkProgram('bench/native-peers/c/hdr_histogram.cc', { include, objects: [object] });
  return undefined;
}

async function buildPrometheusCpp() {
  if (findCompiler() === undefined) return 'no C++ compiler';
  const { version, reason } = await ensurePrometheusCpp();
  if (reason !== undefined) return reason;
  await linkProgram('bench/native-peers/cpp/prometheus_cpp.cc', {
    defines: [`PROMETHEUS_CPP_VERSION="${version}"`],
    libraries: ['prometheus-cpp-core'],
  });
  return undefined;
}

async function linkProgram(source, { shared = false, include, defines, objects, libraries } = {}) {
  const includes = [inRoot('bench', 'native'), ...(include === undefined ? [] : [include])];
  const settings = { includes, defines };
  const compiled = await compileObjects([inRoot(source)], output, settings);
  const target = compiled.objects[0].replace(/\.o$/, shared ? '.node' : '');
  await link([...compiled.objects, ...(objects ?? [])], target, { shared, libraries });
}

async function buildRust() {
  if (!findProgram('cargo')) return 'no cargo';
  console.log('  CARGO bench/native-peers/rust');
  const directory = inRoot('bench', 'native-peers', 'rust');
  const args = ['build', '--release', '--locked', '--target-dir', inRoot('build', 'bench', 'rust')];
  const { code, output: text } = await run('cargo', args, { cwd: directory, show: false });
  return code === 0 ? undefined : lastLine(text);
}

async function buildGo() {
  if (!findProgram('go')) return 'no go';
  console.log('  GO bench/native-peers/go');
  const directory = inRoot('bench', 'native-peers', 'go');
  const args = ['build', '-o', inRoot('build', 'bench', 'go-peer'), '.'];
  const { code, output: text } = await run('go', args, { cwd: directory, show: false });
  return code === 0 ? undefined : lastLine(text);
}

function lastLine(text) {
  const lines = text.trim().split('\n');
  return lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1) ?? 'it failed silently';
}
