// Gauges that a callback fills: sampled every second on the thread that owns them.
//
// While that thread is blocked the cell keeps its last value and the time it was taken; a reader
// elsewhere knows how old it is.

import type { Warn } from '../warnings.js';
import { closedError } from './family.js';

const intervalMs = 1000;

export class ObservableGauges {
  readonly #samples = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;
  readonly #warn: Warn;
  #closed = false;

  constructor(warn: Warn) {
    this.#warn = warn;
  }

  /** Samples at once and then every second, until the returned function is called. */
  add(callback: () => number, store: (value: number) => void): () => void {
    if (this.#closed) throw closedError();
    const sample = () => store(callback());
    sample();
    this.#samples.add(sample);
    this.#timer ??= setInterval(() => this.#sampleAll(), intervalMs).unref();
    return () => {
      this.#samples.delete(sample);
      if (this.#samples.size === 0) this.#stop();
    };
  }

  close(): void {
    this.#closed = true;
    this.#stop();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #sampleAll(): void {
    for (const sample of this.#samples) {
      try {
        sample();
      } catch (error) {
        // One failing callback must not silence the others; it is reported, and tried again.
        const message = `a gauge's callback failed: ${String(error)}`;
        this.#warn({ code: 'VSR_METRICS_CALLBACK', message });
      }
    }
  }
}
