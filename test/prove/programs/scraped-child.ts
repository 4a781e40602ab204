// A process that is scraped while workers of it come and go. It records until it is told to settle.
//
//   node scraped-child.js FILE PORT
//
// Answers GET /prometheus, /openmetrics and /negotiated: the last in the format that is asked for.
// Messages in: 'settle'. Out: 'ready', then what it reads of itself once nobody records any more.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import {
  compress,
  type ExpositionFormat,
  negotiate,
  renderBytes,
} from '../../../lib/exposition/index.js';
import { createRegistry } from '../../../lib/index.js';
import { inFlight, latency, proofCatalogue, steps } from '../catalogue.js';
import type { ScrapedReading } from '../prometheus.js';

const [file = '', port = ''] = process.argv.slice(2);
const workersAtOnce = 3;
const registry = createRegistry({ catalogue: proofCatalogue, file });
const answered: Partial<Record<ExpositionFormat, number>> = {};

const accepted: Readonly<Record<string, string>> = {
  '/prometheus': 'text/plain;version=0.0.4',
  '/openmetrics': 'application/openmetrics-text;version=1.0.0',
};
const server = createServer(async ({ url = '', headers }, response) => {
  const { format, contentType, escaping } = negotiate(accepted[url] ?? headers.accept);
  const page = renderBytes(format, registry.snapshot(), { escaping, quantiles: {} });
  const { body, headers: own } = await compress(page, headers['accept-encoding']);
  if (accepted[url] === undefined) answered[format] = (answered[format] ?? 0) + 1;
  response.writeHead(200, { 'Content-Type': contentType, ...own });
  response.end(body);
});
await once(server.listen(Number(port), '127.0.0.1'), 'listening');

const program = new URL('./churning-worker.js', import.meta.url);
let isSettling = false;
let started = 0;
async function churn(): Promise<void> {
  while (!isSettling) {
    const page = new SharedArrayBuffer(8);
    const worker = new Worker(program, {
      workerData: { shared: registry.share(), page, index: 0 },
    });
    started += 1;
    await once(worker, 'message');
    await wait(Math.random() * 300);
    await worker.terminate();
  }
}
const churning = Promise.all(Array.from({ length: workersAtOnce }, churn));
const trace = (trace_id: string) => ({ trace_id, span_id: 'b7ad6b7169203331' });
const spread = setInterval(() => {
  for (let index = 0; index < 200; index++) {
    registry.metrics.latency.record(0.0005 * 1.04 ** (index + Math.random()));
  }
  registry.metrics.latency.recordWithExemplar(0.02, trace(`latency-${process.pid}`));
  registry.metrics.steps.incWithExemplar(1, trace(`steps-${process.pid}`));
}, 20);

process.on('message', async () => {
  isSettling = true;
  clearInterval(spread);
  await churning;
  const snapshot = registry.snapshot();
  const reading = snapshot.histogram(latency)!;
  const settled: ScrapedReading = {
    steps: snapshot.value(steps)!,
    inFlight: snapshot.value(inFlight),
    count: reading.count,
    sum: reading.sum,
    buckets: reading.buckets().map(({ le, count }) => ({ le: String(le), count })),
    p50: reading.percentile(50),
    p95: reading.percentile(95),
    p99: reading.percentile(99),
    workers: started,
    answered,
  };
  process.send?.(settled);
});
process.send?.('ready');
