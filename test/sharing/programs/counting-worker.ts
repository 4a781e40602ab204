// Records a number of times and ends: by itself, or with an exception.

import { workerData } from 'node:worker_threads';
import { attachRegistry, type SharedRegistry } from '../../../lib/index.js';
import { proofCatalogue } from '../../prove/catalogue.js';

const { shared, times, throws } = workerData as {
  shared: SharedRegistry;
  times: number;
  throws?: boolean;
};
const { metrics } = attachRegistry(shared, { catalogue: proofCatalogue });
for (let time = 0; time < times; time++) {
  metrics.steps.inc();
  metrics.latency.record(0.01);
}
if (throws) throw new Error('as told');
