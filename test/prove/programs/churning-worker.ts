// A worker that records until it is terminated, and counts along in plain shared memory.

import { parentPort, workerData } from 'node:worker_threads';
import { attachRegistry, type SharedRegistry } from '../../../lib/index.js';
import { proofCatalogue, recordingOf } from '../catalogue.js';

const { shared, page, index } = workerData as {
  shared: SharedRegistry;
  page: SharedArrayBuffer;
  index: number;
};
const { metrics } = attachRegistry(shared, {
  catalogue: proofCatalogue,
  recording: recordingOf(index),
});
const counts = new BigInt64Array(page);
metrics.inFlight.inc();
parentPort?.postMessage('recording');
for (let step = 0; ; step++) {
  metrics.steps.inc();
  metrics.latency.record((step & 1023) / 512);
  counts[index] = counts[index]! + 1n;
}
