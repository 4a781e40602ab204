// Starts a server in a thread that is one's own, as a file that gets into that thread would.

import { isMainThread, Worker } from 'node:worker_threads';
import { vsr } from '../../../lib/catalogues/index.js';
import { createRegistry, type ServerError } from '../../../lib/index.js';
import { startServer } from '../../../lib/server/index.js';

if (isMainThread) {
  new Worker(new URL(import.meta.url), { workerData: { isVsrMetricsServer: true } });
} else {
  const registry = createRegistry({ catalogue: vsr, fixedLabels: { replica_id: '0' } });
  const error = await startServer({ registry, port: 0 }).catch((error: ServerError) => error);
  console.log('code' in error ? `${error.code}: ${error.message}` : 'it was started');
}
