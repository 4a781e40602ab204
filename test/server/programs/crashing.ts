// A program with a server, which says what its parent is told of its end. It keeps nothing of the
// registry itself, and whatever can be collected is.

import { vsr } from '../../../lib/catalogues/index.js';
import { createRegistry } from '../../../lib/index.js';
import { startServer } from '../../../lib/server/index.js';

async function start() {
  const registry = createRegistry({ catalogue: vsr, fixedLabels: { replica_id: '0' } });
  registry.metrics.viewNumber.set(7);
  return startServer({
    registry,
    port: 0,
    onError: (error) => process.send!({ error: (error as Error).message }),
  });
}

const server = await start();
setInterval(() => globalThis.gc!(), 10);
server.closed.catch((error) => process.send!({ closed: error.code }));
process.send!({ url: server.url });
