// Compiles C++ of this package with the machine's compiler alone: no Python, no make, no download.
// For the sanitized addon, the native unit tests, and machines where node-gyp cannot work.
//
// Whatever is built has a file `.hash` beside it, of all that it was built from. What has the same hash
// is not built again, also in a fresh checkout that got the folder from a cache.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { inRoot, root } from './paths.mjs';
import { findProgram, run } from './run.mjs';

const require = createRequire(import.meta.url);

/** The compiler to use: $CXX, or the first of c++, g++, clang++ on PATH, or undefined. */
export function findCompiler() {
  const named = process.env.CXX?.trim();
  if (named) return named.split(/\s+/);
  const found = ['c++', 'g++', 'clang++'].find((name) => findProgram(name));
  return found === undefined ? undefined : [found];
}

/** The sources of the addon: every .cc directly in native/. */
export async function addonSources() {
  const names = await readdir(inRoot('native')).catch(() => []);
  return names
    .filter((name) => name.endsWith('.cc'))
    .sort()
    .map((name) => inRoot('native', name));
}

async function flags({ sanitize, quick, includes: more = [], defines: extra = [] }) {
  const { compile, optimize, defines } = JSON.parse(
    await readFile(inRoot('native', 'compile_flags.json'), 'utf8'),
  );
  const speed = sanitize
    ? [
        '-O1',
        // Lines and names for reports, nothing for a debugger: compiling takes a third less.
        '-g1',
        '-fno-omit-frame-pointer',
        `-fsanitize=${sanitize}`,
        '-fno-sanitize-recover=all',
        '-Werror',
        // g++ remarks that ThreadSanitizer does not see fences; clang++ does not know the remark.
        '-Wno-tsan',
        '-Wno-unknown-warning-option',
      ]
    : quick
      ? ['-O0', '-Werror']
      : optimize;
  const includes = [
    ...more,
    inRoot('native'),
    inRoot('native', 'include'),
    dirname(require.resolve('node-addon-api/napi.h')),
    require('node-api-headers').include_dir,
  ];
  return [
    ...compile,
    ...speed,
    ...[...defines, ...extra].map((name) => `-D${name}`),
    ...includes.map((path) => `-I${path}`),
    '-fPIC',
    '-pthread',
  ];
}

/**
 * Compiles `sources` to objects in `directory`, as many at a time as there are processors, unless
 * source, headers, flags and compiler are what they were. Prints one line per file; resolves to the
 * paths of the objects and what the compiler printed, and throws when a file does not compile.
 *
 * - `sanitize`: sanitizers to compile with
 * - `quick`: not optimised, and every warning is an error: for a check whose objects nobody runs
 * - `includes`, `defines`: folders of headers and macros besides the addon's own
 * - `compiler`: a command with its first arguments, instead of the machine's own
 */
export async function compileObjects(sources, directory, settings = {}) {
  const { compiler = requireCompiler() } = settings;
  const common = await flags(settings);
  await mkdir(directory, { recursive: true });
  const objects = sources.map((source) => `${directory}/${basename(source, '.cc')}.o`);
  const shared = [await versionOf(compiler), ...compiler, ...common];
  shared.push(await hashOfHeaders([inRoot('native'), ...(settings.includes ?? [])]));
  let next = 0;
  let printed = '';
  const work = async () => {
    for (let index = next++; index < sources.length; index = next++) {
      const [source, object] = [sources[index], objects[index]];
      const hash = hashOf(...shared, await readFile(source));
      await unlessBuilt(object, hash, async () => {
        console.log(`  CXX ${relative(root, source)}`);
        const args = [...compiler.slice(1), ...common, '-c', source, '-o', object];
        const { code, output } = await run(compiler[0], args, { show: false });
        process.stdout.write(output);
        printed += output;
        if (code !== 0) throw new Error(`${relative(root, source)} does not compile`);
      });
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return { objects, output: printed };
}

/** Puts objects into a library, from which the linker takes what a program needs. */
export async function archive(objects, target) {
  const contents = await Promise.all(objects.map((path) => readFile(path)));
  await unlessBuilt(target, hashOf(...contents), async () => {
    await rm(target, { force: true });
    const { code, output } = await run('ar', ['rcs', target, ...objects], { show: false });
    if (code !== 0) throw new Error(`ar failed:\n${output}`);
  });
}

/** Builds something unless it is there and was built from what has this hash. */
async function unlessBuilt(target, hash, build) {
  const stamp = `${target}.hash`;
  const before = await readFile(stamp, 'utf8').catch(() => undefined);
  if (existsSync(target) && before === hash) return;
  await rm(stamp, { force: true });
  await build();
  await writeFile(stamp, hash);
}

function hashOf(...pieces) {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece).update('\0');
  return hash.digest('hex');
}

const versions = new Map();

function versionOf([command, ...rest]) {
  const line = [command, ...rest].join(' ');
  if (!versions.has(line)) {
    const asked = run(command, [...rest, '--version'], { show: false });
    versions.set(
      line,
      asked.then(({ output }) => output),
    );
  }
  return versions.get(line);
}

/** Of all headers in these folders, and of the packages that bring others. */
async function hashOfHeaders(folders) {
  const options = { recursive: true, withFileTypes: true };
  const entries = await Promise.all(folders.map((folder) => readdir(folder, options)));
  const headers = entries
    .flat()
    .filter((entry) => entry.isFile() && /\.(h|json)$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  const packages = ['node-addon-api', 'node-api-headers'].map(
    (name) => require(`${name}/package.json`).version,
  );
  const contents = await Promise.all(headers.sort().map((path) => readFile(path)));
  return hashOf(...packages, ...contents);
}

/** Links objects and `libraries` to an addon (`shared`) or to a program. */
export async function link(
  objects,
  target,
  { sanitize, shared = false, libraries = [], compiler = requireCompiler() } = {},
) {
  const named = libraries.map((name) => `-l${name}`);
  const args = [...compiler.slice(1), ...objects, ...named, '-o', target, '-pthread'];
  if (sanitize) args.push(`-fsanitize=${sanitize}`);
  if (shared && process.platform === 'darwin') args.push('-bundle', '-undefined', 'dynamic_lookup');
  else if (shared) args.push('-shared', '-Wl,-z,nodelete');
  await mkdir(dirname(target), { recursive: true });
  const contents = await Promise.all(objects.map((path) => readFile(path)));
  const hash = hashOf(await versionOf(compiler), ...compiler, ...args, ...contents);
  await unlessBuilt(target, hash, async () => {
    console.log(`  LINK ${relative(root, target)}`);
    const { code, output } = await run(compiler[0], args, { show: false });
    if (code !== 0) throw new Error(`cannot link ${relative(root, target)}:\n${output}`);
  });
}

function requireCompiler() {
  const compiler = findCompiler();
  if (compiler === undefined) {
    throw new Error('no C++ compiler found: install g++ (Debian: apt-get install g++) or set CXX');
  }
  return compiler;
}
