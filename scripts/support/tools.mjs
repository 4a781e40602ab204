// What some checks and benchmarks need and npm does not bring: clang and clang-format, Prometheus and
// its promtool, its Python and C++ libraries, HdrHistogram for Java, a browser, Redis, PostgreSQL.
// On Debian and Ubuntu they are fetched when possible; otherwise the caller learns why not.

import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { inRoot } from './paths.mjs';
import { findProgram, run } from './run.mjs';

/**
 * Whether packages may be installed on this machine: where nobody else's things are (as root, with
 * CI=true), or where somebody asked for it. Otherwise it is said which command would.
 */
export const installing = {
  isAllowed: process.env.CI === 'true' || process.getuid?.() === 0,
};

/** Where things lie that were taken out of Debian packages; programs directly, for a PATH. */
export const toolsPath = inRoot('.cache', 'tools');

/** Gets all that the tests are held against; resolves to what they have to do without, and why. */
export async function ensureTools() {
  const all = [
    ...[ensurePrometheus, ensureAlertmanager, ensurePythonParser, ensureJavaHdrHistogram],
    ...[ensureChromium, ensureRedis, ensurePostgres, ensureClangFormat],
  ];
  const reasons = [];
  // One after the other: apt-get has one lock.
  for (const ensure of all) {
    const { reason } = await ensure();
    if (reason !== undefined) reasons.push(reason);
  }
  return reasons;
}

/** Finds or installs clang-format: `{ path }` or `{ reason }`. */
export async function ensureClangFormat() {
  return (await find('clang-format')) ?? (await install('clang-format', 'clang-format'));
}

/**
 * Finds or installs clang with the run-time library of its fuzzer: `{ path }` of clang++ or
 * `{ reason }`.
 */
export async function ensureClang() {
  const found = await find('clang++');
  if (found !== undefined && (await hasFuzzer(found.path))) return found;
  const installed = await install('clang++', 'clang', 'libclang-rt-dev');
  if (installed.path === undefined || (await hasFuzzer(installed.path))) return installed;
  return { reason: `${installed.path} has no libclang_rt.fuzzer: install libclang-rt-dev` };
}

async function hasFuzzer(compiler) {
  const { output } = await run(compiler, ['-print-runtime-dir'], { show: false });
  const names = await readdir(output.trim()).catch(() => []);
  return names.some((name) => name.startsWith('libclang_rt.fuzzer'));
}

/**
 * Finds or fetches a C++ compiler for macOS, from PyPI's `ziglang`, which brings the headers of macOS:
 * `{ command }`, to which `-target` and the rest are added, or `{ reason }`.
 */
export async function ensureZig() {
  const folder = inRoot('.cache', 'ziglang');
  const program = join(folder, 'ziglang', 'zig');
  if (!existsSync(program)) {
    const args = ['-m', 'pip', 'install', '--quiet', '--target', folder, 'ziglang'];
    const { code, output } = await run('python3', args, { show: false });
    if (code !== 0 || !existsSync(program)) {
      return { reason: `python3 ${args.join(' ')} failed: ${output.trim()}` };
    }
  }
  return { command: [program, 'c++'] };
}

/**
 * Finds or fetches promtool and the Prometheus server: `{ path }` of the server or `{ reason }`. The
 * package that holds them also starts a server, so the programs are taken out of the package and
 * nothing is installed.
 */
export async function ensurePrometheus() {
  const programs = ['promtool', 'prometheus'];
  for (const program of programs) {
    if ((await find(program)) !== undefined) continue;
    const target = join(toolsPath, program);
    const reason = await unpack('prometheus', `usr/bin/${program}`, target);
    if (reason !== undefined) return { reason };
  }
  return find('prometheus');
}

/**
 * Finds or fetches Alertmanager and its amtool: `{ path }` of the server or `{ reason }`. Nothing is
 * installed, for the same reason.
 */
export async function ensureAlertmanager() {
  const programs = ['amtool', 'prometheus-alertmanager'];
  for (const program of programs) {
    if ((await find(program)) !== undefined) continue;
    const target = join(toolsPath, program);
    const reason = await unpack('prometheus-alertmanager', `usr/bin/${program}`, target);
    if (reason !== undefined) return { reason };
  }
  // Debian's reads its templates from a file.
  const target = join(toolsPath, 'alertmanager-templates');
  if (!existsSync(target)) {
    const member = 'usr/share/prometheus/alertmanager';
    const reason = await unpack('prometheus-alertmanager', member, target);
    if (reason !== undefined) return { reason };
  }
  return find('prometheus-alertmanager');
}

/**
 * Finds or fetches Prometheus' Python library, the reference parser of OpenMetrics, into a folder
 * for PYTHONPATH: `{ path }` or `{ reason }`. Unpacked, it serves whichever Python is on the PATH.
 */
export async function ensurePythonParser() {
  const python = (await find('python3')) ?? (await install('python3', 'python3'));
  if (python.path === undefined) return python;
  const folder = join(toolsPath, 'python');
  const works = () => imports(python.path, 'prometheus_client.openmetrics.parser', folder);
  if (await works()) return { path: folder };
  const library = 'usr/lib/python3/dist-packages/prometheus_client';
  const reason =
    (await unpack('python3-prometheus-client', library, join(folder, 'prometheus_client'))) ??
    (await unpack(
      'python3-decorator',
      'usr/lib/python3/dist-packages/decorator.py',
      join(folder, 'decorator.py'),
    ));
  if (reason !== undefined) return { reason };
  return (await works()) ? { path: folder } : { reason: 'prometheus_client does not import' };
}

/**
 * Finds or fetches HdrHistogram for Java, which defines its formats, and a JDK to run it:
 * `{ path }` of the archive or `{ reason }`.
 */
export async function ensureJavaHdrHistogram() {
  const java = (await find('javac')) ?? (await install('javac', 'default-jdk-headless'));
  if (java.path === undefined) return java;
  const path = join(toolsPath, 'hdrhistogram.jar');
  if (existsSync(path)) return { path };
  const member = 'usr/share/java/hdrhistogram.jar';
  const reason = await unpack('libhdrhistogram-java', member, path);
  return reason === undefined ? { path } : { reason };
}

/** Finds or installs Prometheus' C++ library: `{ version }` or `{ reason }`. */
export async function ensurePrometheusCpp() {
  const header = '/usr/include/prometheus/counter.h';
  const name = 'prometheus-cpp-dev';
  if (!existsSync(header) && !existsSync('/usr/local/include/prometheus/counter.h')) {
    const { reason } = await installPackages([name], () => existsSync(header));
    if (reason !== undefined) return { reason };
  }
  const { output } = await run('dpkg-query', ['-s', name], { show: false });
  return { version: /^Version: ([^-\s]+)/m.exec(output)?.[1] ?? 'unknown' };
}

/** Finds or installs Chromium: `{ path }` or `{ reason }`. */
export async function ensureChromium() {
  const found = (await find('chromium')) ?? (await find('google-chrome'));
  return found ?? (await install('chromium', 'chromium'));
}

/**
 * Finds or installs Redis' server: `{ path }` or `{ reason }`. Debian's package of that name would
 * also start one; its tools hold the same program under another name.
 */
export async function ensureRedis() {
  const found = await find('redis-server');
  if (found !== undefined) return found;
  const tools =
    (await find('redis-check-rdb')) ?? (await install('redis-check-rdb', 'redis-tools'));
  if (tools.path === undefined) return tools;
  // It looks at the name that it was started by.
  await link(tools.path, 'redis-server');
  return find('redis-server');
}

/** Finds or installs PostgreSQL's server and its initdb: `{ path }` of the server or `{ reason }`. */
export async function ensurePostgres() {
  const programs = ['postgres', 'initdb'];
  const found = await Promise.all(programs.map(find));
  if (!found.includes(undefined)) return found[0];
  const isThere = async () => (await newestPostgres()) !== undefined;
  if (!(await isThere())) {
    const { reason } = await installPackages(['postgresql'], isThere);
    if (reason !== undefined) return { reason };
  }
  const folder = await newestPostgres();
  for (const program of programs) await link(join(folder, program), program);
  return find('postgres');
}

/** Debian keeps its programs off the PATH, in a folder for each version. */
async function newestPostgres() {
  const versions = await readdir('/usr/lib/postgresql').catch(() => []);
  const folders = versions
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => join('/usr/lib/postgresql', version, 'bin'));
  return folders.find((folder) => existsSync(join(folder, 'initdb')));
}

/** Makes a program of another folder one of the tools. */
async function link(path, name) {
  await mkdir(toolsPath, { recursive: true });
  await rm(join(toolsPath, name), { force: true });
  await symlink(path, join(toolsPath, name));
}

async function imports(python, module, folder) {
  const environment = { PYTHONPATH: folder };
  return (await run(python, ['-c', `import ${module}`], { show: false, environment })).code === 0;
}

async function find(program) {
  const path = findProgram(program) ?? join(toolsPath, program);
  return existsSync(path) ? { path } : undefined;
}

async function install(program, ...debianPackages) {
  const { reason } = await installPackages(
    debianPackages,
    async () => (await find(program)) !== undefined,
  );
  return reason === undefined ? find(program) : { reason };
}

/** Installs Debian packages; `isThere` says whether that brought what it was for. */
async function installPackages(debianPackages, isThere) {
  const names = debianPackages.join(' ');
  if (!findProgram('apt-get')) return { reason: `${names} is not installed` };
  const root = await asRoot();
  if (root === undefined) {
    const ways = `sudo apt-get install ${names}, or npm test -- --install`;
    return { reason: `${names} is not installed: ${ways}` };
  }
  console.log(`tools: installing ${names} (${root.join(' ')} install)`);
  const quiet = { show: false, environment: { DEBIAN_FRONTEND: 'noninteractive' } };
  const apt = (...args) => run(root[0], [...root.slice(1), ...args], quiet);
  await apt('update');
  const { output } = await apt('install', '-y', '--no-install-recommends', ...debianPackages);
  return (await isThere()) ? {} : { reason: failed(debianPackages[0], output) };
}

/** Takes one file or folder out of a Debian package; says why when it cannot. */
async function unpack(debianPackage, member, target) {
  if (!findProgram('apt-get') || !findProgram('dpkg-deb')) {
    return `it is not installed, and there is no Debian package ${debianPackage} to take it from`;
  }
  console.log(`tools: fetching ${basename(target)} from the Debian package ${debianPackage}`);
  const downloads = inRoot('.cache', 'downloads');
  await mkdir(downloads, { recursive: true });
  const quiet = { show: false, cwd: downloads };
  const download = () => run('apt-get', ['download', debianPackage], quiet);
  let result = await download();
  const root = await asRoot();
  if (result.code !== 0 && root !== undefined) {
    // A fresh machine has no package lists yet.
    await run(root[0], [...root.slice(1), 'update'], quiet);
    result = await download();
  }
  const archive = (await readdir(downloads)).find((name) => name.startsWith(`${debianPackage}_`));
  if (archive !== undefined) {
    result = await run('dpkg-deb', ['-x', archive, 'all'], quiet);
    await mkdir(dirname(target), { recursive: true });
    await rename(join(downloads, 'all', member), target).catch(() => {});
  }
  await rm(downloads, { recursive: true });
  return existsSync(target) ? undefined : failed(debianPackage, result.output);
}

/**
 * How to run apt-get as root: `['apt-get']`, `['sudo', '-n', 'apt-get']`, or undefined where that is
 * not possible or not allowed.
 */
async function asRoot() {
  if (!installing.isAllowed) return undefined;
  if (process.getuid?.() === 0) return ['apt-get'];
  if (!findProgram('sudo')) return undefined;
  const { code } = await run('sudo', ['-n', 'true'], { show: false });
  return code === 0 ? ['sudo', '-n', 'apt-get'] : undefined;
}

function failed(debianPackage, output) {
  const lines = output.trim().split('\n');
  const last = lines.findLast((line) => line.startsWith('E:')) ?? lines.at(-1) ?? '';
  return `the Debian package ${debianPackage} cannot be fetched (${last})`;
}
