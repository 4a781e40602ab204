// Which stretches of time have not arrived yet.
//
// Cumulative points repeat everything, so only the newest snapshot matters. Of deltas each stretch
// must arrive once: one that failed is sent again as it was, with the same times, beside the next,
// because nobody knows whether it had arrived after all and the receiver tells repetitions by their
// times. There is an end to that: the two oldest stretches become one, and nothing is lost.

import type { Snapshot } from '../../core/reading/snapshot.js';
import type { Interval } from './metric-data.js';

const mostStretches = 10;

export class Unsettled {
  readonly #isDelta: boolean;
  #settled: Snapshot | undefined;
  #waiting: Snapshot[] = [];

  constructor(isDelta: boolean) {
    this.#isDelta = isDelta;
  }

  add(snapshot: Snapshot): void {
    if (!this.#isDelta) this.#waiting = [];
    this.#waiting.push(snapshot);
    // Without this end of a stretch, the next one begins where this one did.
    if (this.#waiting.length > mostStretches) this.#waiting.shift();
  }

  /** Oldest first. */
  get intervals(): Interval[] {
    return this.#waiting.map((to, index) => ({
      from: index === 0 ? this.#settled : this.#waiting[index - 1],
      to,
      isDelta: this.#isDelta,
    }));
  }

  /** All of it has arrived, or never will. */
  settle(): void {
    if (this.#isDelta) this.#settled = this.#waiting.at(-1);
    this.#waiting = [];
  }
}
