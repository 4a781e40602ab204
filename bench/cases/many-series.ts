// A registry of many series. A module of its own, because types are taken from it.

import { defineCatalogue } from '../../lib/core/catalogue/define.js';
import type { Registry, SharedRegistry } from '../../lib/index.js';
import { latencyBounds } from './bench-catalogue.js';

const help = 'What a benchmark records';
const maxSeries = 100_000;
const labels = { tenant_id: 'any' } as const;
const milliseconds = { 'base-unit': 'consensus is measured in ms' } as const;
const time = { kind: 'histogram', help, unit: 'ms', buckets: latencyBounds } as const;

export const manySeriesCatalogue = defineCatalogue({
  name: 'many',
  families: {
    operations: { kind: 'counter', name: 'many_operations_total', help, labels, maxSeries },
    latency: { ...time, name: 'many_latency_ms' },
    tenantLatency: { ...time, name: 'many_tenant_latency_ms', labels, maxSeries },
    roughLatency: { ...time, name: 'many_rough_latency_ms', labels, maxSeries, digits: 2 },
  },
  waive: {
    many_latency_ms: milliseconds,
    many_tenant_latency_ms: milliseconds,
    many_rough_latency_ms: milliseconds,
  },
});

export type ManySeries = Registry<typeof manySeriesCatalogue>;

const options = { catalogue: manySeriesCatalogue, resourcesEveryMs: false } as const;

export async function createManySeries(series: number, histograms: number): Promise<ManySeries> {
  const { createRegistry } = await import('../../lib/index.js');
  const capacity = { series: series + histograms + 100, histograms: histograms + 10 };
  return createRegistry({ ...options, capacity });
}

export async function attachManySeries(shared: SharedRegistry): Promise<ManySeries> {
  const { attachRegistry } = await import('../../lib/index.js');
  return attachRegistry(shared, options);
}

export function tenant(series: number): { tenant_id: string } {
  return { tenant_id: `tenant-${series}` };
}
