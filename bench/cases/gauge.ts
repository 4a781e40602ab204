// Gauges: one hot, sixteen in turn. What was set last is what is read back.

import { defineCase } from '../harness/javascript-case.js';
import { generateValues } from '../harness/values.js';
import { bare, ours } from '../harness/versions.js';
import { createBenchRegistry, sixteen } from './bench-registry.js';
import { attributes, createMeter, openTelemetry } from './opentelemetry.js';
import { bound, heldValue, labelledGauge, promClients } from './prom-clients.js';

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
  // The check that every gauge needs, so that NaN and the infinities are told apart.
  defineCase({
    ...bare,
    group: 'gauge',
    peer: 'Float64Array = v, if finite',
    prepare: () => {
      const cells = new Float64Array(64);
      const values = someValues();
      let refused = 0;
      return {
        run(first, end) {
          for (let index = first; index < end; index++) {
            const value = values[index & valueMask]!;
            if (Number.isFinite(value)) cells[4] = value;
            else refused++;
          }
        },
        total: (operations) => lastOf(values, 1, () => cells[4])(operations) - refused,
      };
    },
  }),
  ...promClients.map((client) =>
    defineCase({
      ...client,
      group: 'gauge',
      peer: `${client.peer}, no labels`,
      prepare: () => {
        const { Gauge } = client.load();
        const gauge = new Gauge({ registers: [], name: 'bench_depth', help: 'Depth' });
        const values = someValues();
        return {
          run(first, end) {
            for (let index = first; index < end; index++) gauge.set(values[index & valueMask]!);
          },
          async total(operations) {
            const last = await heldValue(gauge);
            return lastOf(values, 1, () => last)(operations);
          },
        };
      },
    }),
  ),
  ...promClients.map((client) =>
    defineCase({
      ...client,
      group: 'gauge',
      peer: `${client.peer}, bound child`,
      prepare: () => {
        const gauge = labelledGauge(client);
        const child = bound(gauge);
        const values = someValues();
        return {
          run(first, end) {
            for (let index = first; index < end; index++) child.set(values[index & valueMask]!);
          },
          async total(operations) {
            const last = await heldValue(gauge);
            return lastOf(values, 1, () => last)(operations);
          },
        };
      },
    }),
  ),
  defineCase({
    ...openTelemetry,
    group: 'gauge',
    prepare: () => {
      const { meter, total } = createMeter();
      const gauge = meter.createGauge('bench_depth');
      const values = someValues();
      return {
        run(first, end) {
          for (let index = first; index < end; index++) {
            gauge.record(values[index & valueMask]!, attributes);
          }
        },
        async total(operations) {
          const last = await total();
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
  // What a program with handles cannot do without: a handle to load, its cell, and the check.
  defineCase({
    ...bare,
    group: 'gauge-sixteen',
    peer: 'objects with a cell each, if finite',
    prepare: () => {
      const cells = new Float64Array(64);
      const handles = sixteen((index) => ({ cell: cells.subarray(4 * index, 4 * index + 1) }));
      const values = someValues();
      let refused = 0;
      return {
        run(first, end) {
          for (let index = first; index < end; index++) {
            const value = values[index & valueMask]!;
            if (Number.isFinite(value)) handles[index & 15]!.cell[0] = value;
            else refused++;
          }
        },
        total: (operations) =>
          lastOf(values, 16, (gauge) => cells[4 * gauge])(operations) - refused,
      };
    },
    multiple: 16,
  }),
];
