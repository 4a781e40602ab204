import { fork } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readRegistry, type Snapshot } from '../../lib/index.js';
import { grown, latency, steps } from './catalogue.js';
import { claim, type Proof } from './proof.js';

const seriesOfEach = 20;

function start(program: string, name: string) {
  const path = fileURLToPath(new URL(`./programs/${program}.js`, import.meta.url));
  return fork(path, [name], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
}

function checkRound(snapshot: Snapshot): void {
  const found = snapshot.family(grown)!.series.map(({ info, offset }) => ({
    label: info.labels[0]![1],
    value: snapshot.values[offset]!,
  }));
  claim(found.length === 3 * seriesOfEach, `${found.length} series instead of ${3 * seriesOfEach}`);
  claim(new Set(found.map(({ label }) => label)).size === found.length, 'a series exists twice');
  for (const { label, value } of found) {
    const wanted = label.startsWith('both') ? 2 : 1;
    claim(value === wanted, `${label} is ${value}, not ${wanted}`);
  }
  for (const name of [steps, latency]) {
    claim(snapshot.value(name) === 2 * seriesOfEach, `${name}: ${snapshot.value(name)}`);
  }
}

/** Two processes create, attach and grow the same region at the same moment. */
export const race: Proof<{ readonly rounds: number }> = {
  name: 'race',
  claim: 'two processes that create and grow a region at once make one series a label set',
  full: { rounds: 1000 },
  short: { rounds: 40 },

  async run({ rounds }, progress) {
    const children = [start('racing-child', 'left'), start('racing-child', 'right')];
    try {
      for (let round = 0; round < rounds; round++) {
        const file = `/dev/shm/proof-race-${process.pid}-${round}.metrics`;
        const done = children.map((child) => once(child, 'message'));
        for (const child of children) child.send({ file });
        await Promise.all(done);
        checkRound(readRegistry(file).snapshot());
        rmSync(file, { force: true });
        progress(round + 1, rounds);
      }
    } finally {
      for (const child of children) child.kill();
    }
    return { rounds, series: rounds * 3 * seriesOfEach };
  },
};
