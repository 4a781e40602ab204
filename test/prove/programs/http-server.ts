// Records without a pause and serves what it has recorded. Says how it does when it is asked; told to
// block for some milliseconds, it records for so long without a turn of its event loop.

import { createRegistry } from '../../../lib/index.js';
import { startServer } from '../../../lib/server/index.js';
import { proofCatalogue } from '../catalogue.js';

const registry = createRegistry({ catalogue: proofCatalogue });
const problems: string[] = [];
const server = await startServer({
  registry,
  port: 0,
  onWarning: ({ message }) => problems.push(message),
});

const recordsPerBatch = 20_000;
let batches: number[] = [];

function recordFor(milliseconds: number): void {
  const counter = registry.metrics.steps;
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    const began = performance.now();
    for (let index = 0; index < recordsPerBatch; index++) counter.inc();
    batches.push(((performance.now() - began) * 1e6) / recordsPerBatch);
  }
}

function record(): void {
  recordFor(20);
  setImmediate(record);
}

process.on('message', (message: 'tell' | { readonly blockMs: number }) => {
  if (message !== 'tell') {
    process.send!('blocked');
    setImmediate(() => recordFor(message.blockMs));
    return;
  }
  // The median: whoever else has the processor meanwhile makes single batches long, and not most.
  const sorted = batches.sort((a, b) => a - b);
  const recordNs = sorted[Math.floor(sorted.length / 2)]!;
  batches = [];
  process.send!({ url: server.url, recordNs, residentBytes: process.memoryUsage.rss(), problems });
});
process.send!('ready');
record();
