// Does a scrape slow down the thread that records? The main thread scrapes a registry of 100,000
// series over and over while a worker records into it. The control scrapes another one of the same
// size, so that processors and caches are as busy and only the shared memory differs.

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SharedRegistry } from '../../lib/index.js';
import { defineCase, type JavascriptCase } from '../harness/javascript-case.js';
import { generateValues, valueCount } from '../harness/values.js';
import { ours } from '../harness/versions.js';
import { attachManySeries, createManySeries, type ManySeries, tenant } from './many-series.js';

const mask = valueCount - 1;
const seriesCount = 100_000;
/** A quick run has a hundredth of them. */
const quickSeconds = 0.05;

let recorded: ManySeries | undefined;
let another: ManySeries | undefined;
let render: ((registry: ManySeries) => string) | undefined;

async function create(series: number): Promise<ManySeries> {
  const { renderPrometheus } = await import('../../lib/exposition/index.js');
  render = (registry) => renderPrometheus(registry.snapshot());
  const registry = await createManySeries(series, 1);
  for (let index = 0; index < series; index++)
    registry.metrics.operations.with(tenant(index)).inc();
  return registry;
}

/** Scrapes until it is told to end, with a turn of the event loop in between. */
function scrapeOnAndOn(scraped: ManySeries): () => void {
  let isOver = false;
  const loop = async () => {
    while (!isOver) {
      render!(scraped);
      await nextTurn();
    }
  };
  void loop();
  return () => {
    isOver = true;
  };
}

const variants: Record<string, Pick<JavascriptCase, 'beside'>> = {
  'nobody scrapes': {},
  'another registry is scraped': { beside: () => scrapeOnAndOn(another!) },
  'this registry is scraped': { beside: () => scrapeOnAndOn(recorded!) },
};

export default Object.entries(variants).map(([peer, more]) =>
  defineCase<SharedRegistry>({
    ...ours,
    ...more,
    group: 'recording-while-scraped',
    peer,
    inWorkers: true,
    share: async () => {
      const seconds = Number(process.argv.at(-1));
      const series = seconds < quickSeconds ? seriesCount / 100 : seriesCount;
      recorded = await create(series);
      if (peer.startsWith('another')) another = await create(series);
      return recorded.share();
    },
    prepare: async (shared) => {
      const registry = await attachManySeries(shared);
      const { latency } = registry.metrics;
      const operations = registry.metrics.operations.with(tenant(7));
      const values = generateValues();
      return {
        run(first, end) {
          for (let index = first; index < end; index++) {
            operations.inc();
            latency.record(values[index & mask]!);
          }
        },
      };
    },
    totalOf: () => {
      const snapshot = recorded!.snapshot();
      const counted = snapshot.value('many_operations_total', tenant(7))! - 1;
      const observed = snapshot.histogram('many_latency_ms')!.count;
      return counted === observed ? counted : 0;
    },
  }),
);
