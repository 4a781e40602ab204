import type { LabelMatcher } from '../matchers.js';
import { fits, type Series, type SeriesSource } from './series.js';

/**
 * Series in memory, found by the name of their metric.
 *
 * @example
 * ```ts
 * import { Labels, SeriesList, compile } from 'vsr-metrics/promql';
 *
 * const labels = Labels.of({ __name__: 'requests_total', job: 'api' });
 * const series = { labels, times: [0, 15_000, 30_000], values: [0, 30, 60] };
 * const rate = compile('rate(requests_total[1m])');
 * console.log(rate.evaluate(new SeriesList([series]), 40_000)); // 2 per second, extrapolated to the window
 * ```
 */
export class SeriesList implements SeriesSource {
  readonly #all: readonly Series[];
  readonly #byName = new Map<string, Series[]>();

  constructor(all: Iterable<Series>) {
    this.#all = [...all];
    for (const series of this.#all) {
      const name = series.labels.get('__name__');
      const known = this.#byName.get(name);
      if (known === undefined) this.#byName.set(name, [series]);
      else known.push(series);
    }
  }

  select(matchers: readonly LabelMatcher[]): readonly Series[] {
    const name = matchers.find(({ label, operator }) => label === '__name__' && operator === '=');
    const candidates = name === undefined ? this.#all : (this.#byName.get(name.value) ?? []);
    // Most selectors have nothing but the name.
    const others = matchers.filter((matcher) => matcher !== name);
    if (others.length === 0) return candidates;
    return candidates.filter(({ labels }) => fits(labels, others));
  }
}
