import { createRegistry, defineCatalogue, type Snapshot } from '../../lib/index.js';
import { claim, type Proof } from './proof.js';

const catalogue = defineCatalogue({
  name: 'label sets',
  families: {
    served: {
      kind: 'counter',
      name: 'served_total',
      help: 'Served.',
      labels: { session: 'any', outcome: ['ok', 'failed'] },
    },
    waits: {
      kind: 'histogram',
      name: 'wait_seconds',
      help: 'Waits.',
      labels: { session: 'any' },
      buckets: [1, 10],
      digits: 1,
    },
  },
});

/** One set in so many has a histogram too. */
const histogramEvery = 10;
const setsBetweenLooks = 10_000;
const warmUp = 0.1;
// What the collector of garbage may take. A leak of ten bytes per label set would be more by far.
const mostGrowth = 64 * 2 ** 20;

/** Labels that never come again, as of sessions: what one took up is used by others. */
export const labelSets: Proof<{ readonly sets: number; readonly alive: number }> = {
  name: 'label-sets',
  claim:
    'of label sets without end, some alive at a time, each has a series of its own, in the same memory',
  full: { sets: 10_000_000, alive: 100 },
  short: { sets: 50_000, alive: 100 },

  async run({ sets, alive }, progress) {
    const registry = createRegistry({ catalogue });
    const { served, waits } = registry.metrics;
    let before = 0;
    const started = performance.now();
    for (let set = 0; set < sets; set++) {
      served.with(labelsOf(set)).inc(set + 1);
      if (set % histogramEvery === 0) waits.with({ session: `${set}` }).record(1 + (set % 1000));
      const gone = set - alive;
      if (gone >= 0) {
        claim(served.remove(labelsOf(gone)), `label set ${gone} was not there any more`);
        if (gone % histogramEvery === 0) waits.remove({ session: `${gone}` });
      }
      if (set % setsBetweenLooks !== 0) continue;
      expectNoneShared(registry.snapshot());
      progress(set, sets);
      if (before === 0 && set >= warmUp * sets) before = process.memoryUsage.rss();
      // Garbage is collected as in a program that does other things too.
      await new Promise((resolve) => setImmediate(resolve));
    }
    const seconds = (performance.now() - started) / 1000;
    const snapshot = registry.snapshot();
    expectNoneShared(snapshot);
    for (let set = sets - alive; set < sets; set++) {
      const value = snapshot.value('served_total', labelsOf(set));
      claim(value === set + 1, `label set ${set} says ${value}`);
      if (set % histogramEvery !== 0) continue;
      const { count, sum } = snapshot.histogram('wait_seconds', { session: `${set}` })!;
      claim(count === 1 && sum === 1 + (set % 1000), `label set ${set} has ${count} values`);
    }
    const growth = process.memoryUsage.rss() - before;
    claim(growth < mostGrowth, `resident memory grew by ${growth} bytes`);
    registry.close();
    return { sets, alive, setsPerSecond: Math.round(sets / seconds), rssGrowth: growth };
  },
};

function labelsOf(set: number) {
  return { session: `session-${set}`, outcome: set % 2 === 0 ? 'ok' : 'failed' } as const;
}

function expectNoneShared(snapshot: Snapshot): void {
  const overflowed = snapshot.value('vsr_metrics_overflowed_total') ?? 0;
  claim(overflowed === 0, `${overflowed} label sets were given the overflow series`);
  for (const { info, series } of snapshot.families) {
    const isShared = series.some(({ info }) => info.labels.some(([, value]) => value === '_other'));
    claim(!isShared, `${info.name} has an overflow series`);
  }
}
