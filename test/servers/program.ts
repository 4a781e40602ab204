// A server that is a program of its own, from when it answers until it is killed:
//
//   const server = await ServerProgram.start('redis-server', ['--port', '7000'], isReady);
//   await server.stop();

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';

const patienceMs = 60_000;

export class ServerProgram {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Rejects with what it printed when it ends before it is ready. */
  static async start(
    command: string,
    args: readonly string[],
    isReady: () => Promise<boolean>,
    options: { readonly cwd?: string; readonly uid?: number; readonly gid?: number } = {},
  ): Promise<ServerProgram> {
    // A sanitizer that this process was started with is none of its.
    const { LD_PRELOAD, ...env } = process.env;
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let printed = '';
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
    }
    child.on('error', (error) => (printed += error.message));
    const server = new ServerProgram(child);
    const end = Date.now() + patienceMs;
    while (!(await isReady())) {
      if (child.exitCode === null && child.pid !== undefined && Date.now() < end) {
        await wait(20);
        continue;
      }
      await server.stop();
      throw new Error(`${command} did not start: ${printed.trim()}`);
    }
    return server;
  }

  /** As by Ctrl-Z: it is there, and does nothing. */
  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.kill('SIGCONT');
  }

  async stop(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    if (this.#child.pid === undefined) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill(signal);
    await gone;
  }
}
