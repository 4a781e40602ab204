// The families that the benchmarks record into. A module of its own, because types are taken from it.

import { defineCatalogue } from '../../lib/core/catalogue/define.js';

/** Twelve, as people write them; every one is the edge of a cell. */
export const latencyBounds = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500];

const help = 'What a benchmark records';
const labels = { tenant_id: 'any' } as const;

const milliseconds = { 'base-unit': 'consensus is measured in ms' } as const;

export const benchCatalogue = defineCatalogue({
  name: 'bench',
  families: {
    operations: { kind: 'counter', name: 'bench_operations_total', help },
    tenantOperations: { kind: 'counter', name: 'bench_tenant_operations_total', help, labels },
    routedOperations: {
      kind: 'counter',
      name: 'bench_routed_operations_total',
      help,
      labels: { tenant_id: 'any', outcome: ['ok', 'rejected'] },
    },
    depth: { kind: 'gauge', name: 'bench_depth', help },
    tenantDepth: { kind: 'gauge', name: 'bench_tenant_depth', help, labels },
    threadDepth: { kind: 'gauge', name: 'bench_thread_depth', help, combine: 'sum' },
    latency: {
      kind: 'histogram',
      name: 'bench_latency_ms',
      help,
      unit: 'ms',
      buckets: latencyBounds,
    },
    tenantLatency: {
      kind: 'histogram',
      name: 'bench_tenant_latency_ms',
      help,
      unit: 'ms',
      labels,
      buckets: latencyBounds,
    },
    // Thirds lie on no edge: this one splits cells.
    unalignedLatency: {
      kind: 'histogram',
      name: 'bench_unaligned_latency_ms',
      help,
      unit: 'ms',
      buckets: [1 / 3, 2 / 3, 4 / 3, 8 / 3, 16 / 3, 100 / 3],
    },
  },
  waive: {
    bench_latency_ms: milliseconds,
    bench_tenant_latency_ms: milliseconds,
    bench_unaligned_latency_ms: milliseconds,
  },
});
