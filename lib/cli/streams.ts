// Where a command reads and writes: the process's own streams, or those of a test.

import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { printableLines } from './text.js';

/** Standard output or error; a terminal says how large it is. */
export type Output = Writable & {
  readonly isTTY?: boolean;
  readonly fd?: number;
  readonly columns?: number;
  readonly rows?: number;
};

/** Standard input; a terminal can be asked for every key. */
export type Input = Readable & {
  readonly isTTY?: boolean;
  setRawMode?(mode: boolean): unknown;
};

export interface Streams {
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Waits until somebody asks a command that would go on to end, as with Ctrl-C. */
  asked(): Promise<unknown>;
}

/** Those of this process. */
export function processStreams(): Streams {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    asked: () => Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]),
  };
}

/** Writes a line for people; a terminal obeys nothing that files or arguments made it hold. */
export function say(output: Output, line: string): void {
  output.write(`${printableLines(line)}\n`);
}

/** Standard output while a command runs: it fails when nobody reads on, or when there is no room. */
export class WatchedOutput {
  readonly #output: Output;
  /** Resolves at the first failure. */
  readonly failed: Promise<void>;
  error: NodeJS.ErrnoException | undefined;

  constructor(output: Output) {
    this.#output = output;
    this.failed = new Promise((resolve) => {
      output.on('error', (error) => {
        this.error ??= error;
        resolve();
      });
    });
  }

  /**
   * Waits until all is written.
   *
   * @throws why it could not be
   */
  async finished(): Promise<void> {
    const flushed = new Promise<unknown>((resolve) => {
      if (this.error === undefined) this.#output.write('', resolve);
    });
    await Promise.race([flushed, this.failed]);
    if (this.error !== undefined) throw this.error;
  }
}

/** The reader of a pipe went away, or the terminal was closed: that ends a command, and is no error. */
export function isGone({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EPIPE' || code === 'EIO' || code === 'ECONNRESET';
}
