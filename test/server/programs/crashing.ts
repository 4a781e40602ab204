// A program with a server, which says what its parent is told of its end. It keeps nothing of the
// registry itself, and whatever can be collected is. The server's thread runs nothing that the program
// preloads: what makes it throw is put into its options, whoever starts it.

import { createRequire, syncBuiltinESMExports } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { vsr } from '../../../lib/catalogues/index.js';
import { createRegistry } from '../../../lib/index.js';

const crash = fileURLToPath(new URL('./crash.cjs', import.meta.url));

class CrashingWorker extends Worker {
  constructor(file: string | URL, options: WorkerOptions) {
    super(file, { ...options, execArgv: ['--require', crash] });
  }
}

createRequire(import.meta.url)('node:worker_threads').Worker = CrashingWorker;
syncBuiltinESMExports();
const { startServer } = await import('../../../lib/server/index.js');

async function start() {
  const registry = createRegistry({ catalogue: vsr, fixedLabels: { replica_id: '0' } });
  registry.metrics.viewNumber.set(7);
  return startServer({
    registry,
    port: 0,
    onWarning: ({ message }) => process.send!({ error: message }),
  });
}

const server = await start();
setInterval(() => globalThis.gc!(), 10);
server.closed.catch((error) => process.send!({ closed: error.code }));
process.send!({ url: server.url });
