// Finds and loads the native addon.
//
//   const addon = loadAddon();
//
// In this order: the file that VSR_METRICS_ADDON names (tests use it for sanitized builds), a local
// build in build/Release, a prebuilt binary in prebuilds/. The last two are node-gyp-build's rules,
// so what was just compiled in a checkout wins over a prebuilt binary.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);

/** The root of the package, seen from dist/lib/core/. */
const packageRoot = fileURLToPath(new URL('../../../../', import.meta.url));

/** Thrown when there is no binary for this machine, or one that it cannot load. */
export class AddonLoadError extends Error {
  override readonly name = 'AddonLoadError';
  readonly code = 'VSR_METRICS_ADDON';
}

/**
 * Loads the native addon, once a process and thread: later calls return the same object.
 *
 * @example
 * const binding = loadAddon() as Binding;
 * @throws AddonLoadError that names the platform and the command that builds the addon
 */
export function loadAddon(): unknown {
  const path = findAddon();
  try {
    return require(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AddonLoadError(
      `vsr-metrics: ${path} cannot be loaded on ${describePlatform()}: ${reason}\n${advice}`,
      { cause: error },
    );
  }
}

function findAddon(): string {
  const named = process.env.VSR_METRICS_ADDON;
  if (named !== undefined && named !== '') {
    if (existsSync(named)) return named;
    throw new AddonLoadError(`vsr-metrics: VSR_METRICS_ADDON names ${named}, which does not exist`);
  }
  const { path } = require('node-gyp-build') as { path(directory: string): string };
  try {
    return path(packageRoot);
  } catch (error) {
    throw new AddonLoadError(
      `vsr-metrics: no binary for ${describePlatform()} in ${packageRoot}\n${advice}`,
      { cause: error },
    );
  }
}

const advice = [
  'Build one; it needs a C++17 compiler (Debian, Ubuntu: apt-get install g++):',
  '  in a checkout:          npm run build:native',
  '  in another project:     npm explore vsr-metrics -- npm run build:native',
].join('\n');

/** For people: `linux-x64 glibc`, `darwin-arm64`. */
function describePlatform(): string {
  const machine = `${process.platform}-${process.arch}`;
  if (process.platform !== 'linux') return machine;
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return `${machine} ${report.header?.glibcVersionRuntime === undefined ? 'musl' : 'glibc'}`;
}
