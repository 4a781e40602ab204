// Sides in processes of their own, so that neither the compiler nor the garbage of one is mixed up
// with those of the other, and each pair of processes has its own luck with the place of its code.

import { type ChildProcess, fork, type StdioOptions } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { BudgetError } from '../core/errors.js';
import type { BudgetClock } from './clocks.js';
import type { FromOperation, ToOperation } from './operation-process.js';
import type { Pinning } from './pinning.js';
import type { Side } from './round.js';

const program = fileURLToPath(new URL('./operation-process.js', import.meta.url));

export class OperationProcess implements Side {
  readonly #module: string;
  readonly #child: ChildProcess;
  #receive: (answer: FromOperation) => void = () => undefined;
  #ended: FromOperation | undefined;

  private constructor(module: string, clock: BudgetClock, pinning: Pinning) {
    this.#module = module;
    // What the module prints is for people: our own output may be read by programs.
    const stdio: StdioOptions = ['ignore', 2, 2, 'ipc'];
    this.#child = fork(program, [module, clock], { ...pinning, stdio });
    this.#child.on('message', (answer) => this.#receive(answer as FromOperation));
    this.#child.once('exit', (code, signal) => this.#end(`ended by ${signal ?? `code ${code}`}`));
    this.#child.once('error', ({ message }) => this.#end(`cannot be started: ${message}`));
  }

  /** @throws BudgetError when the module cannot be loaded or has no operation */
  static async start(
    module: string,
    clock: BudgetClock,
    pinning: Pinning = {},
  ): Promise<OperationProcess> {
    const started = new OperationProcess(module, clock, pinning);
    await started.#answer();
    return started;
  }

  async run(operations: number): Promise<number> {
    const answer = await this.#ask({ run: operations });
    return (answer as { readonly nanoseconds: number }).nanoseconds;
  }

  /** Has the module check what it did, and ends the process. */
  async end(): Promise<void> {
    await this.#ask({ end: true });
    this.kill();
  }

  /** Ends the process whatever it does. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #ask(message: ToOperation): Promise<FromOperation> {
    // When it is gone, its end is the answer; that nothing can be sent adds nothing to that.
    this.#child.send(message, () => undefined);
    return this.#answer();
  }

  async #answer(): Promise<FromOperation> {
    const answer =
      this.#ended ??
      (await new Promise<FromOperation>((resolve) => {
        this.#receive = resolve;
      }));
    if (!('failure' in answer)) return answer;
    this.kill();
    throw new BudgetError('VSR_METRICS_BUDGET_OPERATION', {
      problem: `a module cannot be measured: ${answer.failure}`,
      given: this.#module,
    });
  }

  #end(how: string): void {
    this.#ended = { failure: `its process ${how}` };
    this.#receive(this.#ended);
  }
}
