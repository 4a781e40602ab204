import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { createRegistry } from '../../lib/index.js';
import { inFlight, latency, proofCatalogue, steps } from './catalogue.js';
import { claim, inParallel, type Proof } from './proof.js';

/** Workers come and are terminated in the middle of recording; every record is in the totals. */
export const churn: Proof<{ readonly workers: number; readonly atOnce: number }> = {
  name: 'churn',
  claim: 'workers terminated at random while recording lose nothing, and no total steps back',
  full: { workers: 2000, atOnce: 8 },
  short: { workers: 60, atOnce: 8 },

  async run({ workers, atOnce }, progress) {
    // Fewer lanes than workers by far: each is used by many, one after the other.
    const registry = createRegistry({
      catalogue: proofCatalogue,
      capacity: { lanes: atOnce + 4 },
    });
    const page = new SharedArrayBuffer(8 * workers);
    const counts = new BigInt64Array(page);
    const program = new URL('./programs/churning-worker.js', import.meta.url);
    let lowest = { steps: 0, recorded: 0 };
    let looks = 0;
    const look = (): { steps: number; recorded: number } => {
      const snapshot = registry.snapshot();
      const seen = { steps: snapshot.value(steps)!, recorded: snapshot.value(latency)! };
      claim(seen.steps >= lowest.steps, `steps went from ${lowest.steps} to ${seen.steps}`);
      claim(seen.recorded >= lowest.recorded, `a count went back to ${seen.recorded}`);
      lowest = seen;
      looks++;
      return seen;
    };
    const timer = setInterval(look, 1);
    let done = 0;
    await inParallel(workers, atOnce, async (index) => {
      const workerData = { shared: registry.share(), page, index };
      const worker = new Worker(program, { workerData });
      await new Promise((resolve) => worker.once('message', resolve));
      await wait(Math.random() * 60);
      look();
      await worker.terminate();
      look();
      progress(++done, workers);
    });
    clearInterval(timer);

    const total = Number(counts.reduce((sum, count) => sum + count, 0n));
    const seen = look();
    claim(total > workers, `${total} records are too few to mean anything`);
    for (const [what, recorded] of Object.entries(seen)) {
      const extra = recorded - total;
      claim(extra >= 0 && extra <= workers, `${what}: ${recorded} against ${total} counted`);
    }
    const left = registry.snapshot().value(inFlight) ?? 0;
    claim(left === 0, `the dead still weigh on a gauge: ${left}`);
    registry.close();
    return { workers, looks, recorded: seen.recorded, counted: total };
  },
};
