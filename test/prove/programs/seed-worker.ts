// A worker that runs simulations of the VSR cluster. Messages: a first and a last seed in; how it
// went out.

import { parentPort } from 'node:worker_threads';
import { runSeed } from '../../../examples/vsr-cluster/simulation/run-seed.js';

export interface SeedRange {
  readonly first: number;
  readonly last: number;
}

export interface SeedReport {
  readonly committed: number;
  readonly views: number;
  readonly failures: readonly { readonly seed: number; readonly message: string }[];
}

parentPort!.on('message', ({ first, last }: SeedRange) => {
  let committed = 0;
  let views = 0;
  const failures: { seed: number; message: string }[] = [];
  for (let seed = first; seed <= last; seed++) {
    try {
      const result = runSeed(seed);
      committed += result.committed;
      views += result.views;
    } catch (error) {
      failures.push({ seed, message: (error as Error).message });
    }
  }
  parentPort!.postMessage({ committed, views, failures } satisfies SeedReport);
});
