// A process that makes or attaches a region and then does as it is told.
//
//   node recording-process.js create FILE | attach FILE
//
// Messages in: { do: 'inc', times, trace } | { do: 'set', value } | { do: 'block', ms } |
// { do: 'worker' } | { do: 'close' } | { do: 'value' }.

// Out: 'ready', then 'done' or a number for each.

import { Worker } from 'node:worker_threads';
import { attachRegistry, createRegistry } from '../../../lib/index.js';
import { proofCatalogue, steps } from '../../prove/catalogue.js';

const [how = '', file = ''] = process.argv.slice(2);
const registry =
  how === 'create'
    ? createRegistry({ catalogue: proofCatalogue, file })
    : attachRegistry(file, { catalogue: proofCatalogue });

interface Order {
  readonly do: 'inc' | 'set' | 'block' | 'worker' | 'close' | 'value';
  readonly times?: number;
  readonly trace?: string;
  readonly ms?: number;
  readonly value?: number;
}

process.on('message', (order: Order) => {
  if (order.do === 'inc') {
    for (let time = 0; time < (order.times ?? 1); time++) {
      if (order.trace === undefined) registry.metrics.steps.inc();
      else registry.metrics.steps.incWithExemplar(1, { trace_id: order.trace });
    }
  }
  if (order.do === 'set') registry.metrics.inFlight.set(order.value ?? 0);
  if (order.do === 'block') {
    process.send?.('done');
    const end = Date.now() + (order.ms ?? 0);
    while (Date.now() < end);
    return;
  }
  if (order.do === 'worker') {
    const workerData = { shared: registry.share(), times: 100, closes: true };
    const worker = new Worker(new URL('./counting-worker.js', import.meta.url), { workerData });
    worker.on('exit', () => process.send?.('done'));
    return;
  }
  if (order.do === 'close') registry.close();
  process.send?.(order.do === 'value' ? registry.snapshot().value(steps) : 'done');
});
process.send?.('ready');
