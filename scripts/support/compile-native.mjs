// Compiles C++ of this package with the machine's compiler alone: no Python, no make, no download.
// For the sanitized addon, the native unit tests, and machines where node-gyp cannot work.

import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
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

async function flags({ sanitize, includes: more = [], defines: extra = [] }) {
  const { compile, optimize, defines } = JSON.parse(
    await readFile(inRoot('native', 'compile_flags.json'), 'utf8'),
  );
  const speed = sanitize
    ? [
        '-O1',
        '-g',
        '-fno-omit-frame-pointer',
        `-fsanitize=${sanitize}`,
        '-fno-sanitize-recover=all',
        '-Werror',
        // g++ remarks that ThreadSanitizer does not see fences; clang++ does not know the remark.
        '-Wno-tsan',
        '-Wno-unknown-warning-option',
      ]
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
 * Compiles `sources` to objects in `directory`, as many at a time as there are processors. Leaves
 * alone what is newer than its source and every header. Prints one line a file; resolves to the
 * paths of the objects and what the compiler printed, and throws when a file does not compile.
 *
 * - `sanitize`: sanitizers to compile with
 * - `includes`, `defines`: folders of headers and macros besides the addon's own
 * - `compiler`: a command with its first arguments, instead of the machine's own
 */
export async function compileObjects(sources, directory, settings = {}) {
  const { compiler = requireCompiler() } = settings;
  const common = await flags(settings);
  await mkdir(directory, { recursive: true });
  const objects = sources.map((source) => `${directory}/${basename(source, '.cc')}.o`);
  const headersChanged = await newestHeader([inRoot('native'), ...(settings.includes ?? [])]);
  let next = 0;
  let printed = '';
  const work = async () => {
    for (let index = next++; index < sources.length; index = next++) {
      const [source, object] = [sources[index], objects[index]];
      if ((await changed(object)) > Math.max(await changed(source), headersChanged)) continue;
      console.log(`  CXX ${relative(root, source)}`);
      const args = [...compiler.slice(1), ...common, '-c', source, '-o', object];
      const { code, output } = await run(compiler[0], args, { show: false });
      process.stdout.write(output);
      printed += output;
      if (code !== 0) throw new Error(`${relative(root, source)} does not compile`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return { objects, output: printed };
}

/** Puts objects into a library, from which the linker takes what a program needs. */
export async function archive(objects, target) {
  await rm(target, { force: true });
  const { code, output } = await run('ar', ['rcs', target, ...objects], { show: false });
  if (code !== 0) throw new Error(`ar failed:\n${output}`);
}

/** When a file was last changed; 0 when it does not exist. */
async function changed(path) {
  return (await stat(path).catch(() => undefined))?.mtimeMs ?? 0;
}

async function newestHeader(folders) {
  const options = { recursive: true, withFileTypes: true };
  const entries = await Promise.all(folders.map((folder) => readdir(folder, options)));
  const headers = entries
    .flat()
    .filter((entry) => entry.isFile() && /\.(h|json)$/.test(entry.name))
    .map((entry) => changed(join(entry.parentPath ?? entry.path, entry.name)));
  return Math.max(...(await Promise.all(headers)));
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
  console.log(`  LINK ${relative(root, target)}`);
  const { code, output } = await run(compiler[0], args, { show: false });
  if (code !== 0) throw new Error(`cannot link ${relative(root, target)}:\n${output}`);
}

function requireCompiler() {
  const compiler = findCompiler();
  if (compiler === undefined) {
    throw new Error('no C++ compiler found: install g++ (Debian: apt-get install g++) or set CXX');
  }
  return compiler;
}
