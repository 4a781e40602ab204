// Runs other programs in tests.

import { execFile } from 'node:child_process';

/** How a program ended and what it printed. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end. It finds the addon by the ordinary rules, whatever binary this run of
 * the tests was told to use.
 *
 * @example
 * const { code, stdout } = await runProgram(process.execPath, ['-p', '1 + 1']);
 */
export function runProgram(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly environment?: Record<string, string> } = {},
): Promise<Finished> {
  const { VSR_METRICS_ADDON, LD_PRELOAD, ...inherited } = process.env;
  return new Promise((resolve) => {
    const env = { ...inherited, ...options.environment };
    execFile(
      command,
      args,
      { cwd: options.cwd, env, maxBuffer: 64 << 20 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        resolve({ code, stdout, stderr });
      },
    );
  });
}
