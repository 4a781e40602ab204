// Shows the cluster every second, and listens to the keys: on a terminal a screen, otherwise lines.

import type { Snapshot } from 'vsr-metrics';
import { Terminal } from './terminal.js';
import { type ClusterState, describeCluster, drawCluster } from './view.js';

const everyMs = 1000;
// In raw mode it comes as a key.
const ctrlC = '\x03';

export interface ScreenOptions {
  readonly plain: boolean;
  /** What is to be shown of these two snapshots. */
  readonly stateOf: (snapshot: Snapshot, previous: Snapshot) => ClusterState;
  readonly subscribe: (
    schedule: { readonly everyMs: number },
    listener: (snapshot: Snapshot) => void,
  ) => () => void;
  readonly snapshot: () => Snapshot;
  readonly onKey: (key: string) => void;
}

export class Screen {
  readonly #options: ScreenOptions;
  readonly #terminal: Terminal | undefined;
  #state: ClusterState;
  readonly #stops: (() => void)[] = [];

  constructor(options: ScreenOptions) {
    this.#options = options;
    const isTerminal = process.stdout.isTTY && process.env.TERM !== 'dumb' && !options.plain;
    this.#terminal = isTerminal ? new Terminal() : undefined;
    const first = options.snapshot();
    this.#state = options.stateOf(first, first);
  }

  start(): void {
    const { subscribe, stateOf, onKey } = this.#options;
    const terminal = this.#terminal;
    if (terminal !== undefined) {
      terminal.enter({
        onKey: (key) => onKey(key === ctrlC ? 'q' : key),
        onResize: () => this.draw(),
        onGone: () => onKey('q'),
      });
    }
    this.#stops.push(
      subscribe({ everyMs }, (snapshot) => {
        this.#state = stateOf(snapshot, this.#state.snapshot);
        if (terminal === undefined) console.log(describeCluster(this.#state));
        else this.draw();
      }),
    );
    this.draw();
  }

  /** Once more, with what is known: something was asked for. */
  draw(notice = this.#state.notice): void {
    this.#state = { ...this.#state, notice };
    const terminal = this.#terminal;
    if (terminal === undefined) return;
    const lines = [...drawCluster(this.#state)];
    while (lines.length < terminal.height) lines.push([]);
    terminal.draw(lines.slice(0, terminal.height));
  }

  stop(): void {
    for (const stop of this.#stops) stop();
    this.#terminal?.leave();
  }
}
