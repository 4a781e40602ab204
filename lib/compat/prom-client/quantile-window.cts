// Quantiles of the last `maxAgeSeconds`: digests that take turns, `ageBuckets` of them. The oldest is
// read, all are filled.

import Digest = require('./digest.cjs');

class QuantileWindow {
  readonly #digests: Digest[];
  readonly #turnMilliseconds: number;
  #current = 0;
  #turnedAt = Date.now();

  constructor(maxAgeSeconds: number | undefined, ageBuckets: number | undefined) {
    // One digest in all places until its turn is over, as in prom-client: a value counts more than
    // once in it, which leaves the quantiles as they are.
    this.#digests = Array(ageBuckets).fill(new Digest());
    const isWindow = Boolean(maxAgeSeconds && ageBuckets);
    this.#turnMilliseconds = isWindow ? (maxAgeSeconds! * 1000) / ageBuckets! : Infinity;
  }

  push(value: number): void {
    this.#turn();
    for (const digest of this.#digests) digest.push(value);
  }

  quantile(part: number): number | undefined {
    return this.#turn().quantile(part);
  }

  /** 0: everything has aged away. */
  size(): number {
    return this.#turn().size;
  }

  compress(): void {
    for (const digest of this.#digests) digest.compress();
  }

  reset(): void {
    for (const digest of this.#digests) digest.reset();
  }

  #turn(): Digest {
    let elapsed = Date.now() - this.#turnedAt;
    while (elapsed > this.#turnMilliseconds) {
      this.#digests[this.#current] = new Digest();
      this.#current = (this.#current + 1) % this.#digests.length;
      elapsed -= this.#turnMilliseconds;
      this.#turnedAt += this.#turnMilliseconds;
    }
    return this.#digests[this.#current]!;
  }
}

export = QuantileWindow;
