// A program with a server that blocks its event loop when it is told to, while a worker records on.
//
//   node blocking.js [FILE]
//
// Says { url } when it listens; takes { blockMs }; says { blocking: true } before it blocks.

import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { vsr } from '../../../lib/catalogues/index.js';
import { createHealthChecks } from '../../../lib/health/index.js';
import { attachRegistry, createRegistry, type SharedRegistry } from '../../../lib/index.js';
import { startServer } from '../../../lib/server/index.js';

const options = { catalogue: vsr, fixedLabels: { replica_id: '0' } } as const;

function record(registry: ReturnType<typeof attachRegistry<typeof vsr, { replica_id: string }>>) {
  const succeeded = registry.metrics.operations.with({ status: 'success' });
  setInterval(() => succeeded.inc(), 1);
}

if (isMainThread) {
  const file = process.argv[2];
  const registry = createRegistry({ ...options, ...(file !== undefined && { file }) });
  registry.metrics.replicaStatus.set(0);
  registry.metrics.viewNumber.set(0);
  registry.metrics.clusterSize.set(1);
  const health = createHealthChecks({ everyMs: 100 });
  health.add('loop', () => ({ status: 'healthy' }), { staleAfterMs: 1000 });
  await health.run();
  new Worker(new URL(import.meta.url), { workerData: registry.share() });
  const server = await startServer({ registry, health, port: 0, stuckAfterMs: 1500 });
  process.on('message', ({ blockMs }: { blockMs: number }) => {
    process.send!({ blocking: true }, () => {
      const end = performance.now() + blockMs;
      while (performance.now() < end);
      process.send!({ blocking: false });
    });
  });
  process.send!({ url: server.url });
} else {
  record(attachRegistry(workerData as SharedRegistry, options));
}
