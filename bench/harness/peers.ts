// Packages to compare with: those of this package's own development dependencies, and those that
// `npm run bench` installs into bench/peers.
//
//   const { version, unavailable } = findPeer('@platformatic/prom-client');
//   const { Counter } = loadPeer<typeof import('prom-client')>('@platformatic/prom-client');

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const homes = [root, `${root}bench/peers/`];

export interface FoundPeer {
  readonly version: string;
  /** Why it cannot be measured here. */
  readonly unavailable?: string;
}

interface Manifest {
  readonly version: string;
  readonly engines?: { readonly node?: string };
}

function homeOf(name: string): string | undefined {
  return homes.find((home) => existsSync(`${home}node_modules/${name}/package.json`));
}

/** The version of a package, and why it cannot be measured here, if it cannot. */
export function findPeer(name: string, nodeVersion = process.versions.node): FoundPeer {
  const home = homeOf(name);
  if (home === undefined) return { version: '', unavailable: `${name} is not installed` };
  const text = readFileSync(`${home}node_modules/${name}/package.json`, 'utf8');
  const { version, engines } = JSON.parse(text) as Manifest;
  // The oldest version of Node that it names, whatever the range looks like.
  const named = [...(engines?.node ?? '').matchAll(/(?<![.\d])\d+/g)].map(Number);
  const oldest = Math.min(...named);
  if (named.length > 0 && Number(nodeVersion.split('.')[0]) < oldest) {
    return { version, unavailable: `${name} ${version} needs Node ${oldest}` };
  }
  return { version };
}

/**
 * Loads a package from where it was found.
 *
 * @example
 * const { Gauge } = loadPeer<typeof import('prom-client')>('prom-client');
 */
export function loadPeer<Module>(name: string): Module {
  const home = homeOf(name);
  if (home === undefined) throw new Error(`${name} is not installed`);
  return createRequire(`${home}package.json`)(name) as Module;
}
