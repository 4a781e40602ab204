// Labels that come again. Thousands of series have the same method or status: each such label is
// kept once, and every series that has it holds the same pair.

import type { SeriesInfo } from './family-info.js';

type Labels = SeriesInfo['labels'];

// A label with more values than that tells series apart, and would only be remembered in vain.
const rememberedValues = 1000;

export class LabelPairs {
  readonly #names = new Map<string, Map<string, Labels[number]>>();

  /** The same labels, with the pairs that are there already. */
  share(labels: Labels): Labels {
    return labels.map((pair) => this.#shared(pair));
  }

  #shared(pair: Labels[number]): Labels[number] {
    const [name, value] = pair;
    let values = this.#names.get(name);
    if (values === undefined) {
      values = new Map();
      this.#names.set(name, values);
    }
    const known = values.get(value);
    if (known !== undefined) return known;
    if (values.size >= rememberedValues) values.clear();
    values.set(value, pair);
    return pair;
  }
}
