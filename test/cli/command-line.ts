// The command as users run it, and the replicas whose files it reads: real processes all of them.

import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { inPackage } from '../support/package-root.js';
import { type Finished, runProgram } from '../support/processes.js';

/** What the package's `bin` names. */
export const command = inPackage('dist', 'lib', 'cli', 'main.js');

const replicaProgram = fileURLToPath(new URL('./programs/replica.js', import.meta.url));
const children = new Set<ChildProcess>();

/** Runs `vsr-metrics` to its end. */
export function vsrMetrics(
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<Finished> {
  return runProgram(process.execPath, [command, ...args], { environment });
}

/** Starts `vsr-metrics` and hands over its process. */
export function startVsrMetrics(args: readonly string[]): ChildProcess {
  return start(process.execPath, [command, ...args]);
}

/** Starts a program that endAll() ends. It finds the addon by the ordinary rules. */
export function start(program: string, args: readonly string[]): ChildProcess {
  const { VSR_METRICS_ADDON, LD_PRELOAD, ...env } = process.env;
  const child = spawn(program, args, { env: { ...env, LC_ALL: 'C.UTF-8', TERM: 'xterm' } });
  children.add(child);
  return child;
}

/** A replica that records into a file, from when it has recorded something. */
export async function startReplica(file: string, id: string): Promise<ChildProcess> {
  const child = fork(replicaProgram, [file, id], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  children.add(child);
  await once(child, 'message');
  return child;
}

/** Kills a process and waits until it is gone. */
export async function kill(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

/** Ends whatever a test left running. */
export async function endAll(): Promise<void> {
  await Promise.all(Array.from(children, (child) => kill(child)));
  children.clear();
}
