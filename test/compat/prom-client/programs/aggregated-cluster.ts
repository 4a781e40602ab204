// Three cluster workers record; the primary asks for the sum, by messages, and prints it.

import cluster from 'node:cluster';
import { once } from 'node:events';
import { ours, theirs } from '../both.js';

const clients = { ours, theirs };

function clientNamed(name: string | undefined) {
  return clients[name as keyof typeof clients];
}

async function primary(): Promise<void> {
  const client = clientNamed(process.env.PRIMARY_CLIENT);
  const registry = new client.AggregatorRegistry();
  const none = await registry.clusterMetrics();
  const workers = [1, 2, 3].map((amount) => cluster.fork({ AMOUNT: String(amount) }));
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  process.stdout.write(`${none}${await registry.clusterMetrics()}`);
  for (const worker of workers) worker.kill();
}

function worker(): void {
  const client = clientNamed(process.env.WORKER_CLIENT);
  new client.AggregatorRegistry();
  const amount = Number(process.env.AMOUNT);
  const labelNames = ['kind'];
  const config = (name: string) => ({ name, help: 'Work', labelNames });
  new client.Counter(config('work_total')).inc({ kind: 'a' }, amount);
  new client.Histogram({ ...config('work'), buckets: [1, 2] }).observe({ kind: 'a' }, amount);
  for (const aggregator of ['sum', 'first', 'min', 'max', 'average', 'omit'] as const) {
    // The same in each for `first`: who answers first is not known.
    const value = aggregator === 'first' ? 7 : amount;
    new client.Gauge({ ...config(`work_${aggregator}`), aggregator }).set({ kind: 'a' }, value);
  }
  process.send?.('ready');
}

if (cluster.isPrimary) await primary();
else worker();
