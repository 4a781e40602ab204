// Histograms: a million different values, and one value over and over.

import { defineCase } from '../harness/javascript-case.js';
import { generateValues, valueCount } from '../harness/values.js';
import { bare, ours, packageVersion } from '../harness/versions.js';
import { latencyBounds } from './bench-catalogue.js';
import { createBenchRegistry, sixteen, totalOf } from './bench-registry.js';

const promClient = { version: packageVersion('prom-client') };
const mask = valueCount - 1;
const constant = 0.845;

export default [
  defineCase({
    ...ours,
    group: 'histogram',
    prepare: async () => {
      const registry = await createBenchRegistry();
      const { latency } = registry.metrics;
      const values = generateValues();
      return {
        run(first, end) {
          for (let index = first; index < end; index++) latency.record(values[index & mask]!);
        },
        total: () => totalOf(registry.snapshot(), 'bench_latency_ms'),
      };
    },
  }),
  defineCase({
    ...ours,
    peer: 'vsr-metrics, sixteen in turn',
    group: 'histogram',
    prepare: async () => {
      const registry = await createBenchRegistry();
      const histograms = sixteen((index) =>
        registry.metrics.tenantLatency.with({ tenant_id: `tenant-${index}` }),
      );
      const values = generateValues();
      return {
        run(first, end) {
          for (let index = first; index < end; index++) {
            histograms[index & 15]!.record(values[index & mask]!);
          }
        },
        total: () => totalOf(registry.snapshot(), 'bench_tenant_latency_ms'),
      };
    },
  }),
  defineCase({
    ...ours,
    peer: 'vsr-metrics, bounds inside cells',
    group: 'histogram',
    prepare: async () => {
      const registry = await createBenchRegistry();
      const { unalignedLatency } = registry.metrics;
      const values = generateValues();
      return {
        run(first, end) {
          for (let index = first; index < end; index++) {
            unalignedLatency.record(values[index & mask]!);
          }
        },
        total: () => totalOf(registry.snapshot(), 'bench_unaligned_latency_ms'),
      };
    },
  }),
  defineCase({
    ...bare,
    group: 'histogram',
    peer: 'two Float64Array += x',
    prepare: () => {
      const cells = new Float64Array(64);
      const values = generateValues();
      return {
        run(first, end) {
          for (let index = first; index < end; index++) {
            cells[4]! += 1;
            cells[5]! += values[index & mask]!;
          }
        },
        total: () => cells[4]!,
      };
    },
  }),
  defineCase({
    ...promClient,
    group: 'histogram',
    peer: 'prom-client, no labels',
    prepare: async () => {
      const { Histogram } = await import('prom-client');
      const name = 'bench_latency_ms';
      const histogram = new Histogram({
        registers: [],
        name,
        help: 'Latency',
        buckets: latencyBounds,
      });
      const values = generateValues();
      return {
        run(first, end) {
          for (let index = first; index < end; index++) histogram.observe(values[index & mask]!);
        },
        total: async () => countOf(await histogram.get()),
      };
    },
  }),
  defineCase({
    ...promClient,
    group: 'histogram',
    peer: 'prom-client, bound child',
    prepare: async () => {
      const { Histogram } = await import('prom-client');
      const histogram = new Histogram({
        registers: [],
        name: 'bench_latency_ms',
        help: 'Latency',
        buckets: latencyBounds,
        labelNames: ['tenant_id', 'outcome'],
      });
      const child = histogram.labels({ tenant_id: 'a', outcome: 'ok' });
      const values = generateValues();
      return {
        run(first, end) {
          for (let index = first; index < end; index++) child.observe(values[index & mask]!);
        },
        total: async () => countOf(await histogram.get()),
      };
    },
  }),

  // ---- one value ----
  defineCase({
    ...ours,
    group: 'histogram-constant',
    prepare: async () => {
      const registry = await createBenchRegistry();
      const { latency } = registry.metrics;
      return {
        run(first, end) {
          for (let index = first; index < end; index++) latency.record(constant);
        },
        total: () => totalOf(registry.snapshot(), 'bench_latency_ms'),
      };
    },
  }),
  defineCase({
    ...bare,
    group: 'histogram-constant',
    peer: 'two Float64Array += x',
    prepare: () => {
      const cells = new Float64Array(64);
      return {
        run(first, end) {
          for (let index = first; index < end; index++) {
            cells[4]! += 1;
            cells[5]! += constant;
          }
        },
        total: () => cells[4]!,
      };
    },
  }),
];

/** How many values prom-client's histogram has counted. */
export function countOf(metric: {
  readonly values: ReadonlyArray<{ readonly metricName?: string; readonly value: number }>;
}): number {
  return metric.values.find(({ metricName }) => metricName?.endsWith('_count'))?.value ?? 0;
}
