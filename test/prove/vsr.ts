import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { SeedReport } from './programs/seed-worker.js';
import { claim, inParallel, type Proof } from './proof.js';

const seedsAtOnce = 20;

/** Clusters of the VSR example in simulated time, with faults by chance. */
export const vsr: Proof<{ readonly seeds: number }> = {
  name: 'vsr',
  claim: 'whatever fails, the VSR cluster loses and reorders nothing, and goes on afterwards',
  full: { seeds: 20_000 },
  short: { seeds: 20 },
  run: ({ seeds }, progress) => runSeeds(seeds, progress),
};

/** Runs so many seeds from `from` on, on all processors. */
export async function runSeeds(
  seeds: number,
  progress: (done: number, of: number) => void,
  from = 1,
): Promise<{ seeds: number; committed: number; views: number }> {
  const url = new URL('./programs/seed-worker.js', import.meta.url);
  const idle = Array.from({ length: availableParallelism() }, () => new Worker(url));
  const all = [...idle];
  const total = { seeds: 0, committed: 0, views: 0 };
  const failures: string[] = [];
  try {
    await inParallel(Math.ceil(seeds / seedsAtOnce), all.length, async (part) => {
      const worker = idle.pop()!;
      const first = from + part * seedsAtOnce;
      const last = Math.min(from + seeds, first + seedsAtOnce) - 1;
      worker.postMessage({ first, last });
      const [report] = (await once(worker, 'message')) as [SeedReport];
      idle.push(worker);
      total.seeds += last - first + 1;
      total.committed += report.committed;
      total.views += report.views;
      for (const { seed, message } of report.failures) {
        failures.push(`${message}\n    again: npm run prove -- vsr --seed ${seed}`);
      }
      progress(total.seeds, seeds);
    });
  } finally {
    await Promise.all(all.map((worker) => worker.terminate()));
  }
  claim(failures.length === 0, failures.slice(0, 10).join('\n  '));
  return total;
}
