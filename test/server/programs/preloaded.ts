// Preloaded by a program, as one preloads what instruments it: in every thread that takes it up it starts
// a server, which starts a thread.

import { threadId } from 'node:worker_threads';
import { vsr } from '../../../lib/catalogues/index.js';
import { createRegistry } from '../../../lib/index.js';
import { startServer } from '../../../lib/server/index.js';

// Should it start one after the other: no more than a few.
if (threadId > 3) process.exit(9);
const registry = createRegistry({ catalogue: vsr, fixedLabels: { replica_id: '0' } });
const server = await startServer({ registry, port: 0 });
process.stdout.write(`listening in thread ${threadId}\n`);
(globalThis as { url?: string }).url = server.url;
