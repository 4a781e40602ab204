// A program with a server that is closed in an orderly way by signals.
//
//   node ending.js '{ "readinessDelayMs": 500, "thread": false }'

import { vsr } from '../../../lib/catalogues/index.js';
import { createRegistry } from '../../../lib/index.js';
import { closeOnSignals, startServer } from '../../../lib/server/index.js';

const given = JSON.parse(process.argv[2] ?? '{}');
const { holdProcess = true, thread = true, file, ...options } = given;
const registry = createRegistry({
  catalogue: vsr,
  fixedLabels: { replica_id: '0' },
  ...(file !== undefined && { file }),
});
registry.metrics.replicaStatus.set(0);
const server = await startServer({ registry, port: 0, thread, holdProcess });
const also = [{ close: () => process.stdout.write('also closed\n') }];
closeOnSignals(server, { ...options, also });
process.stdout.write(`${server.url}\n`);
