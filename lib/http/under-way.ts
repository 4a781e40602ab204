// How many answers are under way: from the request until the client has taken the answer, or is gone.
//
//   const underWay = new UnderWay(100);
//   if (!underWay.add(response)) busy(response);

import type { ServerResponse } from 'node:http';

export class UnderWay {
  readonly #most: number;
  readonly #onIdle: () => void;
  #count = 0;

  /** `onIdle` is called whenever the last one has ended. */
  constructor(most: number, onIdle: () => void = () => undefined) {
    this.#most = most;
    this.#onIdle = onIdle;
  }

  get count(): number {
    return this.#count;
  }

  /** False: there are too many already. */
  add(response: ServerResponse): boolean {
    if (this.#count >= this.#most) return false;
    this.#count += 1;
    response.once('close', () => {
      this.#count -= 1;
      if (this.#count === 0) this.#onIdle();
    });
    return true;
  }
}
