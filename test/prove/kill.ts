import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createRegistry, readRegistry } from '../../lib/index.js';
import { latency, proofCatalogue, steps } from './catalogue.js';
import { claim, delay, inParallel, type Proof } from './proof.js';
import { buildSharedPage, mapPage } from './shared-page.js';

/** Processes are killed in the middle of recording; the file holds all that they had done. */
export const kill: Proof<{ readonly children: number; readonly atOnce: number }> = {
  name: 'kill',
  claim: 'a process killed by SIGKILL while recording leaves every record in the file',
  // Half of them record through journals, where a kill falls into a drain every other time.
  full: { children: 1000, atOnce: 4 },
  short: { children: 24, atOnce: 4 },

  async run({ children, atOnce }, progress) {
    const file = `/dev/shm/proof-kill-${process.pid}.metrics`;
    const pagePath = `/dev/shm/proof-kill-${process.pid}.page`;
    const addon = buildSharedPage();
    const page = mapPage(addon, pagePath, children);
    // Fewer lanes and places for processes than children: those of the dead are used again.
    const registry = createRegistry({
      catalogue: proofCatalogue,
      file,
      capacity: { lanes: atOnce + 2, processes: atOnce + 2 },
    });
    const program = fileURLToPath(new URL('./programs/killed-child.js', import.meta.url));
    try {
      let done = 0;
      let lowest = 0;
      await inParallel(children, atOnce, async (index) => {
        const args = [file, addon, pagePath, String(index), String(children)];
        const child: ChildProcess = fork(program, args, {
          stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        });
        await once(child, 'message');
        await delay(Math.random() * 50);
        child.kill('SIGKILL');
        await once(child, 'exit');
        const now = registry.snapshot().value(steps)!;
        claim(now >= lowest, `steps went from ${lowest} to ${now}`);
        lowest = now;
        progress(++done, children);
      });
      const counted = Number(page.reduce((sum, count) => sum + count, 0n));
      const outside = readRegistry(file).snapshot();
      for (const name of [steps, latency]) {
        const extra = outside.value(name)! - counted;
        claim(extra >= 0 && extra <= children, `${name}: ${extra} more than the page has`);
      }
      return { children, counted, recorded: outside.value(steps)! };
    } finally {
      registry.close();
      rmSync(file, { force: true });
      rmSync(pagePath, { force: true });
    }
  },
};
