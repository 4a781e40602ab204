// Scrapes, beside prom-client's: the same series with the same numbers in both. The vsr catalogue,
// 10,000 and 100,000 counters with two labels, and 1,000 histograms with twelve bounds; a hundredth
// of it in very short trials.
//
// After ours has been timed both texts are compared, line by line: neither leaves anything out.

import { defineCase } from '../harness/javascript-case.js';
import { ours } from '../harness/versions.js';
import { type PromClient, promClients } from './prom-clients.js';
import {
  checkEqual,
  counters,
  histograms,
  type OurSide,
  vsrCatalogue,
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
  /** Of `ways`; all of them unless told otherwise. */
  readonly peers?: readonly string[];
}

const [wholeScrape] = Object.keys(ways);
const scrapes: Scrape[] = [
  { group: 'render-vsr', make: () => vsrCatalogue(100), peers: [wholeScrape!] },
  { group: 'render-counters-10k', make: (share) => counters(10_000 * share) },
  {
    group: 'render-counters-100k',
    make: (share) => counters(100_000 * share),
    peers: [wholeScrape!],
  },
  { group: 'render-histograms-1k', make: (share) => histograms(1000 * share) },
];

function workloadOf({ make }: Scrape, seconds: number): Workload {
  return make(seconds < leastSeconds ? 0.01 : 1);
}

const [promClient] = promClients;

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
          const theirs = await makeTheirs(promClient!.load());
          return (await checkEqual(text, theirs)) > 0 ? rendered : 0;
        },
      };
    },
  });
}

function theirCase(scrape: Scrape, client: PromClient) {
  return defineCase({
    ...client,
    group: scrape.group,
    peer: `${client.peer}, metrics()`,
    prepare: async (_shared, _thread, seconds) => {
      const registry = await workloadOf(scrape, seconds).makeTheirs(client.load());
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
  ...(scrape.peers ?? Object.keys(ways)).map((peer) => ourCase(scrape, peer)),
  ...promClients.map((client) => theirCase(scrape, client)),
]);
