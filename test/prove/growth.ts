import { fork } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createRegistry, readRegistry } from '../../lib/index.js';
import { grown, proofCatalogue } from './catalogue.js';
import { claim, delay, type Proof } from './proof.js';

/** Processes are killed while they add series: others go on, and the directory stays sound. */
export const growth: Proof<{ readonly kills: number }> = {
  name: 'growth',
  claim: 'a process killed while adding series blocks nobody and makes no series twice',
  full: { kills: 200 },
  short: { kills: 8 },

  async run({ kills }, progress) {
    const file = `/dev/shm/proof-growth-${process.pid}.metrics`;
    const program = fileURLToPath(new URL('./programs/growing-child.js', import.meta.url));
    const registry = createRegistry({
      catalogue: proofCatalogue,
      file,
      capacity: { series: 20_000 },
    });
    try {
      for (let round = 0; round < kills; round++) {
        const children = [0, 1].map((side) =>
          fork(program, [file, String(round * 37 + side * 11)], {
            stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
          }),
        );
        await Promise.all(children.map((child) => once(child, 'message')));
        await delay(Math.random() * 15);
        const gone = children.map((child) => once(child, 'exit'));
        for (const child of children) child.kill('SIGKILL');
        await Promise.all(gone);
        // This thread adds as ever: nobody waits for the dead.
        registry.metrics.grown.with({ series: `survivor-${round}` }).inc();
        const snapshot = readRegistry(file).snapshot();
        const labels = snapshot.family(grown)!.series.map(({ info }) => info.labels[0]![1]);
        claim(new Set(labels).size === labels.length, 'a series exists twice');
        claim(labels.includes(`survivor-${round}`), 'a new series does not show');
        progress(round + 1, kills);
      }
      const snapshot = registry.snapshot();
      const series = snapshot.family(grown)!.series.length;
      return {
        kills: 2 * kills,
        series,
        overflowed: snapshot.value('vsr_metrics_overflowed_total') ?? 0,
      };
    } finally {
      registry.close();
      rmSync(file, { force: true });
    }
  },
};
