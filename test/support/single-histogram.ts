// A registry with one histogram and nothing else.

import {
  createRegistry,
  defineCatalogue,
  type Histogram,
  type HistogramReading,
} from '../../lib/index.js';

export interface SingleHistogram {
  readonly recorder: Histogram;
  reading(): HistogramReading;
  reset(): void;
}

export function singleHistogram(options: {
  readonly bounds: readonly number[];
  readonly digits?: 1 | 2 | 3;
  readonly range?: { readonly min: number; readonly max: number };
}): SingleHistogram {
  const { bounds: buckets, ...others } = options;
  const catalogue = defineCatalogue({
    name: 'single',
    families: {
      size: {
        kind: 'histogram',
        name: 'single_seconds',
        help: 'One histogram.',
        buckets,
        ...others,
      },
    },
  });
  const capacity = { lanes: 1, series: 8, histograms: 1 };
  const registry = createRegistry({ catalogue, capacity });
  return {
    recorder: registry.metrics.size,
    reading: () => registry.snapshot().histogram('single_seconds')!,
    reset: () => registry.reset(),
  };
}
