// Takes a snapshot on time while its event loop is blocked. Arguments: region, milliseconds.

import { Worker } from 'node:worker_threads';
import { createRegistry } from '../../../lib/index.js';
import { proofCatalogue } from '../catalogue.js';

const [file = '', milliseconds = '1000'] = process.argv.slice(2);
const registry = createRegistry({ catalogue: proofCatalogue, file });
const times: number[] = [];
const everyMs = 100;
registry.onSnapshot({ everyMs, keep: 1000 }, ({ takenAt }) => times.push(takenAt));
// Somebody records meanwhile, so that a reader outside can tell fresh values from old ones.
const worker = new Worker(new URL('./churning-worker.js', import.meta.url), {
  workerData: { shared: registry.share(), page: new SharedArrayBuffer(8), index: 0 },
});
worker.once('message', () => {
  setTimeout(() => {
    process.send?.('blocked');
    const end = Date.now() + Number(milliseconds);
    while (Date.now() < end);
    setTimeout(() => {
      process.send?.(times);
      process.exit();
    }, 500);
  }, 300);
});
