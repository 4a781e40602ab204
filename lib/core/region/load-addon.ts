// Finds and loads the native addon.
//
//   const addon = loadAddon();
//
// In this order: the file that VSR_METRICS_ADDON names (tests use it for sanitized builds), a local
// build in build/Release, a prebuilt binary in prebuilds/, as prebuildify names it. So what was just
// compiled in a checkout wins over a prebuilt binary.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AddonLoadError } from '../errors.js';

const require = createRequire(import.meta.url);

/** The root of the package, seen from dist/lib/core/. */
const packageRoot = fileURLToPath(new URL('../../../../', import.meta.url));

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
    throw refuse(`${path} cannot be loaded on ${describePlatform()}: ${reason}\n${advice}`, error);
  }
}

function findAddon(): string {
  const named = process.env.VSR_METRICS_ADDON;
  if (named !== undefined && named !== '') {
    if (existsSync(named)) return named;
    throw refuse(`VSR_METRICS_ADDON names ${named}, which does not exist`);
  }
  const found = candidates().find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw refuse(`no binary for ${describePlatform()} in ${packageRoot}\n${advice}`);
}

/** Where a binary for this platform may lie, the best first. */
function candidates(): string[] {
  const { platform, arch } = process;
  const prebuilt = join(packageRoot, 'prebuilds', `${platform}-${arch}`);
  return [
    join(packageRoot, 'build', 'Release', 'vsr_metrics.node'),
    ...(platform === 'linux' ? [join(prebuilt, `vsr-metrics.${libc()}.node`)] : []),
    join(prebuilt, 'vsr-metrics.node'),
  ];
}

/** The name that prebuildify puts into a file's. A report of the process would say, after 10 ms. */
const libc = () => (existsSync('/etc/alpine-release') ? 'musl' : 'glibc');

function refuse(problem: string, cause?: unknown): AddonLoadError {
  return new AddonLoadError('VSR_METRICS_ADDON', { problem: `vsr-metrics: ${problem}`, cause });
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
