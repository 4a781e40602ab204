import { rmSync, statSync } from 'node:fs';
import { createRegistry } from '../../lib/index.js';
import { proofCatalogue } from './catalogue.js';
import { claim, type Proof } from './proof.js';

const recordsPerSnapshot = 100_000; // 10,000 a second, a snapshot every 10 s

/** As much as a day brings, in minutes: memory stays what it was after the first hour. */
export const memory: Proof<{ readonly hours: number }> = {
  name: 'memory',
  claim:
    'as many records and snapshots as a day brings, made without pauses, need no more memory than those of the first hour',
  full: { hours: 24 },
  short: { hours: 1.5 },

  async run({ hours }, progress) {
    const file = `/dev/shm/proof-memory-${process.pid}.metrics`;
    const registry = createRegistry({ catalogue: proofCatalogue, file });
    const { steps, latency } = registry.metrics;
    const snapshots = Math.round(hours * 360);
    const warm = Math.min(360, Math.floor(snapshots / 2));
    let before = { rss: 0, file: 0 };
    let after = before;
    // Values of a fixed set, as in a service that has seen its usual latencies.
    const values = Float64Array.from({ length: 4096 }, (_, index) => 1e-4 * 1.0025 ** index);
    try {
      for (let taken = 0; taken < snapshots; taken++) {
        for (let record = 0; record < recordsPerSnapshot; record++) {
          steps.inc();
          latency.record(values[record & 4095]!);
        }
        registry.snapshot();
        after = { rss: process.memoryUsage.rss(), file: statSync(file).blocks * 512 };
        if (taken === warm) before = after;
        if (taken % 20 === 0) {
          progress(taken, snapshots);
          // Lets the garbage of snapshots be collected as it would be in a real program.
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
      const recorded = registry.snapshot().value('proof_steps_total')!;
      claim(recorded === snapshots * recordsPerSnapshot, `${recorded} records`);
      const grownBy = after.rss - before.rss;
      claim(grownBy < 32 * 2 ** 20, `resident memory grew by ${grownBy} bytes`);
      // The history fills up for an hour of real time; nothing else grows.
      claim(
        after.file - before.file < 2 ** 20,
        `the file grew from ${before.file} to ${after.file}`,
      );
      return { records: recorded, snapshots, rssGrowth: grownBy, fileBytes: after.file };
    } finally {
      registry.close();
      rmSync(file, { force: true });
    }
  },
};
