// Creates the region of each round, or attaches to it, and makes series at the same time as another
// process does. Messages: { file, round } in, 'done' out.

import { attachRegistry, createRegistry } from '../../../lib/index.js';
import { proofCatalogue } from '../catalogue.js';

const name = process.argv[2] ?? '';
const seriesOfEach = 20;
const recording = name === 'left' ? 'journal' : 'direct';

function open(file: string) {
  // A name of /dev/shm that this process cannot take is the other's: attach to that one.
  for (;;) {
    try {
      return createRegistry({
        catalogue: proofCatalogue,
        file,
        capacity: { series: 4000 },
        recording,
      });
    } catch {
      try {
        return attachRegistry(file, { catalogue: proofCatalogue, recording });
      } catch {
        // Not there yet, or replaced in between: try again.
      }
    }
  }
}

let registry: ReturnType<typeof open> | undefined;
process.on('message', ({ file }: { file: string }) => {
  registry?.close();
  registry = open(file);
  const { grown, latency, steps } = registry.metrics;
  for (let index = 0; index < seriesOfEach; index++) {
    grown.with({ series: `both-${index}` }).inc();
    grown.with({ series: `${name}-${index}` }).inc();
    steps.inc();
    latency.record(index);
  }
  process.send?.('done');
});
