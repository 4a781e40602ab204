// vsr-metrics/prom-client beside the packages whose interface it has: the same program with each.

import type { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { defineCase, type JavascriptCase } from '../harness/javascript-case.js';
import { ours } from '../harness/versions.js';
import { countOf, heldValue, type PromClientModule, promClients } from './prom-clients.js';

interface Client {
  readonly peer: string;
  readonly version: string;
  readonly unavailable?: string;
  load(): PromClientModule | Promise<PromClientModule>;
}

const dropIn: Client = {
  peer: 'vsr-metrics/prom-client',
  version: ours.version,
  async load() {
    const module = await import('../../lib/compat/prom-client/index.js');
    return module.default as unknown as PromClientModule;
  },
};

/** Four methods and four outcomes, in turn: sixteen series. */
const methods = ['GET', 'POST', 'PUT', 'DELETE'] as const;
const outcomes = ['200', '201', '404', '500'] as const;
const labelNames = ['method', 'status'] as const;
type Labels = (typeof labelNames)[number];

interface Metrics {
  readonly counter: Counter<string>;
  readonly labelledCounter: Counter<Labels>;
  readonly gauge: Gauge<string>;
  readonly histogram: Histogram<string>;
  readonly labelledHistogram: Histogram<Labels>;
}

function makeMetrics({ Counter, Gauge, Histogram, Registry }: PromClientModule): Metrics {
  const common = { help: 'Benchmark', registers: [new Registry()] };
  return {
    counter: new Counter({ ...common, name: 'plain_total' }),
    labelledCounter: new Counter({ ...common, name: 'labelled_total', labelNames }),
    gauge: new Gauge({ ...common, name: 'level' }),
    histogram: new Histogram({ ...common, name: 'plain_seconds' }),
    labelledHistogram: new Histogram({ ...common, name: 'labelled_seconds', labelNames }),
  };
}

async function sumOf(metric: Counter<string>): Promise<number> {
  return (await metric.get()).values.reduce((sum, { value }) => sum + value, 0);
}

type Way = (metrics: Metrics) => {
  run(first: number, end: number): void;
  total(operations: number): Promise<number>;
};

const ways: Record<string, Way> = {
  'drop-in-inc': ({ counter }) => ({
    run(first, end) {
      for (let index = first; index < end; index++) counter.inc();
    },
    total: () => heldValue(counter),
  }),
  'drop-in-labelled-inc': ({ labelledCounter }) => ({
    run(first, end) {
      for (let index = first; index < end; index++) {
        labelledCounter.inc({ method: methods[index & 3]!, status: outcomes[(index >> 2) & 3]! });
      }
    },
    total: () => sumOf(labelledCounter),
  }),
  'drop-in-labels-inc': ({ labelledCounter }) => ({
    run(first, end) {
      for (let index = first; index < end; index++) {
        labelledCounter.labels(methods[index & 3]!, outcomes[(index >> 2) & 3]!).inc();
      }
    },
    total: () => sumOf(labelledCounter),
  }),
  'drop-in-child-inc': ({ labelledCounter }) => {
    const child = labelledCounter.labels('GET', '200');
    return {
      run(first, end) {
        for (let index = first; index < end; index++) child.inc();
      },
      total: () => sumOf(labelledCounter),
    };
  },
  'drop-in-set': ({ gauge }) => ({
    run(first, end) {
      for (let index = first; index < end; index++) gauge.set(index + 1);
    },
    total: () => heldValue(gauge),
  }),
  'drop-in-observe': ({ histogram }) => ({
    run(first, end) {
      for (let index = first; index < end; index++) histogram.observe((index & 1023) / 100);
    },
    total: () => countOf(histogram),
  }),
  'drop-in-labelled-observe': ({ labelledHistogram }) => ({
    run(first, end) {
      for (let index = first; index < end; index++) {
        const labels = { method: methods[index & 3]!, status: '200' };
        labelledHistogram.observe(labels, (index & 1023) / 100);
      }
    },
    total: async () => {
      const { values } = await labelledHistogram.get();
      const counts = values.filter(({ metricName }) => metricName?.endsWith('_count'));
      return counts.reduce((sum, { value }) => sum + value, 0);
    },
  }),
  'drop-in-timer': ({ histogram }) => ({
    run(first, end) {
      for (let index = first; index < end; index++) histogram.startTimer()();
    },
    total: () => countOf(histogram),
  }),
};

/** A registry to scrape: 1,000 counters' series and 100 histograms' with eleven bounds. */
function fillRegistry({ Counter, Histogram, Registry }: PromClientModule): Registry {
  const registry = new Registry();
  const common = { help: 'Benchmark', labelNames: ['tenant'], registers: [registry] };
  const counter = new Counter({ ...common, name: 'tenant_total' });
  const histogram = new Histogram({ ...common, name: 'tenant_seconds' });
  for (let index = 0; index < 1000; index++) counter.inc({ tenant: `tenant-${index}` }, index / 7);
  for (let index = 0; index < 100; index++) histogram.observe({ tenant: `tenant-${index}` }, index);
  return registry;
}

function scrapeCase(client: Client): JavascriptCase {
  return defineCase({
    ...client,
    group: 'drop-in-metrics',
    prepare: async () => {
      const registry = fillRegistry(await client.load());
      let lines = 0;
      return {
        async run(first, end) {
          for (let index = first; index < end; index++) {
            lines += (await registry.metrics()).split('\n').length;
          }
        },
        total: async () => lines / (await registry.metrics()).split('\n').length,
      };
    },
  });
}

const clients: readonly Client[] = [dropIn, ...promClients];

export default clients.flatMap((client) => [
  ...Object.entries(ways).map(([group, way]) =>
    defineCase({ ...client, group, prepare: async () => way(makeMetrics(await client.load())) }),
  ),
  scrapeCase(client),
]);
