// Disks: what is left of the file system that holds a path, and whether it can be written to.
//
//   health.add('disk', diskCheck({ path: '/var/lib/ledger', write: true }));

import { randomUUID } from 'node:crypto';
import { rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { flag, text } from '../../core/options.js';
import type { HealthCheck } from '../run-check.js';
import { above, checkOptionsOf, findingOf, limit, type Remark, rounded } from './limits.js';

/** What `diskCheck` takes; nothing is needed. */
export interface DiskCheckOptions {
  /** Something on the file system: `/` unless told otherwise. */
  readonly path?: string;
  /** Of what an ordinary user can fill: 85 unless told otherwise. */
  readonly degradedPercent?: number;
  /** Of what an ordinary user can fill: 95 unless told otherwise. */
  readonly unhealthyPercent?: number;
  /** The path is a folder, in which a small file can be written and removed. */
  readonly write?: boolean;
}

const checkOptions = checkOptionsOf<DiskCheckOptions>('disk', {
  path: text('a path'),
  degradedPercent: limit,
  unhealthyPercent: limit,
  write: flag,
});

/**
 * A check of how full a file system is, of bytes and of files (inodes): the fuller of both decides.
 *
 * @example
 * ```ts
 * import { createHealthChecks, diskCheck } from 'vsr-metrics/health';
 *
 * createHealthChecks().add('disk', diskCheck({ path: '/var/lib/ledger', degradedPercent: 70 }));
 * ```
 * @throws HealthError when an option does not fit
 */
export function diskCheck(options: DiskCheckOptions = {}): HealthCheck {
  checkOptions(options);
  const { path = '/', write = false, degradedPercent = 85, unhealthyPercent = 95 } = options;
  return async (signal) => {
    const { bsize, blocks, bfree, bavail, files, ffree } = await statfs(path);
    const space = percentOf(blocks - bfree, bavail);
    const inodes = percentOf(files - ffree, ffree);
    const look = (percent: number, what: string): Remark => {
      const message = `${rounded(percent)} % of the ${what} of ${path} are used`;
      return above(percent, degradedPercent, unhealthyPercent, message);
    };
    const remarks = [look(space, 'bytes'), look(inodes, 'files')];
    if (write) await tryToWrite(path, signal);
    return findingOf(remarks, {
      free_bytes: bavail * bsize,
      total_bytes: blocks * bsize,
      used_percent: rounded(space),
      used_files_percent: rounded(inodes),
    });
  };
}

/** Some file systems have no fixed number of files: they say 0 of 0. */
function percentOf(used: number, left: number): number {
  return used + left === 0 ? 0 : (100 * used) / (used + left);
}

async function tryToWrite(folder: string, signal: AbortSignal): Promise<void> {
  const probe = join(folder, `.vsr-metrics-${randomUUID()}`);
  try {
    await writeFile(probe, 'health check\n', { flag: 'wx', flush: true, signal });
  } finally {
    await rm(probe, { force: true });
  }
}
