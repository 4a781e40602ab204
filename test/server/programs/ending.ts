// A program with a server that is closed in an orderly way by signals.
//
//   node ending.js '{ "readinessDelayMs": 500, "thread": false }'

import { vsr } from '../../../lib/catalogues/index.js';
import { createRegistry } from '../../../lib/index.js';
import { closeOnSignals, startServer } from '../../../lib/server/index.js';

const { unref = false, thread = true, ...options } = JSON.parse(process.argv[2] ?? '{}');
const registry = createRegistry({ catalogue: vsr, fixedLabels: { replica_id: '0' } });
const server = await startServer({ registry, port: 0, thread });
closeOnSignals(server, options);
if (unref) server.unref();
process.stdout.write(`${server.url}\n`);
