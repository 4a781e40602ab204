// Memory that a series takes, as the operating system counts it: the handle, the labels, the cells.
// A thread more that records into the same series adds a lane and handles of its own.

import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { Histogram, SharedRegistry } from '../../lib/index.js';
import { defineCase, type JavascriptCase, type PreparedCase } from '../harness/javascript-case.js';
import { ours } from '../harness/versions.js';
import { latencyBounds } from './bench-catalogue.js';
import { attachManySeries, createManySeries, type ManySeries, tenant } from './many-series.js';
import { attributes, createMeter, histogramOptions, openTelemetry } from './opentelemetry.js';
import { promClients } from './prom-clients.js';

const counts = { counter: 10_000, histogram: 1000 } as const;
type Kind = keyof typeof counts;
/** Different values in every histogram. */
const valuesEach = 100;

type Record = (series: number) => void;
type Peer = Pick<JavascriptCase, 'peer' | 'version' | 'unavailable'>;

/** Resident memory after everything that can be collected was. */
function residentBytes(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage.rss();
}

function measured(act: (first: number, end: number) => void | Promise<void>): PreparedCase {
  const before = residentBytes();
  let made = 0;
  return {
    async run(first, end) {
      await act(first, end);
      made += end - first;
    },
    bytes: () => residentBytes() - before,
    total: () => made,
  };
}

function memoryCase(peer: Peer, kind: Kind, prepare: () => Promise<PreparedCase>): JavascriptCase {
  const group = `memory-${kind}`;
  const nodeOptions = ['--expose-gc'];
  return defineCase({
    ...peer,
    group,
    operations: counts[kind],
    isCold: true,
    nodeOptions,
    prepare,
  });
}

function recorded(peer: Peer, kind: Kind, make: () => Promise<Record> | Record): JavascriptCase {
  return memoryCase(peer, kind, async () => {
    const record = await make();
    return measured((first, end) => {
      for (let series = first; series < end; series++) record(series);
    });
  });
}

const valueAt = (index: number) => 0.1 + index / 10;

function recorderOf({ metrics }: ManySeries, kind: Kind): Record {
  if (kind === 'counter') return (series) => metrics.operations.with(tenant(series)).inc();
  return (series) => recordValues(metrics.tenantLatency.with(tenant(series)));
}

function roughRecorderOf({ metrics }: ManySeries): Record {
  return (series) => recordValues(metrics.roughLatency.with(tenant(series)));
}

function recordValues(histogram: Histogram): void {
  for (let index = 0; index < valuesEach; index++) histogram.record(valueAt(index));
}

const createFor = () => createManySeries(counts.counter, counts.histogram);

/** The main thread has recorded into all series; a worker does so too, and is measured. */
function anotherThread(kind: Kind): JavascriptCase {
  const peer = 'vsr-metrics, each further thread';
  return memoryCase({ ...ours, peer }, kind, async () => {
    const registry = await createFor();
    const record = recorderOf(registry, kind);
    for (let series = 0; series < counts[kind]; series++) record(series);
    const data = { memory: kind, shared: registry.share() };
    const worker = new Worker(new URL(import.meta.url), { workerData: data });
    await once(worker, 'message');
    return measured(async () => {
      worker.postMessage('record');
      await once(worker, 'message');
    });
  });
}

if (!isMainThread && parentPort !== null && 'memory' in (workerData ?? {})) {
  const { memory, shared } = workerData as { memory: Kind; shared: SharedRegistry };
  const record = recorderOf(await attachManySeries(shared), memory);
  parentPort.on('message', () => {
    for (let series = 0; series < counts[memory]; series++) record(series);
    parentPort!.postMessage('recorded');
  });
  parentPort.postMessage('attached');
}

const rough: Peer = { ...ours, peer: 'vsr-metrics, digits: 2' };

export default (Object.keys(counts) as Kind[]).flatMap((kind) => [
  recorded(ours, kind, async () => recorderOf(await createFor(), kind)),
  ...(kind === 'histogram'
    ? [recorded(rough, kind, async () => roughRecorderOf(await createFor()))]
    : []),
  anotherThread(kind),
  ...promClients.map((client) =>
    recorded(client, kind, () => {
      const { Counter, Histogram } = client.load();
      const labelNames = ['tenant_id'];
      const options = { name: 'many', help: 'Many', labelNames, registers: [] };
      if (kind === 'counter') {
        const counter = new Counter(options);
        return (series) => counter.labels(tenant(series)).inc();
      }
      const histogram = new Histogram({ ...options, buckets: latencyBounds });
      return (series) => {
        const child = histogram.labels(tenant(series));
        for (let index = 0; index < valuesEach; index++) child.observe(valueAt(index));
      };
    }),
  ),
  recorded(openTelemetry, kind, () => {
    const { meter } = createMeter();
    if (kind === 'counter') {
      const counter = meter.createCounter('many');
      return (series) => counter.add(1, { ...attributes, ...tenant(series) });
    }
    const histogram = meter.createHistogram('many', histogramOptions);
    return (series) => {
      const each = { ...attributes, ...tenant(series) };
      for (let index = 0; index < valuesEach; index++) histogram.record(valueAt(index), each);
    };
  }),
]);
