// Scrapes, beside prom-client's: the same series with the same numbers in both. 10,000 counters with
// two labels, and 1,000 histograms with twelve bounds; a hundredth of it in very short trials.
//
// After ours has been timed both texts are compared, line by line: neither leaves anything out.

import { defineCase } from '../harness/javascript-case.js';
import { ours, packageVersion } from '../harness/versions.js';
import {
  checkEqual,
  counters,
  histograms,
  type OurSide,
  type Workload,
} from './rendering-workloads.js';

type Renderers = typeof import('../../lib/exposition/index.js');

/** Peers of this library: what each does in one operation. */
const ways: Record<string, (side: OurSide, renderers: Renderers) => () => { length: number }> = {
  'vsr-metrics, snapshot and renderPrometheus':
    (side, { renderPrometheus }) =>
    () =>
      renderPrometheus(side.snapshot()),
  'vsr-metrics, renderPrometheus': (side, { renderPrometheus }) => {
    const snapshot = side.snapshot();
    return () => renderPrometheus(snapshot);
  },
  'vsr-metrics, renderBytes': (side, { renderBytes }) => {
    const snapshot = side.snapshot();
    return () => renderBytes('prometheus', snapshot);
  },
  'vsr-metrics, renderOpenMetrics': (side, { renderOpenMetrics }) => {
    const snapshot = side.snapshot();
    return () => renderOpenMetrics(snapshot);
  },
  // A series more makes another layout, for which everything is prepared again.
  'vsr-metrics, first time after a new series':
    (side, { renderPrometheus }) =>
    () => {
      side.addSeries();
      return renderPrometheus(side.snapshot());
    },
};

/** Below so many seconds a trial is there to show that everything runs. */
const leastSeconds = 0.05;

interface Scrape {
  readonly group: string;
  make(share: number): Workload;
}

const scrapes: Scrape[] = [
  { group: 'render-counters-10k', make: (share) => counters(10_000 * share) },
  { group: 'render-histograms-1k', make: (share) => histograms(1000 * share) },
];

function workloadOf({ make }: Scrape, seconds: number): Workload {
  return make(seconds < leastSeconds ? 0.01 : 1);
}

function ourCase(scrape: Scrape, peer: string) {
  return defineCase({
    ...ours,
    group: scrape.group,
    peer,
    prepare: async (_shared, _thread, seconds) => {
      const { makeOurs, makeTheirs } = workloadOf(scrape, seconds);
      const side = await makeOurs();
      const renderers = await import('../../lib/exposition/index.js');
      const render = ways[peer]!(side, renderers);
      let rendered = 0;
      return {
        run(first, end) {
          for (let index = first; index < end; index++) if (render().length > 0) rendered++;
        },
        total: async () => {
          const text = renderers.renderPrometheus((await makeOurs()).snapshot());
          return (await checkEqual(text, await makeTheirs())) > 0 ? rendered : 0;
        },
      };
    },
  });
}

function theirCase(scrape: Scrape) {
  return defineCase({
    group: scrape.group,
    peer: 'prom-client, metrics()',
    version: packageVersion('prom-client'),
    prepare: async (_shared, _thread, seconds) => {
      const registry = await workloadOf(scrape, seconds).makeTheirs();
      let rendered = 0;
      return {
        async run(first, end) {
          for (let index = first; index < end; index++) {
            if ((await registry.metrics()).length > 0) rendered++;
          }
        },
        total: () => rendered,
      };
    },
  });
}

export default scrapes.flatMap((scrape) => [
  ...Object.keys(ways).map((peer) => ourCase(scrape, peer)),
  theirCase(scrape),
]);
