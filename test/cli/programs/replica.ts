// A replica that records without end, until it is killed:
//
//   node replica.js FILE REPLICA_ID
//
// Says 'ready' when everything below is recorded once. Every 20 ms it counts ten more operations.

import { vsr } from '../../../lib/catalogues/index.js';
import { createRegistry } from '../../../lib/index.js';

const [file = '', replica_id = ''] = process.argv.slice(2);
const registry = createRegistry({ catalogue: vsr, fixedLabels: { replica_id }, file });
const m = registry.metrics;
const succeeded = m.operations.with({ status: 'success' });

m.replicaStatus.set(0);
m.viewNumber.set(7);
for (let value = 1; value <= 100; value++) m.clientLatency.record(value);
succeeded.inc(1000);

setInterval(() => {
  for (let operation = 0; operation < 10; operation++) {
    succeeded.inc();
    m.prepareLatency.record(operation / 10);
  }
}, 20);
process.send?.('ready');
