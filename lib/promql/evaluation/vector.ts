// What expressions come to while they are evaluated.

import { Unanswered } from '../failure.js';
import type { Labels } from './labels.js';
import type { Outcome } from './rates.js';
import type { NativeHistogram, SeriesSource } from './series.js';

/** One series at one time. */
export interface Element {
  readonly labels: Labels;
  /** 0 for a histogram. */
  readonly value: number;
  readonly histogram: NativeHistogram | undefined;
}

export type Vector = readonly Element[];

/** What one evaluation is about. */
export interface Evaluation {
  readonly source: SeriesSource;
  /** Unix milliseconds. */
  readonly time: number;
  readonly lookbackMs: number;
  /** Between the times of a subquery that gives no step. */
  readonly stepMs: number;
  /** Counts what was done, and ends what takes too much. */
  readonly effort: Effort;
}

export class Effort {
  seriesRead = 0;
  #steps = 0;

  /** Subqueries within subqueries multiply. */
  step(most: number): void {
    if (++this.#steps <= most) return;
    throw new Unanswered({
      problem: 'subqueries evaluate their expressions too often',
      allowed: `up to ${most} times in one evaluation`,
    });
  }
}

/** How a node is evaluated. */
export type Evaluate<T> = (evaluation: Evaluation) => T;

export function element(labels: Labels, outcome: number | NativeHistogram): Element {
  if (typeof outcome === 'number') return { labels, value: outcome, histogram: undefined };
  return { labels, value: 0, histogram: outcome };
}

/** Every element as what becomes of its number; histograms are left out, and so is the name. */
export function eachNumber(vector: Vector, change: (value: number) => number): Element[] {
  const changed: Element[] = [];
  for (const { labels, value, histogram } of vector) {
    if (histogram !== undefined) continue;
    changed.push({ labels: labels.withoutMetadata, value: change(value), histogram: undefined });
  }
  return changed;
}

/** The same for histograms; numbers are left out. */
export function eachHistogram(
  vector: Vector,
  change: (histogram: NativeHistogram) => Outcome,
): Element[] {
  const changed: Element[] = [];
  for (const { labels, histogram } of vector) {
    const outcome = histogram === undefined ? undefined : change(histogram);
    if (outcome !== undefined) changed.push(element(labels.withoutMetadata, outcome));
  }
  return changed;
}

/** Throws when two elements have the same labels: names that told them apart were dropped. */
export function distinct<T extends Vector>(vector: T, what: string): T {
  if (vector.length < 2) return vector;
  const keys = new Set<string>();
  for (const { labels } of vector) {
    if (keys.has(labels.key)) {
      throw new Unanswered({
        problem: `${what} leaves two series with the same labels`,
        given: String(labels),
        allowed: 'series that differ in more than the name of their metric',
      });
    }
    keys.add(labels.key);
  }
  return vector;
}
