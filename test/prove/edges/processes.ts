// The processes of a scene: started, killed, and watched. None may end but by a kill or when told to.

import { type ChildProcess, fork, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type {
  RecorderAnswer,
  RecorderArguments,
  RecorderOrder,
  Remains,
} from '../programs/edges-recorder.js';
import { claim, delay } from '../proof.js';
import { wordsOfSeat } from './tally.js';

const program = fileURLToPath(new URL('../programs/edges-recorder.js', import.meta.url));
const longestAnswer = 60_000;

/** Why a process did not open the registry. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

abstract class Watched {
  readonly seat: number;
  readonly ended: Promise<void>;
  protected readonly child: ChildProcess;
  #said = '';
  #ending: 'kill' | 'end' | undefined;
  #end: { readonly code: number | null; readonly signal: string | null } | undefined;

  constructor(child: ChildProcess, seat: number) {
    this.child = child;
    this.seat = seat;
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-4000);
    });
    this.ended = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        this.#end = { code, signal };
        resolve();
      });
    });
  }

  get wasKilled(): boolean {
    return this.#ending === 'kill';
  }

  get said(): string {
    return this.#said;
  }

  /** @throws when it has ended otherwise than it should have */
  check(): void {
    if (this.#end === undefined) return;
    const { code, signal } = this.#end;
    const isGood =
      (this.#ending === 'kill' && signal === 'SIGKILL') ||
      (this.#ending === 'end' && code === 0 && signal === null);
    claim(isGood, `a process ended with ${signal ?? `code ${code}`}: ${this.#said}`);
  }

  async kill(): Promise<void> {
    // It may just be ending: then it was not killed.
    if (this.#end === undefined) {
      this.expect('kill');
      this.child.kill('SIGKILL');
    }
    await this.ended;
    this.check();
  }

  protected expect(ending: 'kill' | 'end'): void {
    this.#ending = ending;
  }
}

/** A process that records from JavaScript. */
export class Recorder extends Watched {
  /** Resolves once it records, or with why it does not. */
  readonly opened: Promise<Refusal | undefined>;

  constructor(args: RecorderArguments) {
    const stdio = ['ignore', 'ignore', 'pipe', 'ipc'] as const;
    super(fork(program, [JSON.stringify(args)], { stdio: [...stdio] }), args.seat);
    this.opened = this.#answer().then((answer) => {
      if (answer === undefined || !('refused' in answer)) return undefined;
      this.expect('end');
      return { code: answer.refused, message: answer.message };
    });
  }

  /** Closes and opens the registry so often. */
  async reopen(times: number): Promise<Refusal | undefined> {
    const answer = await this.#ask({ do: 'reopen', times });
    if (answer === undefined || !('refused' in answer)) return undefined;
    this.expect('end');
    await this.ended;
    this.check();
    return { code: answer.refused, message: answer.message };
  }

  async end(): Promise<Remains> {
    this.expect('end');
    const answer = await this.#ask({ do: 'end' });
    await this.ended;
    this.check();
    claim(answer !== undefined && 'done' in answer, 'a process did not say how it ended');
    return answer.remains!;
  }

  #ask(order: RecorderOrder): Promise<RecorderAnswer | undefined> {
    const answer = this.#answer();
    this.child.send(order);
    return answer;
  }

  /** Undefined: it ended without a word. */
  async #answer(): Promise<RecorderAnswer | undefined> {
    const late = new AbortController();
    const answer = await Promise.race([
      new Promise<RecorderAnswer>((resolve) => this.child.once('message', resolve)),
      this.ended,
      delay(longestAnswer, late.signal).then(() => 'late' as const),
    ]);
    late.abort();
    claim(answer !== 'late', `a process hangs: ${this.said}`);
    return answer ?? undefined;
  }
}

/** A process of C++ that forks children. */
export class Forker extends Watched {
  readonly opened: Promise<Refusal | undefined>;

  constructor(forking: string, { file, page, seats, seat }: RecorderArguments) {
    // A sanitizer that this process was started with is none of its.
    const { LD_PRELOAD, ...env } = process.env;
    const args = [file, page, String(8 * seats * wordsOfSeat), String(seat)];
    super(spawn(forking, args, { env, stdio: ['pipe', 'pipe', 'pipe'] }), seat);
    this.child.stdin!.on('error', () => undefined);
    this.opened = this.#firstLine().then((line) => {
      const [, code, message] = /^refused (\S+) (.*)/.exec(line) ?? [];
      if (code === undefined) return undefined;
      this.expect('end');
      return { code, message: message! };
    });
  }

  async end(): Promise<void> {
    this.expect('end');
    this.child.stdin!.end();
    await this.ended;
    this.check();
  }

  async #firstLine(): Promise<string> {
    const line = new Promise<string>((resolve) => {
      this.child.stdout!.setEncoding('utf8').once('data', resolve);
    });
    return (await Promise.race([line, this.ended])) ?? '';
  }
}
