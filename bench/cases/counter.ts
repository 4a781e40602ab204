// Counters: one hot, sixteen in turn, and amounts.

import { defineCase } from '../harness/javascript-case.js';
import { bare, ours, packageVersion } from '../harness/versions.js';
import { createBenchRegistry, sixteen, totalOf } from './bench-registry.js';

const promClient = { version: packageVersion('prom-client') };
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
  defineCase({
    ...promClient,
    group: 'counter',
    peer: 'prom-client, no labels',
    prepare: async () => {
      const { Counter } = await import('prom-client');
      const counter = new Counter({
        registers: [],
        name: 'bench_operations_total',
        help: 'Operations',
      });
      return {
        run(first, end) {
          for (let index = first; index < end; index++) counter.inc();
        },
        total: async () => (await counter.get()).values[0]!.value,
      };
    },
  }),
  defineCase({
    ...promClient,
    group: 'counter',
    peer: 'prom-client, bound child',
    prepare: async () => {
      const { Counter } = await import('prom-client');
      const counter = new Counter({
        registers: [],
        name: 'bench_operations_total',
        help: 'Operations',
        labelNames: ['tenant_id', 'outcome'],
      });
      const child = counter.labels({ tenant_id: 'a', outcome: 'ok' });
      return {
        run(first, end) {
          for (let index = first; index < end; index++) child.inc();
        },
        total: async () => (await counter.get()).values[0]!.value,
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
