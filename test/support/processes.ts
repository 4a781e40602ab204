// Runs other programs in tests.

import { type ChildProcess, spawn } from 'node:child_process';

/** How a program ended and what it printed. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  readonly cwd?: string;
  readonly environment?: Record<string, string>;
  /**
   * After so long it is killed, with all that it started, and the promise rejects with what it was and
   * what it had printed. Without it the limit is that of the test, which knows neither.
   */
  readonly limitMs?: number;
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
  { cwd, environment, limitMs }: ProgramOptions = {},
): Promise<Finished> {
  const { VSR_METRICS_ADDON, LD_PRELOAD, ...inherited } = process.env;
  return new Promise((resolve, reject) => {
    const isGroup = limitMs !== undefined;
    const env = { ...inherited, ...environment };
    const child = spawn(command, args, {
      env,
      detached: isGroup,
      ...(cwd !== undefined && { cwd }),
    });
    const printed = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => (printed[name] += text));
    }
    const limit = isGroup
      ? setTimeout(() => {
          killGroup(child);
          const said = `${printed.stdout}${printed.stderr}`.trim().slice(-2000);
          const what = [command, ...args].join(' ');
          reject(new Error(`had not ended after ${limitMs} ms: ${what}\nIt had printed: ${said}`));
        }, limitMs)
      : undefined;
    child.on('error', (error) => {
      clearTimeout(limit);
      resolve({ code: 1, stdout: printed.stdout, stderr: printed.stderr || error.message });
    });
    child.on('close', (code) => {
      clearTimeout(limit);
      resolve({ code: code ?? 1, ...printed });
    });
  });
}

/** A package manager runs others, and those hold its output open. */
function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
