// The programs that some checks need and npm does not bring: clang-format and promtool.
// On Debian and Ubuntu they are fetched when possible; otherwise the caller learns why not.

import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inRoot } from './paths.mjs';
import { findProgram, run } from './run.mjs';

/** Where programs lie that were taken out of Debian packages, for a PATH. */
export const toolsPath = inRoot('.cache', 'tools');

/** Finds or installs clang-format: `{ path }` or `{ reason }`. */
export async function ensureClangFormat() {
  return (await find('clang-format')) ?? (await install('clang-format', 'clang-format'));
}

/**
 * Finds or fetches promtool: `{ path }` or `{ reason }`. The package that holds it also starts a
 * Prometheus server, so the one program is taken out of the package and nothing is installed.
 */
export async function ensurePromtool() {
  return (await find('promtool')) ?? (await unpack('promtool', 'prometheus'));
}

async function find(program) {
  const path = findProgram(program) ?? join(toolsPath, program);
  return existsSync(path) ? { path } : undefined;
}

async function install(program, debianPackage) {
  if (!findProgram('apt-get')) return { reason: `${program} is not installed` };
  const root = await asRoot();
  if (root === undefined) {
    return { reason: `${program} is not installed: sudo apt-get install ${debianPackage}` };
  }
  console.log(`tools: installing ${debianPackage}`);
  const quiet = { show: false, environment: { DEBIAN_FRONTEND: 'noninteractive' } };
  const apt = (...args) => run(root[0], [...root.slice(1), ...args], quiet);
  await apt('update');
  const { output } = await apt('install', '-y', '--no-install-recommends', debianPackage);
  return (await find(program)) ?? { reason: failed(debianPackage, output) };
}

async function unpack(program, debianPackage) {
  if (!findProgram('apt-get') || !findProgram('dpkg-deb')) {
    return { reason: `${program} is not installed` };
  }
  console.log(`tools: fetching ${program} from the Debian package ${debianPackage}`);
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
    result = await run('dpkg-deb', ['-x', archive, join(downloads, 'all')], quiet);
    await mkdir(toolsPath, { recursive: true });
    await rename(join(downloads, 'all', 'usr', 'bin', program), join(toolsPath, program));
    await rm(downloads, { recursive: true });
  }
  return (await find(program)) ?? { reason: failed(debianPackage, result.output) };
}

/** How to run apt-get as root: `['apt-get']`, `['sudo', '-n', 'apt-get']`, or undefined. */
async function asRoot() {
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
