// What rendering.ts renders: the same series here and in prom-client or a successor of it.

import type { Registry } from 'prom-client';
import type { Snapshot } from '../../lib/index.js';
import { fill, replica, valueAt } from './filled-lane.js';
import type { PromClientModule } from './prom-clients.js';

export interface OurSide {
  snapshot(): Snapshot;
  addSeries(): void;
}

/** The same numbers on both sides. */
export interface Workload {
  makeOurs(): Promise<OurSide>;
  makeTheirs(client: PromClientModule): Promise<Registry>;
}

const help = 'What the benchmark counts';
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const open = { replica_id: 'any', tenant_id: 'any' } as const;
const labelNames = Object.keys(open);
// Series that are added while it is measured.
const room = 1000;

function labelsOf(index: number) {
  return { replica_id: String(index % 3), tenant_id: `tenant-${index}` };
}

export function counters(count: number): Workload {
  const name = 'bench_operations_total';
  const amount = (index: number) => index * 37;
  return {
    async makeOurs() {
      const { createRegistry, defineCatalogue } = await import('../../lib/index.js');
      const maxSeries = count + room;
      const catalogue = defineCatalogue({
        name: 'bench',
        families: { operations: { kind: 'counter', name, help, labels: open, maxSeries } },
      });
      const registry = createRegistry({ catalogue, capacity: { series: count + 2 * room } });
      const { operations } = registry.metrics;
      for (let index = 0; index < count; index++) {
        operations.with(labelsOf(index)).inc(amount(index));
      }
      let added = count;
      return {
        snapshot: () => registry.snapshot(),
        addSeries: () => operations.with(labelsOf(added++)).inc(),
      };
    },
    async makeTheirs({ Counter, Registry }) {
      const registry = new Registry();
      const counter = new Counter({ name, help, labelNames, registers: [registry] });
      for (let index = 0; index < count; index++) counter.inc(labelsOf(index), amount(index));
      return registry;
    },
  };
}

export function histograms(count: number): Workload {
  const name = 'bench_latency_seconds';
  // Ten values from a narrow range, as a series has; their sums are fractions.
  const valuesOf = (index: number) =>
    Array.from({ length: 10 }, (_, step) => ((index % 50) + step + 1) / 300);
  return {
    async makeOurs() {
      const { createRegistry, defineCatalogue } = await import('../../lib/index.js');
      const catalogue = defineCatalogue({
        name: 'bench',
        families: {
          latency: {
            kind: 'histogram',
            name,
            help,
            labels: open,
            buckets: bounds,
            maxSeries: count + room,
          },
        },
      });
      const capacity = { lanes: 1, series: count + 2 * room, histograms: count + room };
      const registry = createRegistry({ catalogue, capacity });
      const { latency } = registry.metrics;
      for (let index = 0; index < count; index++) {
        const recorder = latency.with(labelsOf(index));
        for (const value of valuesOf(index)) recorder.record(value);
      }
      let added = count;
      return {
        snapshot: () => registry.snapshot(),
        addSeries: () => latency.with(labelsOf(added++)).record(1),
      };
    },
    async makeTheirs({ Histogram, Registry }) {
      const registry = new Registry();
      const registers = [registry];
      const histogram = new Histogram({ name, help, labelNames, buckets: bounds, registers });
      for (let index = 0; index < count; index++) {
        for (const value of valuesOf(index)) histogram.observe(labelsOf(index), value);
      }
      return registry;
    },
  };
}

/** Every series of the vsr catalogue, each histogram with so many different values. */
export function vsrCatalogue(valueCount: number): Workload {
  const makeOurs = async () => {
    const { createRegistry } = await import('../../lib/index.js');
    const { vsr } = await import('../../lib/catalogues/index.js');
    const registry = createRegistry({
      catalogue: vsr,
      fixedLabels: replica,
      resourcesEveryMs: false,
    });
    await fill(registry, valueCount);
    return { snapshot: () => registry.snapshot(), addSeries: () => undefined };
  };
  return {
    makeOurs,
    async makeTheirs({ Counter, Gauge, Histogram, Registry }) {
      const registry = new Registry();
      const { families, values } = (await makeOurs()).snapshot();
      for (const { info, series } of families) {
        const { name, kind } = info;
        if (name.startsWith('vsr_metrics_')) continue;
        // Without labels prom-client shows a series that nobody has recorded into.
        const some = series[0]?.info.labels ?? [['unused', '']];
        const labelNames = some.map(([label]) => label);
        const options = { name, help: info.help, labelNames, registers: [registry] };
        if (kind === 'histogram') {
          const histogram = new Histogram({ ...options, buckets: [...info.bounds] });
          for (const {
            info: { labels },
          } of series) {
            const chosen = Object.fromEntries(labels);
            for (let cell = 0; cell < valueCount; cell++) histogram.observe(chosen, valueAt(cell));
          }
          continue;
        }
        const gauge = kind === 'counter' ? new Counter(options) : new Gauge(options);
        for (const {
          info: { labels },
          offset,
        } of series) {
          gauge.inc(Object.fromEntries(labels), values[offset]!);
        }
      }
      return registry;
    },
  };
}

/**
 * The number of samples; throws unless both wrote the same, whatever the order of labels. What this
 * library says about itself is left out.
 */
export async function checkEqual(text: string, theirs: Registry): Promise<number> {
  const own = text.indexOf('# HELP vsr_metrics_');
  const left = normalLines(own < 0 ? text : text.slice(0, own));
  const right = normalLines(await theirs.metrics());
  if (left.length !== right.length) throw new Error(`${left.length} and ${right.length} lines`);
  left.forEach((line, index) => {
    if (line !== right[index]) throw new Error(`not the same: ${line} and ${right[index]}`);
  });
  return left.filter((line) => !line.startsWith('#')).length;
}

function normalLines(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) =>
      line.replace(/\{(.*)\}/, (_, list: string) => `{${list.split(',').sort().join(',')}}`),
    );
}
