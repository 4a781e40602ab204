// The functions that take series at one time.

import type { FunctionName } from '../functions.js';
import type { CompiledPattern } from '../matchers.js';
import { larger, smaller } from './arithmetic.js';
import { boundOfLabel, type ClassicBucket, classicQuantile } from './classic-quantile.js';
import { type Labels, Projection } from './labels.js';
import { nativeQuantile } from './native-histogram.js';
import { type Element, eachHistogram, eachNumber, element, type Vector } from './vector.js';

/** Scalars stand behind the vector, in their order. */
export type VectorFunction = (vector: Vector, scalars: readonly number[]) => Element[];

export const vectorFunctions: Partial<Readonly<Record<FunctionName, VectorFunction>>> = {
  abs: (vector) => eachNumber(vector, Math.abs),
  ceil: (vector) => eachNumber(vector, Math.ceil),
  clamp: (vector, [least, most]) => clamped(vector, least!, most!),
  clamp_max: (vector, [most]) => clamped(vector, Number.NEGATIVE_INFINITY, most!),
  clamp_min: (vector, [least]) => clamped(vector, least!, Number.POSITIVE_INFINITY),
  exp: (vector) => eachNumber(vector, Math.exp),
  floor: (vector) => eachNumber(vector, Math.floor),
  histogram_avg: (vector) => eachHistogram(vector, ({ sum, count }) => sum / count),
  histogram_count: (vector) => eachHistogram(vector, ({ count }) => count),
  histogram_sum: (vector) => eachHistogram(vector, ({ sum }) => sum),
  ln: (vector) => eachNumber(vector, Math.log),
  log10: (vector) => eachNumber(vector, Math.log10),
  log2: (vector) => eachNumber(vector, Math.log2),
  round: (vector, [nearest = 1]) => {
    // By the inverse, as Prometheus does: other digits come of it than of dividing first.
    const inverse = 1 / nearest;
    return eachNumber(vector, (value) => Math.floor(value * inverse + 0.5) / inverse);
  },
  sgn: (vector) => eachNumber(vector, (value) => (value < 0 ? -1 : value > 0 ? 1 : value)),
  sqrt: (vector) => eachNumber(vector, Math.sqrt),
};

/** The parts of a date, in UTC. */
export const dateFunctions: Partial<Readonly<Record<FunctionName, (date: Date) => number>>> = {
  day_of_month: (date) => date.getUTCDate(),
  day_of_week: (date) => date.getUTCDay(),
  day_of_year: (date) => 1 + Math.floor((date.getTime() - yearStart(date)) / 86_400_000),
  days_in_month: (date) => {
    // The day before the first of the next month; years below 100 mean themselves.
    const last = new Date(date.getTime());
    last.setUTCFullYear(date.getUTCFullYear(), date.getUTCMonth() + 1, 0);
    return last.getUTCDate();
  },
  hour: (date) => date.getUTCHours(),
  minute: (date) => date.getUTCMinutes(),
  month: (date) => date.getUTCMonth() + 1,
  year: (date) => date.getUTCFullYear(),
};

function yearStart(date: Date): number {
  const start = new Date(date.getTime());
  start.setUTCFullYear(date.getUTCFullYear(), 0, 1);
  return start.setUTCHours(0, 0, 0, 0);
}

export function datesOf(vector: Vector, part: (date: Date) => number): Element[] {
  return eachNumber(vector, (seconds) => part(new Date(Math.trunc(seconds) * 1000)));
}

function clamped(vector: Vector, least: number, most: number): Element[] {
  if (most < least) return [];
  return eachNumber(vector, (value) => larger(least, smaller(most, value)));
}

/** The labels that the buckets of a classic histogram share. */
export function wholeOfBuckets(): Projection {
  return Projection.dropping(['le']);
}

/** Of native histograms, and of classic ones by their buckets. */
export function quantiles(quantile: number, vector: Vector, whole: Projection): Element[] {
  const classic = new Map<string, { readonly labels: Labels; readonly buckets: ClassicBucket[] }>();
  for (const { labels, value, histogram } of vector) {
    if (histogram !== undefined) continue;
    const bound = boundOfLabel(labels.get('le'));
    if (bound === undefined) continue;
    const shared = whole.of(labels);
    const known = classic.get(shared.key);
    if (known === undefined) {
      classic.set(shared.key, { labels: shared, buckets: [{ bound, count: value }] });
    } else known.buckets.push({ bound, count: value });
  }
  const result: Element[] = [];
  for (const { labels, histogram } of vector) {
    if (histogram === undefined) continue;
    // A histogram in both forms says nothing: nobody knows which is meant.
    if (classic.delete(labels.key)) continue;
    result.push(element(labels.withoutMetadata, nativeQuantile(quantile, histogram)));
  }
  for (const { labels, buckets } of classic.values()) {
    result.push(element(labels.withoutMetadata, classicQuantile(quantile, buckets)));
  }
  return result;
}

/** Where the pattern fits a label, another one becomes what the replacement says. */
export function replacing(
  target: string,
  replacement: string,
  source: string,
  pattern: CompiledPattern,
): Projection {
  return new Projection((labels) => {
    const groups = pattern.groups(labels.get(source));
    if (groups === undefined) return labels;
    return labels.with(target, expanded(replacement, groups, pattern.groupsByName));
  });
}

/** `$1`, `${1}`, `$name`, `${name}` and `$$` of a replacement; what was not captured is empty. */
function expanded(
  replacement: string,
  groups: readonly (string | undefined)[],
  groupsByName: ReadonlyMap<string, readonly number[]>,
): string {
  return replacement.replace(
    /\$(?:\$|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu,
    (all, braced: string | undefined, bare: string | undefined) => {
      if (all === '$$') return '$';
      const name = braced ?? bare!;
      const isNumber = /^(0|[1-9]\d*)$/.test(name);
      const indexes = isNumber ? [Number(name)] : (groupsByName.get(name) ?? []);
      // Of groups with one name the first that took part.
      const index = indexes.find((each) => groups[each] !== undefined);
      return index === undefined ? '' : groups[index]!;
    },
  );
}

export function joining(target: string, separator: string, sources: readonly string[]): Projection {
  return new Projection((labels) =>
    labels.with(target, sources.map((source) => labels.get(source)).join(separator)),
  );
}

/** The same values with other labels. */
export function relabelled(vector: Vector, projection: Projection): Element[] {
  return vector.map((each) => ({ ...each, labels: projection.of(each.labels) }));
}
