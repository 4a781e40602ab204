// Records a number of times and ends: by itself, or with an exception.

import { workerData } from 'node:worker_threads';
import { attachRegistry, type SharedRegistry } from '../../../lib/index.js';
import { proofCatalogue } from '../../prove/catalogue.js';

const { shared, times, throws, closes, trace } = workerData as {
  shared: SharedRegistry;
  times: number;
  throws?: boolean;
  closes?: boolean;
  trace?: string;
};
const registry = attachRegistry(shared, { catalogue: proofCatalogue });
const { metrics } = registry;
for (let time = 0; time < times; time++) {
  metrics.steps.inc();
  metrics.latency.recordWithExemplar(0.01, trace === undefined ? undefined : { trace_id: trace });
}
if (closes) registry.close();
if (throws) throw new Error('as told');
