// Run a program, show or collect what it prints, and say whether it succeeded.

import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root } from './paths.mjs';

/**
 * Runs `command` and resolves to `{ code, output }`; it never rejects, a program that cannot be
 * started gives code 127.
 *
 * - `show`: pass every line on to this terminal as it comes (default true)
 * - `environment`: variables added to this process's own
 * - `timeout`: milliseconds after which the program is killed (default: none)
 * - `signal`: kills it when it is aborted
 */
export function run(
  command,
  args,
  { show = true, environment = {}, cwd = root, timeout = 0, signal } = {},
) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout,
      signal,
      killSignal: 'SIGKILL',
    });
    const chunks = [];
    const take = (stream) => (chunk) => {
      chunks.push(chunk);
      if (show) stream.write(chunk);
    };
    child.stdout.on('data', take(process.stdout));
    child.stderr.on('data', take(process.stderr));
    child.on('error', (error) => {
      // What is aborted ends like anything else.
      if (error.name !== 'AbortError') resolve({ code: 127, output: String(error.message) });
    });
    // Who is ended may leave others behind that keep its output open.
    signal?.addEventListener('abort', () => {
      child.once('exit', () => {
        for (const stream of [child.stdout, child.stderr]) stream.destroy();
      });
    });
    child.on('close', (code, endedBy) => {
      const output = Buffer.concat(chunks).toString();
      resolve({ code: code ?? 1, output: endedBy ? `${output}\nended by ${endedBy}\n` : output });
    });
  });
}

/** The path of a program on PATH, or undefined. */
export function findProgram(name) {
  for (const directory of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(directory, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not here: look in the next directory.
    }
  }
  return undefined;
}
