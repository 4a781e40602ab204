// Runs the programs of test/fixtures: what must be tried in a process of its own.

import { execFile } from 'node:child_process';
import { inPackage } from './package-root.js';

/** How a program ended: `code` is undefined when it had to be killed. */
export interface Ended {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a compiled program of test/fixtures with the addon that this run of the tests uses. It is
 * killed when it has not ended after `patience` milliseconds.
 *
 * @example
 * const { code, stdout } = await runFixture('dropped-registries', { flags: ['--expose-gc'] });
 */
export function runFixture(
  name: string,
  options: {
    readonly flags?: readonly string[];
    readonly args?: readonly string[];
    readonly environment?: Readonly<Record<string, string>>;
    readonly patience?: number;
  } = {},
): Promise<Ended> {
  const { flags = [], args = [], environment, patience = 15_000 } = options;
  const program = inPackage('dist', 'test', 'fixtures', `${name}.js`);
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [...flags, program, ...args],
      { env: { ...process.env, ...environment }, timeout: patience, killSignal: 'SIGKILL' },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : undefined;
        resolve({ code, stdout, stderr });
      },
    );
  });
}
