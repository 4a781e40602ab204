// What the values of now say about one replica, or about all.

import type { Labels } from './format.js';
import { numberOf, type Series, type Store } from './store.js';

/** The series that have those of these labels that they have at all. */
export function matching(store: Store, name: string, labels: Labels): Series[] {
  const wanted = Object.entries(labels);
  return store
    .series(name)
    .filter((series) =>
      wanted.every(([label, value]) => (series.labels[label] ?? value) === value),
    );
}

/** All of them added up; of histograms how many values there are. */
export function sumOf(store: Store, name: string, labels: Labels = {}): number | undefined {
  const found = matching(store, name, labels);
  if (found.length === 0) return undefined;
  return found.reduce((sum, { value, count }) => sum + (count ?? numberOf(value)), 0);
}

/** The same per second. */
export function rateOf(store: Store, name: string, labels: Labels = {}): number | undefined {
  const rates = matching(store, name, labels)
    .map((series) => store.rate(name, series.labels))
    .filter((rate) => rate !== undefined);
  return rates.length === 0 ? undefined : rates.reduce((a, b) => a + b);
}

/** A percentile of the last seconds; the worst where there are several series. */
export function recentOf(
  store: Store,
  name: string,
  labels: Labels,
  percent: string,
): number | undefined {
  return matching(store, name, labels)
    .map(({ recent }) => recent?.percentiles[percent])
    .filter((value) => value !== null && value !== undefined)
    .reduce<number | undefined>((a, b) => Math.max(a ?? b, b), undefined);
}
