import { fork } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readRegistry } from '../../lib/index.js';
import { latency, steps } from './catalogue.js';
import { claim, delay, type Proof } from './proof.js';

const everyMs = 100;

/** The event loop is stuck: snapshots are taken on time, and a reader outside sees fresh values. */
export const blocked: Proof<{ readonly milliseconds: number }> = {
  name: 'blocked',
  claim: 'while the event loop is blocked, snapshots are on time and readers see fresh values',
  full: { milliseconds: 30_000 },
  short: { milliseconds: 2000 },

  async run({ milliseconds }, progress) {
    const file = `/dev/shm/proof-blocked-${process.pid}.metrics`;
    const program = fileURLToPath(new URL('./programs/blocking-child.js', import.meta.url));
    const child = fork(program, [file, String(milliseconds)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    try {
      await once(child, 'message');
      const reader = readRegistry(file);
      const end = Date.now() + milliseconds - 200;
      // Of a thread that records through a journal.
      const look = () => {
        const snapshot = reader.snapshot();
        return { steps: snapshot.value(steps)!, recorded: snapshot.value(latency)! };
      };
      let before = look();
      let looks = 0;
      while (Date.now() < end) {
        await delay(200);
        const now = look();
        claim(
          now.steps > before.steps,
          `a reader saw ${now.steps} after ${before.steps}: not fresh`,
        );
        const { recorded } = before;
        claim(now.recorded > recorded, `a reader saw ${now.recorded} after ${recorded}: not fresh`);
        before = now;
        looks++;
        progress(milliseconds - Math.max(0, end - Date.now()), milliseconds);
      }
      const [times] = (await once(child, 'message')) as [number[]];
      const gaps = times.slice(1).map((at, index) => at - times[index]!);
      const wanted = Math.floor(milliseconds / everyMs);
      claim(times.length >= wanted, `${times.length} snapshots instead of ${wanted}`);
      // On time: the machine may be busy for a moment, but no gap is of the size of the blockade.
      const longest = Math.max(...gaps);
      claim(longest < milliseconds / 2, `a gap of ${longest} ms between snapshots`);
      return { snapshots: times.length, looks, longestGapMs: Math.round(longest) };
    } finally {
      child.kill('SIGKILL');
      rmSync(file, { force: true });
    }
  },
};
