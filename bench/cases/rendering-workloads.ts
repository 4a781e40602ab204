// The trials of rendering.ts: the same series here and in prom-client, rendered in turn.

import * as client from 'prom-client';
import { renderBytes, renderOpenMetrics, renderPrometheus } from '../lib/exposition/index.js';
import { createRegistry, defineCatalogue, type Snapshot } from '../lib/index.js';

/** Of one trial; times are medians, in nanoseconds. */
export interface Measured {
  readonly samples: number;
  readonly textBytes: number;
  readonly times: Readonly<
    Record<'promClient' | 'scrape' | 'render' | 'bytes' | 'openMetrics' | 'first', number>
  >;
}

export type Workload = 'counters' | 'histograms';

/** One side of a comparison, filled with the same data as the other. */
interface Side {
  readonly ours: { snapshot(): Snapshot; addSeries(): void };
  readonly theirs: client.Registry;
}

const help = 'What the benchmark counts';
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export const workloads: Record<Workload, (quick: boolean) => Promise<Measured>> = {
  counters: (quick) => measure(makeCounters(quick ? 100 : 10_000), quick),
  histograms: (quick) => measure(makeHistograms(quick ? 10 : 1000), quick),
};

function makeCounters(count: number): Side {
  const name = 'bench_operations_total';
  const catalogue = defineCatalogue({
    name: 'bench',
    families: {
      operations: {
        kind: 'counter',
        name,
        help,
        labels: { replica_id: 'any', tenant_id: 'any' },
        maxSeries: count + 1000,
      },
    },
  });
  const registry = createRegistry({ catalogue, capacity: { series: count + 2000 } });
  const theirs = new client.Registry();
  const labelNames = ['replica_id', 'tenant_id'];
  const counter = new client.Counter({ name, help, labelNames, registers: [theirs] });
  let added = 0;
  const labels = () => ({ replica_id: String(added % 3), tenant_id: `tenant-${added++}` });
  for (let index = 0; index < count; index++) {
    const [each, value] = [labels(), index * 37];
    registry.metrics.operations.with(each).inc(value);
    counter.inc(each, value);
  }
  const addSeries = () => registry.metrics.operations.with(labels()).inc();
  return { ours: { snapshot: () => registry.snapshot(), addSeries }, theirs };
}

function makeHistograms(count: number): Side {
  const name = 'bench_latency_seconds';
  const catalogue = defineCatalogue({
    name: 'bench',
    families: {
      latency: {
        kind: 'histogram',
        name,
        help,
        labels: { replica_id: 'any', tenant_id: 'any' },
        buckets: bounds,
        maxSeries: count + 1000,
      },
    },
  });
  const capacity = { lanes: 1, series: count + 2000, histograms: count + 1000 };
  const registry = createRegistry({ catalogue, capacity });
  const theirs = new client.Registry();
  const labelNames = ['replica_id', 'tenant_id'];
  const histogram = new client.Histogram({
    name,
    help,
    labelNames,
    buckets: bounds,
    registers: [theirs],
  });
  let added = 0;
  const labels = () => ({ replica_id: String(added % 3), tenant_id: `tenant-${added++}` });
  for (let index = 0; index < count; index++) {
    const each = labels();
    const recorder = registry.metrics.latency.with(each);
    // Ten values from a narrow range, as a series has; their sums are fractions.
    for (let step = 0; step < 10; step++) {
      const value = ((index % 50) + step + 1) / 300;
      recorder.record(value);
      histogram.observe(each, value);
    }
  }
  const addSeries = () => registry.metrics.latency.with(labels()).record(1);
  return { ours: { snapshot: () => registry.snapshot(), addSeries }, theirs };
}

async function measure({ ours, theirs }: Side, quick: boolean): Promise<Measured> {
  const counted = await checkEqual(renderPrometheus(ours.snapshot()), theirs);
  const steps: Record<Exclude<keyof Measured['times'], 'first'>, () => unknown> = {
    promClient: () => theirs.metrics(),
    scrape: () => renderPrometheus(ours.snapshot()),
    render: () => renderPrometheus(snapshot),
    bytes: () => renderBytes('prometheus', snapshot),
    openMetrics: () => renderOpenMetrics(snapshot),
  };
  const snapshot = ours.snapshot();
  const rounds = quick ? 3 : 60;
  const warmUp = quick ? 1 : 15;
  const times = { promClient: [], scrape: [], render: [], bytes: [], openMetrics: [], first: [] };
  for (let round = -warmUp; round < rounds; round++) {
    for (const [name, step] of Object.entries(steps)) {
      const elapsed = await timed(step);
      if (round >= 0) (times[name as keyof typeof steps] as number[]).push(elapsed);
    }
  }
  // A series more makes another layout, for which everything has to be prepared again.
  for (let round = 0; round < Math.min(rounds, 10); round++) {
    ours.addSeries();
    const renewed = ours.snapshot();
    (times.first as number[]).push(await timed(() => renderPrometheus(renewed)));
  }
  const medians = Object.entries(times).map(([name, each]) => [name, medianOf(each)] as const);
  return { ...counted, times: Object.fromEntries(medians) as Measured['times'] };
}

/** Nanoseconds; what the step made is kept until then, so that it cannot be left out. */
async function timed(step: () => unknown): Promise<number> {
  const started = process.hrtime.bigint();
  const result = step();
  const text = result instanceof Promise ? await result : result;
  const elapsed = Number(process.hrtime.bigint() - started);
  if ((text as { length: number }).length === 0) throw new Error('nothing was rendered');
  return elapsed;
}

function medianOf(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;
}

/** Throws unless both wrote the same samples, whatever the order of labels. */
async function checkEqual(text: string, theirs: client.Registry) {
  const own = text.indexOf('# HELP vsr_metrics_');
  const [left, right] = [text.slice(0, own), await theirs.metrics()].map(normalLines);
  if (left!.length !== right!.length) throw new Error(`${left!.length} and ${right!.length} lines`);
  left!.forEach((line, index) => {
    if (line !== right![index]) throw new Error(`not the same: ${line} and ${right![index]}`);
  });
  const samples = left!.filter((line) => !line.startsWith('#')).length;
  return { samples, textBytes: Buffer.byteLength(text.slice(0, own)) };
}

function normalLines(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) =>
      line.replace(/\{(.*)\}/, (_, list: string) => `{${list.split(',').sort().join(',')}}`),
    );
}
