// Processes that record, for tests: started, told what to do, and really killed.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const running = new Set<ChildProcess>();
const files: string[] = [];
let made = 0;

/** A path on /dev/shm that removeAll() clears, with everything that was kept beside it. */
export function newFile(): string {
  const file = `/dev/shm/vsr-metrics-test-${process.pid}-${made++}.metrics`;
  files.push(file);
  return file;
}

export class RecordingProcess {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** `how` and `file` are the arguments of a program in programs/. */
  static async start(
    how: string,
    file: string,
    name = 'recording-process',
  ): Promise<RecordingProcess> {
    const program = fileURLToPath(new URL(`./programs/${name}.js`, import.meta.url));
    const child = fork(program, [how, file], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    running.add(child);
    await once(child, 'message');
    return new RecordingProcess(child);
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Sends an order and gives back the answer. */
  async tell(order: object): Promise<unknown> {
    const answer = once(this.#child, 'message');
    this.#child.send(order);
    return (await answer)[0];
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  async kill(): Promise<void> {
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
    running.delete(this.#child);
  }
}

/** Ends all processes of the test and removes their files. */
export async function removeAll(): Promise<void> {
  for (const child of running) {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }
  }
  running.clear();
  for (const file of files) {
    for (const suffix of ['', '.1', '.2', '.3', '.4']) rmSync(file + suffix, { force: true });
  }
  files.length = 0;
}
