// The command, in this process or as users start it, and the replicas whose files it reads: those are
// always processes of their own.

import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { run } from '../../lib/cli/run.js';
import { inPackage } from '../support/package-root.js';
import { type Finished, runProgram } from '../support/processes.js';

/** What the package's `bin` names. */
export const command = inPackage('dist', 'lib', 'cli', 'main.js');

const replicaProgram = fileURLToPath(new URL('./programs/replica.js', import.meta.url));
const children = new Set<ChildProcess>();

/** What was written, and a terminal if it is said to be one. */
export class Collected extends Writable {
  readonly isTTY: boolean;
  readonly #chunks: Buffer[] = [];

  constructor({ isTTY = false }: { readonly isTTY?: boolean } = {}) {
    super();
    this.isTTY = isTTY;
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString();
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.#chunks.push(chunk);
    done();
  }
}

/** Where a command in this process writes to, instead of to memory. */
export interface Surroundings {
  readonly environment?: Readonly<Record<string, string>>;
  readonly stdout?: Writable;
  readonly stderr?: Writable;
}

/** `vsr-metrics`, running in this process until it ends by itself or is asked to. */
export class Running {
  readonly #stdout: Writable;
  readonly #stderr: Writable;
  readonly code: Promise<number>;
  #ask: () => void = () => undefined;

  constructor(
    args: readonly string[],
    { environment = {}, stdout = new Collected(), stderr = new Collected() }: Surroundings = {},
  ) {
    this.#stdout = stdout;
    this.#stderr = stderr;
    const asked = new Promise<void>((resolve) => {
      this.#ask = resolve;
    });
    const stdin = Readable.from([]);
    this.code = run(args, { stdin, stdout, stderr, environment, asked: () => asked });
    running.add(this);
  }

  get stdout(): string {
    return this.#stdout instanceof Collected ? this.#stdout.text : '';
  }

  get stderr(): string {
    return this.#stderr instanceof Collected ? this.#stderr.text : '';
  }

  /** As Ctrl-C does. */
  async end(): Promise<number> {
    this.#ask();
    return this.code;
  }
}

const running = new Set<Running>();

/** Runs `vsr-metrics` in this process, to its end. */
export async function vsrMetrics(
  args: readonly string[],
  surroundings: Surroundings = {},
): Promise<Finished> {
  const command = new Running(args, surroundings);
  const code = await command.code;
  return { code, stdout: command.stdout, stderr: command.stderr };
}

/** Runs `vsr-metrics` as users do, to its end. */
export function spawnVsrMetrics(
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<Finished> {
  return runProgram(process.execPath, [command, ...args], { environment });
}

/** Starts `vsr-metrics` as users do, and hands over its process. */
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
  await Promise.all(Array.from(running, (command) => command.end()));
  running.clear();
  await Promise.all(Array.from(children, (child) => kill(child)));
  children.clear();
}
