// Durations of what was done in one go: they end together, and most of them began together too.

import type { Histogram } from 'vsr-metrics';
import type { Stopwatch } from './stopwatch.js';

/** Whether anything is recorded. */
export interface Recording {
  isOn: boolean;
}

/**
 * Records each duration of a batch, and those with one beginning as one record of so many.
 *
 * @example
 * const prepared = new DurationBatch({ isOn: true }, stopwatch, metrics.prepareLatency);
 * for (const { sent } of decided) prepared.add(sent);
 * prepared.end(stopwatch.now());
 */
export class DurationBatch {
  readonly #recording: Recording;
  readonly #stopwatch: Stopwatch;
  readonly #histogram: Histogram;
  readonly #unit: 'ms' | 'seconds';
  // Beginnings, and how many there were of each; of both the first `#count` count.
  readonly #starts: number[] = [];
  readonly #times: number[] = [];
  #count = 0;

  constructor(
    recording: Recording,
    stopwatch: Stopwatch,
    histogram: Histogram,
    unit: 'ms' | 'seconds' = 'ms',
  ) {
    this.#recording = recording;
    this.#stopwatch = stopwatch;
    this.#histogram = histogram;
    this.#unit = unit;
  }

  /** One that began at `start`. */
  add(start: number): void {
    if (!this.#recording.isOn) return;
    const last = this.#count - 1;
    if (last >= 0 && this.#starts[last] === start) {
      this.#times[last]!++;
      return;
    }
    this.#starts[this.#count] = start;
    this.#times[this.#count] = 1;
    this.#count++;
  }

  /** All that were added end at `now`. */
  end(now: number): void {
    for (let index = 0; index < this.#count; index++) {
      const start = this.#starts[index]!;
      this.#stopwatch.record(this.#histogram, start, now, this.#unit, this.#times[index]!);
    }
    this.#count = 0;
  }
}
