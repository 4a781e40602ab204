// Gauges: one hot, sixteen in turn. What was set last is what is read back.

import { defineCase } from '../harness/javascript-case.js';
import { generateValues } from '../harness/values.js';
import { bare, ours, packageVersion } from '../harness/versions.js';
import { createBenchRegistry, sixteen } from './bench-registry.js';

const promClient = { version: packageVersion('prom-client') };
const cellsApart = Int32Array.from(sixteen((index) => 4 * index));
// Few enough to stay in the nearest cache: a store costs less than reading a value from afar.
const valueMask = 1023;
const someValues = () => generateValues().slice(0, valueMask + 1);

/** All operations count when every gauge holds what was set into it last, otherwise none does. */
function lastOf(
  values: Float64Array,
  gauges: number,
  read: (gauge: number) => number | undefined,
): (operations: number) => number {
  return (operations) => {
    for (let gauge = 0; gauge < gauges; gauge++) {
      const last = operations - 1 - ((operations - 1 - gauge + gauges) % gauges);
      if (read(gauge) !== values[last & valueMask]) return 0;
    }
    return operations;
  };
}

export default [
  defineCase({
    ...ours,
    group: 'gauge',
    prepare: async () => {
      const registry = await createBenchRegistry();
      const { depth } = registry.metrics;
      const values = someValues();
      return {
        run(first, end) {
          for (let index = first; index < end; index++) depth.set(values[index & valueMask]!);
        },
        total: lastOf(values, 1, () => registry.snapshot().value('bench_depth')),
      };
    },
  }),
  defineCase({
    ...ours,
    peer: 'vsr-metrics, combine: sum',
    group: 'gauge',
    prepare: async () => {
      const registry = await createBenchRegistry();
      const { threadDepth } = registry.metrics;
      const values = someValues();
      return {
        run(first, end) {
          for (let index = first; index < end; index++) threadDepth.set(values[index & valueMask]!);
        },
        total: lastOf(values, 1, () => registry.snapshot().value('bench_thread_depth')),
      };
    },
  }),
  defineCase({
    ...bare,
    group: 'gauge',
    peer: 'Float64Array = v',
    prepare: () => {
      const cells = new Float64Array(64);
      const values = someValues();
      return {
        run(first, end) {
          for (let index = first; index < end; index++) cells[4] = values[index & valueMask]!;
        },
        total: lastOf(values, 1, () => cells[4]),
      };
    },
  }),
  defineCase({
    ...promClient,
    group: 'gauge',
    peer: 'prom-client, no labels',
    prepare: async () => {
      const { Gauge } = await import('prom-client');
      const gauge = new Gauge({ registers: [], name: 'bench_depth', help: 'Depth' });
      const values = someValues();
      return {
        run(first, end) {
          for (let index = first; index < end; index++) gauge.set(values[index & valueMask]!);
        },
        async total(operations) {
          const last = (await gauge.get()).values[0]!.value;
          return lastOf(values, 1, () => last)(operations);
        },
      };
    },
  }),
  defineCase({
    ...promClient,
    group: 'gauge',
    peer: 'prom-client, bound child',
    prepare: async () => {
      const { Gauge } = await import('prom-client');
      const labelNames = ['tenant_id', 'outcome'];
      const gauge = new Gauge({ registers: [], name: 'bench_depth', help: 'Depth', labelNames });
      const child = gauge.labels({ tenant_id: 'a', outcome: 'ok' });
      const values = someValues();
      return {
        run(first, end) {
          for (let index = first; index < end; index++) child.set(values[index & valueMask]!);
        },
        async total(operations) {
          const last = (await gauge.get()).values[0]!.value;
          return lastOf(values, 1, () => last)(operations);
        },
      };
    },
  }),

  // ---- sixteen in turn ----
  defineCase({
    ...ours,
    group: 'gauge-sixteen',
    prepare: async () => {
      const registry = await createBenchRegistry();
      const tenant = (index: number) => ({ tenant_id: `tenant-${index}` });
      const gauges = sixteen((index) => registry.metrics.tenantDepth.with(tenant(index)));
      const values = someValues();
      return {
        run(first, end) {
          for (let index = first; index < end; index++) {
            gauges[index & 15]!.set(values[index & valueMask]!);
          }
        },
        total: lastOf(values, 16, (gauge) =>
          registry.snapshot().value('bench_tenant_depth', tenant(gauge)),
        ),
      };
    },
    multiple: 16,
  }),
  defineCase({
    ...bare,
    group: 'gauge-sixteen',
    peer: 'Float64Array = v',
    prepare: () => {
      const cells = new Float64Array(64);
      const values = someValues();
      return {
        run(first, end) {
          for (let index = first; index < end; index++) {
            cells[cellsApart[index & 15]!] = values[index & valueMask]!;
          }
        },
        total: lastOf(values, 16, (gauge) => cells[cellsApart[gauge]!]),
      };
    },
    multiple: 16,
  }),
];
