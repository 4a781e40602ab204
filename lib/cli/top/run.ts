// vsr-metrics top: how files and their programs do, right now.

import type { Arguments } from '../arguments.js';

import { exitCodes, Failure } from '../failure.js';
import type { Streams } from '../streams.js';
import type { topCommand } from './command.js';
import { type Controls, initialControls, type Order, press } from './controls.js';
import { Model } from './model.js';
import { plainText } from './plain.js';
import { Terminal } from './terminal.js';
import { drawView } from './view.js';

export async function top(
  args: Arguments<typeof topCommand.options>,
  streams: Streams,
): Promise<number> {
  const { stdout, environment } = streams;
  const seconds = args.number('interval', { least: 0.1, most: 3600 }) ?? 1;
  const hungAfter = args.number('hung-after', { least: 0.1, most: 86_400 }) ?? 5;
  const controls: Controls = {
    ...initialControls,
    order: (args.text('sort') as Order | undefined) ?? initialControls.order,
    filter: args.text('filter') ?? '',
    total: args.has('total'),
    all: args.has('all'),
  };
  const members = args.number('members', { least: 1, most: 1000, whole: true });
  const model = new Model(args.operands, hungAfter * 1000, { members });
  model.sample();
  const problems = model.files.flatMap(({ problem }, index) =>
    problem === undefined ? [] : [`${args.operands[index]} ${problem}`],
  );
  // One that is missing may come; when all are, it is more likely that the names are wrong.
  if (problems.length === model.files.length) {
    throw new Failure(exitCodes.unreadable, problems.join('\n'));
  }
  const isScreen = stdout.isTTY === true && environment.TERM !== 'dumb' && !args.has('once');
  if (isScreen) {
    await new Session(model, controls, seconds, streams).run();
    return exitCodes.ok;
  }
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  model.sample();
  stdout.write(plainText(model, controls));
  return model.files.some(({ problem }) => problem !== undefined)
    ? exitCodes.unreadable
    : exitCodes.ok;
}

/** From taking the screen until it is given back. */
class Session {
  readonly #model: Model;
  readonly #streams: Streams;
  readonly #terminal: Terminal;
  readonly #intervalSeconds: number;
  #controls: Controls;
  #page = 0;
  #isSuspended = false;

  constructor(model: Model, controls: Controls, intervalSeconds: number, streams: Streams) {
    this.#model = model;
    this.#streams = streams;
    this.#terminal = new Terminal(streams);
    this.#controls = controls;
    this.#intervalSeconds = intervalSeconds;
  }

  async run(): Promise<void> {
    const stops: (() => void)[] = [];
    try {
      await new Promise<void>((resolve, reject) => {
        // Nothing may go wrong unseen on a screen that is about to be left.
        const guarded =
          <A extends unknown[]>(action: (...args: A) => void) =>
          (...args: A) => {
            try {
              action(...args);
            } catch (error) {
              reject(error);
            }
          };
        const tick = guarded(() => {
          if (this.#controls.paused) return;
          this.#model.sample();
          this.#draw();
        });
        const timer = setInterval(tick, this.#intervalSeconds * 1000);
        const draw = guarded(() => this.#draw());
        const onKey = guarded((key: Parameters<typeof press>[1]) => {
          const { controls, request } = press(this.#controls, key, this.#page);
          this.#controls = controls;
          if (request === 'quit') return resolve();
          if (request === 'suspend') this.#suspend(draw);
          else this.#draw();
        });
        const stopListening = this.#terminal.listen({ onKey, onResize: draw, onGone: resolve });
        void this.#streams.asked().then(() => resolve());
        // The terminal that is being closed says so to its programs.
        process.once('SIGHUP', resolve);
        stops.push(() => process.off('SIGHUP', resolve));
        stops.push(() => clearInterval(timer), stopListening);
        this.#terminal.enter();
        draw();
      });
    } finally {
      for (const stop of stops) stop();
      this.#terminal.leave();
    }
  }

  #draw(): void {
    if (this.#isSuspended) return;
    const { width, height, unicode } = this.#terminal;
    const { lines, page, scroll } = drawView(this.#model, this.#controls, {
      width,
      height,
      unicode,
      intervalSeconds: this.#intervalSeconds,
      now: new Date(),
    });
    this.#page = page;
    this.#controls = { ...this.#controls, scroll };
    this.#terminal.draw(lines);
  }

  /** What Ctrl-Z does to any program: the shell gets the terminal until `fg`. */
  #suspend(draw: () => void): void {
    this.#isSuspended = true;
    this.#terminal.leave();
    process.kill(process.pid, 'SIGTSTP');
    // Comes when the process goes on; at once where no shell is there to stop it for.
    setTimeout(() => {
      this.#isSuspended = false;
      this.#terminal.enter();
      draw();
    }, 50);
  }
}
