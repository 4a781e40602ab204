// Installs node_modules when it is missing or does not match package-lock.json, so that
// `npm start` and `npm test` are single commands. Uses nothing but Node itself.

import { readFile } from 'node:fs/promises';
import { inRoot } from './paths.mjs';
import { run } from './run.mjs';

/** Runs `npm ci` when needed; throws when it fails. Install scripts are never run. */
export async function ensureDependencies() {
  const reason = await whyInstall();
  if (reason === undefined) return;
  console.log(`dependencies: ${reason}; running npm ci`);
  const { code } = await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
  if (code !== 0) throw new Error('npm ci failed, see above');
}

/** Why node_modules must be installed again, or undefined when it is as the lock file says. */
async function whyInstall() {
  const locked = await readPackages(inRoot('package-lock.json'));
  if (locked === undefined) throw new Error('package-lock.json is missing or damaged');
  const installed = await readPackages(inRoot('node_modules', '.package-lock.json'));
  if (installed === undefined) return 'node_modules is missing';
  for (const [path, wanted] of Object.entries(locked)) {
    if (path === '') continue;
    const found = installed[path];
    // Optional packages are those of other platforms.
    if (found === undefined && wanted.optional) continue;
    if (found?.version !== wanted.version) {
      return `${path.replace('node_modules/', '')} is not ${wanted.version}`;
    }
  }
  return undefined;
}

async function readPackages(path) {
  try {
    return JSON.parse(await readFile(path, 'utf8')).packages;
  } catch {
    return undefined;
  }
}
