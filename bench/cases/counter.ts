// Counters: one hot, sixteen in turn, and amounts.

import { defineCase } from '../harness/javascript-case.js';
import { bare, ours } from '../harness/versions.js';
import { createBenchRegistry, sixteen, totalOf } from './bench-registry.js';
import { attributes, createMeter, openTelemetry } from './opentelemetry.js';
import { bound, heldValue, labelledCounter, promClients } from './prom-clients.js';

// Cells apart, as those of series are, and reached through an array, as recorders are.
const cellsApart = Int32Array.from(sixteen((index) => 4 * index));

export default [
  // ---- one hot ----
  defineCase({
    ...ours,
    group: 'counter',
    prepare: async () => {
      const registry = await createBenchRegistry();
      const { operations } = registry.metrics;
      return {
        run(first, end) {
          for (let index = first; index < end; index++) operations.inc();
        },
        total: () => totalOf(registry.snapshot(), 'bench_operations_total'),
      };
    },
  }),
  defineCase({
    ...bare,
    group: 'counter',
    peer: 'Float64Array += 1',
    prepare: () => {
      const cells = new Float64Array(64);
      return {
        run(first, end) {
          for (let index = first; index < end; index++) cells[4]! += 1;
        },
        total: () => cells[4]!,
      };
    },
  }),
  defineCase({
    ...bare,
    group: 'counter',
    peer: 'Int32Array pair with carry',
    prepare: () => {
      const words = new Int32Array(128);
      return {
        run(first, end) {
          for (let index = first; index < end; index++) {
            const low = (words[8]! + 1) | 0;
            words[8] = low;
            if (low === 0) words[9]! += 1;
          }
        },
        total: () => words[9]! * 2 ** 32 + (words[8]! >>> 0),
      };
    },
  }),
  defineCase({
    ...bare,
    group: 'counter',
    peer: 'BigInt64Array += 1n',
    prepare: () => {
      const cells = new BigInt64Array(64);
      return {
        run(first, end) {
          for (let index = first; index < end; index++) cells[4]! += 1n;
        },
        total: () => Number(cells[4]),
      };
    },
  }),
  ...promClients.map((client) =>
    defineCase({
      ...client,
      group: 'counter',
      peer: `${client.peer}, no labels`,
      prepare: () => {
        const { Counter } = client.load();
        const counter = new Counter({
          registers: [],
          name: 'bench_operations_total',
          help: 'Count',
        });
        return {
          run(first, end) {
            for (let index = first; index < end; index++) counter.inc();
          },
          total: () => heldValue(counter),
        };
      },
    }),
  ),
  ...promClients.map((client) =>
    defineCase({
      ...client,
      group: 'counter',
      peer: `${client.peer}, bound child`,
      prepare: () => {
        const counter = labelledCounter(client);
        const child = bound(counter);
        return {
          run(first, end) {
            for (let index = first; index < end; index++) child.inc();
          },
          total: () => heldValue(counter),
        };
      },
    }),
  ),
  defineCase({
    ...openTelemetry,
    group: 'counter',
    prepare: () => {
      const { meter, total } = createMeter();
      const counter = meter.createCounter('bench_operations');
      return {
        run(first, end) {
          for (let index = first; index < end; index++) counter.add(1, attributes);
        },
        total,
      };
    },
  }),
  // The way to one total over threads without lanes: a locked addition.
  defineCase({
    ...bare,
    group: 'counter',
    peer: 'Atomics.add',
    prepare: () => {
      const cells = new BigInt64Array(new SharedArrayBuffer(512));
      return {
        run(first, end) {
          for (let index = first; index < end; index++) Atomics.add(cells, 4, 1n);
        },
        total: () => Number(cells[4]),
      };
    },
  }),

  // ---- sixteen in turn ----
  defineCase({
    ...ours,
    group: 'counter-sixteen',
    prepare: async () => {
      const registry = await createBenchRegistry();
      const counters = sixteen((index) =>
        registry.metrics.tenantOperations.with({ tenant_id: `tenant-${index}` }),
      );
      return {
        run(first, end) {
          for (let index = first; index < end; index++) counters[index & 15]!.inc();
        },
        total: () => totalOf(registry.snapshot(), 'bench_tenant_operations_total'),
      };
    },
  }),
  defineCase({
    ...bare,
    group: 'counter-sixteen',
    peer: 'Float64Array += 1',
    prepare: () => {
      const cells = new Float64Array(64);
      return {
        run(first, end) {
          for (let index = first; index < end; index++) cells[cellsApart[index & 15]!]! += 1;
        },
        total: () => cells.reduce((sum, cell) => sum + cell),
      };
    },
  }),
  defineCase({
    ...bare,
    group: 'counter-sixteen',
    peer: 'Int32Array pair with carry',
    prepare: () => {
      const words = new Int32Array(128);
      return {
        run(first, end) {
          for (let index = first; index < end; index++) {
            const cell = 2 * cellsApart[index & 15]!;
            const low = (words[cell]! + 1) | 0;
            words[cell] = low;
            if (low === 0) words[cell + 1]! += 1;
          }
        },
        total: () =>
          words.reduce((sum, word, index) => sum + (index & 1 ? word * 2 ** 32 : word >>> 0), 0),
      };
    },
  }),
  defineCase({
    ...bare,
    group: 'counter-sixteen',
    peer: 'BigInt64Array += 1n',
    prepare: () => {
      const cells = new BigInt64Array(64);
      return {
        run(first, end) {
          for (let index = first; index < end; index++) cells[cellsApart[index & 15]!]! += 1n;
        },
        total: () => Number(cells.reduce((sum, cell) => sum + cell)),
      };
    },
  }),

  // What a program with handles cannot do without: the handle has to be loaded, then its cell.
  defineCase({
    ...bare,
    group: 'counter-sixteen',
    peer: 'objects with a cell each',
    prepare: () => {
      const cells = new BigInt64Array(64);
      const handles = sixteen((index) => ({ cell: cells.subarray(4 * index, 4 * index + 1) }));
      return {
        run(first, end) {
          for (let index = first; index < end; index++) handles[index & 15]!.cell[0]! += 1n;
        },
        total: () => Number(cells.reduce((sum, cell) => sum + cell)),
      };
    },
  }),

  // ---- amounts ----
  defineCase({
    ...ours,
    group: 'counter-amounts',
    prepare: async () => {
      const registry = await createBenchRegistry();
      const { operations } = registry.metrics;
      return {
        run(first, end) {
          for (let index = first; index < end; index++) operations.inc((index & 1) + 0.5);
        },
        // As many halves as wholes and a half: 1 each on average.
        total: () => totalOf(registry.snapshot(), 'bench_operations_total'),
      };
    },
    multiple: 2,
  }),
  defineCase({
    ...bare,
    group: 'counter-amounts',
    peer: 'Float64Array += n',
    prepare: () => {
      const cells = new Float64Array(64);
      return {
        run(first, end) {
          for (let index = first; index < end; index++) cells[4]! += (index & 1) + 0.5;
        },
        total: () => cells[4]!,
      };
    },
    multiple: 2,
  }),
];
