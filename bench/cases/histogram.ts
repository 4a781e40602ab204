// Histograms: a million different values, and one value over and over.

import { defineCase } from '../harness/javascript-case.js';
import { generateValues, valueCount } from '../harness/values.js';
import { bare, ours } from '../harness/versions.js';
import { latencyBounds } from './bench-catalogue.js';
import { createBenchRegistry, sixteen, totalOf } from './bench-registry.js';
import { hdrPeers, wholeValues } from './hdr-histograms.js';
import { attributes, createMeter, histogramOptions, openTelemetry } from './opentelemetry.js';
import { bound, countOf, labelledHistogram, promClients } from './prom-clients.js';

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
  ...promClients.map((client) =>
    defineCase({
      ...client,
      group: 'histogram',
      peer: `${client.peer}, no labels`,
      prepare: () => {
        const { Histogram } = client.load();
        const name = 'bench_latency_ms';
        const options = { registers: [], name, help: 'Time', buckets: latencyBounds };
        const histogram = new Histogram(options);
        const values = generateValues();
        return {
          run(first, end) {
            for (let index = first; index < end; index++) histogram.observe(values[index & mask]!);
          },
          total: () => countOf(histogram),
        };
      },
    }),
  ),
  ...promClients.map((client) =>
    defineCase({
      ...client,
      group: 'histogram',
      peer: `${client.peer}, bound child`,
      prepare: () => {
        const histogram = labelledHistogram(client);
        const child = bound(histogram);
        const values = generateValues();
        return {
          run(first, end) {
            for (let index = first; index < end; index++) child.observe(values[index & mask]!);
          },
          total: () => countOf(histogram),
        };
      },
    }),
  ),
  defineCase({
    ...openTelemetry,
    group: 'histogram',
    prepare: () => {
      const { meter, total } = createMeter();
      const histogram = meter.createHistogram('bench_latency', histogramOptions);
      const values = generateValues();
      return {
        run(first, end) {
          for (let index = first; index < end; index++) {
            histogram.record(values[index & mask]!, attributes);
          }
        },
        total,
      };
    },
  }),
  ...hdrPeers.map(({ make, ...peer }) =>
    defineCase({
      ...peer,
      group: 'histogram',
      prepare: async () => {
        const histogram = await make();
        const values = wholeValues();
        return {
          run(first, end) {
            for (let index = first; index < end; index++) histogram.record(values[index & mask]!);
          },
          total: () => histogram.total(),
        };
      },
    }),
  ),

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
