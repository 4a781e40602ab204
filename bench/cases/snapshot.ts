// snapshot() of the vsr catalogue with four lanes: in all of them every series was recorded into,
// and every histogram in so many cells side by side.

import { Worker } from 'node:worker_threads';
import { defineCase } from '../harness/javascript-case.js';
import { ours } from '../harness/versions.js';
import { fill, replica } from './filled-lane.js';

const lanes = 4;
const seriesOf = (cells: number) => (cells === 1 ? '1 cell' : `${cells} cells`);

/** Threads that have recorded and go on holding their lanes. */
async function fillInThreads(shared: unknown, cells: number): Promise<void> {
  const url = new URL('./filled-lane.js', import.meta.url);
  const filled = Array.from({ length: lanes - 1 }, () => {
    const worker = new Worker(url, { workerData: { shared, cells } });
    return new Promise((resolve, reject) => {
      worker.once('message', resolve).once('error', reject);
    });
  });
  await Promise.all(filled);
}

interface Variant {
  readonly peer: string;
  readonly cells: number;
  /** Lanes that there is room for. */
  readonly capacity: number;
}

function snapshotCase({ peer, cells, capacity }: Variant) {
  return defineCase({
    ...ours,
    group: 'snapshot',
    peer,
    prepare: async () => {
      const { createRegistry } = await import('../../lib/index.js');
      const { vsr } = await import('../../lib/catalogues/index.js');
      const registry = createRegistry({
        catalogue: vsr,
        fixedLabels: replica,
        resourcesEveryMs: false,
        capacity: { lanes: capacity },
      });
      const recorded = lanes * (await fill(registry, cells));
      await fillInThreads(registry.share(), cells);
      let [taken, exact] = [0, 0];
      return {
        run(first, end) {
          for (let index = first; index < end; index++) {
            const snapshot = registry.snapshot();
            taken++;
            if (snapshot.histogram('vsr_prepare_latency_ms', replica)?.count === cells * lanes) {
              exact++;
            }
          }
        },
        total: (operations) => {
          const { families, values } = registry.snapshot();
          let found = 0;
          for (const { info, series } of families) {
            if (!info.name.startsWith('vsr_') || info.name.startsWith('vsr_metrics_')) continue;
            for (const { offset } of series) {
              if (info.kind === 'counter') found += values[offset]!;
              if (info.kind === 'histogram') found += values[offset + info.bounds.length]!;
            }
          }
          const isAll = found === recorded && taken === operations;
          return isAll ? exact : 0;
        },
      };
    },
  });
}

export default [
  snapshotCase({ peer: seriesOf(1), cells: 1, capacity: lanes }),
  snapshotCase({ peer: seriesOf(10), cells: 10, capacity: lanes }),
  snapshotCase({ peer: seriesOf(100), cells: 100, capacity: lanes }),
  snapshotCase({ peer: seriesOf(1000), cells: 1000, capacity: lanes }),
  snapshotCase({ peer: seriesOf(10_000), cells: 10_000, capacity: lanes }),
  snapshotCase({ peer: '1000 cells, room for 256 lanes', cells: 1000, capacity: 256 }),
];
