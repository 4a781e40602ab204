// Sharing a registry: its counters, gauges and histograms are summed over all threads and processes
// that share it, and each of them shows the sums.
//
// Every metric keeps its own numbers as it does alone, and mirrors what it records into a region.

import type Registry = require('./registry.cjs');

import type { SharedFamily, SharedRegistryHandle } from './shared-types.cjs';
import type { Labels } from './types.cjs';

/** Series that are kept beside the shared ones: this thread's own. */
interface OwnSeries {
  readonly labels: Labels;
  /** What else happens to a value that is recorded. */
  mirror: ((value: number) => void) | undefined;
}

/** One metric's side of a shared family: what it shows in place of its own series. */
class SharedSeries<S extends OwnSeries> {
  readonly #family: SharedFamily;
  readonly #shown = new WeakMap<object, S>();

  constructor(family: SharedFamily) {
    this.#family = family;
  }

  mirror(series: S): void {
    series.mirror = this.#family.recorder(series.labels);
  }

  /** All series with the sums; `fill` puts the numbers into a series that is made for showing. */
  read(make: (labels: Labels) => S, fill: (shown: S, numbers: Float64Array) => void): S[] {
    return this.#family.read().map(({ labels, numbers }) => {
      let shown = this.#shown.get(labels);
      if (shown === undefined) {
        shown = make(labels);
        this.#shown.set(labels, shown);
      }
      fill(shown, numbers);
      return shown;
    });
  }

  /** Shows a series no more, on any thread. */
  remove(labels: Labels): void {
    this.#family.remove(labels);
  }

  /** Makes all series start again at nothing, on all threads, which go on recording into them. */
  restart(): void {
    for (const { labels } of this.#family.read()) {
      this.#family.remove(labels);
      this.#family.recorder(labels);
    }
  }
}

type Core = typeof import('./shared-region.js');

async function shareRegistry(
  registry: Registry,
  where?: string | SharedRegistryHandle,
): Promise<SharedRegistryHandle> {
  const core: Core = await import('./shared-region.js');
  const region = core.openSharedRegion(where);
  registry.shareIn(region);
  return region.share();
}

export = { SharedSeries, shareRegistry };
