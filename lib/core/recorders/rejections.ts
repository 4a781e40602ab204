// Bad data is counted, not thrown: vsr_metrics_rejected_total{metric,reason}, and one warning each.

import { show } from '../errors.js';
import type { Warn } from '../warnings.js';
import type { ExemplarRejection } from './exemplars.js';
import type { Counter } from './interfaces.js';

export type RejectionReason =
  | 'nan'
  | 'infinite'
  | 'negative'
  | 'not_a_number'
  | 'not_a_count'
  | 'clock_step_back'
  | 'memory_exhausted'
  | 'after_close'
  | ExemplarRejection;

function reasonFor(value: unknown): RejectionReason {
  if (typeof value !== 'number') return 'not_a_number';
  if (Number.isNaN(value)) return 'nan';
  if (value === Infinity || value === -Infinity) return 'infinite';
  // Any other positive number is fine as a value, so this one was to say how many there are.
  return value < 0 ? 'negative' : 'not_a_count';
}

/** Counts what was not recorded. One per registry and thread. */
export class RejectionLog {
  readonly #counterFor: (metric: string, reason: RejectionReason) => Counter;
  readonly #counters = new Map<string, Counter>();
  readonly #tell: Warn;
  #closed = false;

  constructor(counterFor: (metric: string, reason: RejectionReason) => Counter, warn: Warn) {
    this.#counterFor = counterFor;
    this.#tell = warn;
  }

  /** From now on all that is recorded is counted as such (after-close.ts), good or bad. */
  close(): void {
    this.#closed = true;
  }

  /** A value that was refused. Never throws: recording does not. */
  reject(metric: string, value: unknown): void {
    this.#warn(metric, reasonFor(value), describe(value));
  }

  /** A value that would make a sum infinite. */
  rejectSum(metric: string, value: number): void {
    this.#warn(metric, 'infinite', `${show(value)}, which would make the sum infinite,`);
  }

  /** An exemplar that was refused; its value was recorded. */
  rejectExemplar(metric: string, reason: ExemplarRejection): void {
    this.#warn(metric, reason, 'an exemplar');
  }

  #warn(metric: string, reason: RejectionReason, what: string): void {
    if (!this.count(metric, reason)) return;
    this.#tell({
      code: 'VSR_METRICS_REJECTED',
      message:
        `${metric}: ${what} was not recorded (${reason}); further ones are only counted, ` +
        `in vsr_metrics_rejected_total{metric="${metric}",reason="${reason}"}`,
    });
  }

  /** Counts without a warning; true the first time. */
  count(metric: string, reason: RejectionReason, amount = 1): boolean {
    if (this.#closed) return false;
    const key = `${metric} ${reason}`;
    let counter = this.#counters.get(key);
    const first = counter === undefined;
    if (counter === undefined) {
      counter = this.#counterFor(metric, reason);
      this.#counters.set(key, counter);
    }
    counter.inc(amount);
    return first;
  }
}

// A value may refuse to become a string (a symbol, an object with a throwing toString).
function describe(value: unknown): string {
  return typeof value === 'number' || typeof value === 'string' ? show(value) : typeof value;
}
