import { compareByChance } from '../promql/agreement.js';
import { Engine, lackOfEngine } from '../promql/engine.js';
import { Random } from '../promql/random.js';
import { seed } from '../support/seed.js';
import { claim, type Proof } from './proof.js';

/** Whatever is asked, Prometheus would have answered the same. */
export const promql: Proof<{ readonly rounds: number }> = {
  name: 'promql',
  claim:
    "expressions by chance over series by chance come to what they come to in Prometheus' own " +
    'engine, to 12 digits, and fail where they fail there',
  full: { rounds: 4000 },
  short: { rounds: 20 },

  async run({ rounds }, progress) {
    const reason = await lackOfEngine();
    if (reason !== undefined) throw Object.assign(new Error(reason), { reason });
    const engine = new Engine();
    try {
      const figures = await compareByChance(engine, new Random(seed + 7), rounds, progress);
      claim(figures.withSeries > figures.expressions / 5, 'most results were empty');
      return figures;
    } finally {
      await engine.stop();
    }
  },
};
