// Two threads that record at the same time: into the same series, and each into one of its own.

import type { SharedRegistry } from '../../lib/index.js';
import { defineCase, type PreparedCase } from '../harness/javascript-case.js';
import { generateValues, valueCount } from '../harness/values.js';
import { ours } from '../harness/versions.js';
import {
  attachBenchRegistry,
  type BenchRegistry,
  createBenchRegistry,
  totalOf,
} from './bench-registry.js';

const mask = valueCount - 1;
const shared = 'all';
const sameSeries = ours.peer;
const ownSeries = `${ours.peer}, series of their own`;

/** Of the thread where `share` ran: what all the others record into. */
let owner: BenchRegistry | undefined;

interface Recording {
  readonly group: string;
  /** Whose total is read back over all threads; gauges hold nothing that adds up. */
  readonly family?: string;
  prepare(registry: BenchRegistry, tenant_id: string): PreparedCase;
}

function pair({ group, family, prepare }: Recording) {
  const variants = {
    [sameSeries]: () => shared,
    [ownSeries]: String,
  };
  return Object.entries(variants).map(([peer, tenantOf]) =>
    defineCase<SharedRegistry>({
      ...ours,
      group,
      peer,
      threads: [2],
      share: async () => {
        owner = await createBenchRegistry();
        return owner.share();
      },
      prepare: async (place, thread) => {
        const registry = await attachBenchRegistry(place);
        return prepare(registry, tenantOf(thread));
      },
      ...(family === undefined ? {} : { totalOf: () => totalOf(owner!.snapshot(), family) }),
    }),
  );
}

export default [
  ...pair({
    group: 'counter-shared',
    family: 'bench_tenant_operations_total',
    prepare({ metrics }, tenant_id) {
      const counter = metrics.tenantOperations.with({ tenant_id });
      return {
        run(first, end) {
          for (let index = first; index < end; index++) counter.inc();
        },
      };
    },
  }),
  ...pair({
    group: 'counter-amounts-shared',
    family: 'bench_tenant_operations_total',
    prepare({ metrics }, tenant_id) {
      const counter = metrics.tenantOperations.with({ tenant_id });
      const one = [1, 1];
      return {
        run(first, end) {
          for (let index = first; index < end; index++) counter.inc(one[index & 1]!);
        },
      };
    },
  }),
  ...pair({
    group: 'histogram-shared',
    family: 'bench_tenant_latency_ms',
    prepare({ metrics }, tenant_id) {
      const histogram = metrics.tenantLatency.with({ tenant_id });
      const values = generateValues();
      return {
        run(first, end) {
          for (let index = first; index < end; index++) histogram.record(values[index & mask]!);
        },
      };
    },
  }),
  ...pair({
    group: 'timed-operation-shared',
    family: 'bench_tenant_latency_ms',
    prepare({ metrics, now }, tenant_id) {
      const histogram = metrics.tenantLatency.with({ tenant_id });
      return {
        run(first, end) {
          for (let index = first; index < end; index++) histogram.since(now());
        },
      };
    },
  }),
  // One cell for all threads: the last value wins, and the processors hand its line to and fro.
  ...pair({
    group: 'gauge-shared',
    prepare(registry, tenant_id) {
      let last = 0;
      const gauge = registry.metrics.tenantDepth.with({ tenant_id });
      return {
        run(first, end) {
          for (let index = first; index < end; index++) gauge.set(index);
          last = end - 1;
        },
        // The other thread may have set it since, to what only grows.
        total: (operations) => {
          const value = registry.snapshot().value('bench_tenant_depth', { tenant_id })!;
          return value === last || (tenant_id === shared && value > 0) ? operations : 0;
        },
      };
    },
  }),
];
