// A thread or a process that records, says so, and stays until it is told to go.

import cluster from 'node:cluster';
import { parentPort, workerData } from 'node:worker_threads';
import type { SharedRegistryHandle } from '../../../../lib/compat/prom-client/index.js';
import { recordShared } from './sharing.js';

if (parentPort !== null) {
  const { metrics, member } = workerData as { metrics: SharedRegistryHandle; member: number };
  const registry = await recordShared(metrics, member);
  parentPort.postMessage(await registry.metrics());
  parentPort.once('message', () => parentPort?.close());
} else if (cluster.isWorker) {
  const registry = await recordShared(process.env.SHARED_FILE!, Number(process.env.MEMBER));
  process.on('message', async () => process.send?.(await registry.metrics()));
  process.send?.('recorded');
}
