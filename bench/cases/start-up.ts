// What a process pays before its first record, in processes that did nothing before: the import, and
// the families of the vsr catalogue. And what each further registry costs.

import { defineCase, type PreparedCase } from '../harness/javascript-case.js';
import { ours } from '../harness/versions.js';
import { replica } from './filled-lane.js';
import { createMeter, openTelemetry } from './opentelemetry.js';
import { promClients } from './prom-clients.js';

/** Runs once, cold: an operation that cannot be repeated in its process. */
function once(act: () => Promise<boolean> | boolean): PreparedCase {
  let done = 0;
  return {
    async run() {
      if (await act()) done++;
    },
    total: () => done,
  };
}

const cold = { operations: 1, isCold: true } as const;

async function families() {
  const { vsr } = await import('../../lib/catalogues/vsr.js');
  return Object.values(vsr.families);
}

async function createVsrRegistry() {
  const { createRegistry } = await import('../../lib/index.js');
  const { vsr } = await import('../../lib/catalogues/vsr.js');
  return createRegistry({ catalogue: vsr, fixedLabels: replica, resourcesEveryMs: false });
}

async function attachOptions() {
  const { vsr } = await import('../../lib/catalogues/vsr.js');
  return { catalogue: vsr, fixedLabels: replica, resourcesEveryMs: false } as const;
}

export default [
  defineCase({
    ...ours,
    ...cold,
    group: 'start-up',
    prepare: () =>
      once(async () => {
        const registry = await createVsrRegistry();
        registry.metrics.viewNumber.set(7);
        return registry.metrics.viewNumber !== undefined;
      }),
  }),
  ...promClients.map((client) =>
    defineCase({
      ...client,
      ...cold,
      group: 'start-up',
      prepare: async () => {
        const declared = await families();
        return once(async () => {
          const { Counter, Gauge, Histogram, Registry } = client.load();
          const registers = [new Registry()];
          for (const family of declared) {
            const { name, help } = family;
            const labelNames = Object.keys(family.labels ?? {});
            const options = { name, help, labelNames, registers };
            if (family.kind === 'counter') new Counter(options);
            else if (family.kind === 'gauge') new Gauge(options);
            else new Histogram({ ...options, buckets: [...family.buckets] });
          }
          return registers[0]!.getMetricsAsArray().length === declared.length;
        });
      },
    }),
  ),
  defineCase({
    ...openTelemetry,
    ...cold,
    group: 'start-up',
    prepare: async () => {
      const declared = await families();
      return once(() => {
        const { meter } = createMeter();
        const instruments = declared.map(({ name, kind }) => {
          if (kind === 'counter') return meter.createCounter(name);
          return kind === 'gauge' ? meter.createGauge(name) : meter.createHistogram(name, {});
        });
        return instruments.length === declared.length;
      });
    },
  }),

  // ---- with the library loaded ----
  defineCase({
    ...ours,
    ...cold,
    group: 'attach',
    peer: 'createRegistry',
    prepare: async () => {
      await import('../../lib/index.js');
      return once(async () => (await createVsrRegistry()).snapshot().families.length > 0);
    },
  }),
  defineCase({
    ...ours,
    ...cold,
    group: 'attach',
    peer: 'attachRegistry',
    prepare: async () => {
      const { attachRegistry } = await import('../../lib/index.js');
      const shared = (await createVsrRegistry()).share();
      const options = await attachOptions();
      return once(() => attachRegistry(shared, options).snapshot().families.length > 0);
    },
  }),
];
