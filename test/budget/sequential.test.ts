import { expect } from 'chai';
import { SequentialTest } from '../../lib/budget/sequential.js';
import { signedRankInterval } from '../../lib/budget/signed-rank.js';
import { seed } from '../support/seed.js';
import { seededRandom } from './noise.js';
import { budget, confidence, simulateMachines } from './simulated.js';

describe('the sequential test, on noisy machines', () => {
  // Ten times as many, each kind for itself, are a gate: test/gate.
  it('is wrong once in a hundred at most @slow', async () => {
    const outcomes = await simulateMachines(20, seed % 1e6);
    const sum = (of: 'runs' | 'missed' | 'wrong' | 'decided') =>
      outcomes.reduce((total, outcome) => total + outcome[of], 0);
    // Five standard deviations of what chance adds to one in a hundred.
    const most = 0.01 * sum('runs') + 5 * Math.sqrt(0.01 * sum('runs'));
    expect(sum('missed'), 'intervals that miss').to.be.at.most(most);
    expect(sum('wrong'), 'wrong verdicts').to.be.at.most(most);
    // An interval as wide as the world would hold everything.
    expect(sum('decided'), 'decided').to.be.at.least(0.9 * sum('runs'));
  });

  const runs = 300;
  it('would be wrong far more often if it looked after every round', async () => {
    let missed = 0;
    for (let run = 0; run < runs; run++) {
      const random = seededRandom(1000 * run + 17);
      const ratios = Array.from({ length: 40 }, () => random() - 0.5);
      const looks = ratios.map((_, last) => signedRankInterval(ratios.slice(0, last + 1), 0.01));
      if (looks.some(({ lower, upper }) => lower > 0 || upper < 0)) missed++;
    }
    expect(missed).to.be.above(0.03 * runs);
  });
});

describe('the sequential test', () => {
  function fed(ratios: readonly number[], options = { budget, confidence }): SequentialTest {
    const test = new SequentialTest(options);
    for (const ratio of ratios) test.add(ratio);
    return test;
  }

  it('knows nothing before its first look, after twelve rounds', () => {
    const before = fed(Array.from({ length: 11 }, () => 0.5));
    expect(before.finding).to.deep.equal({
      verdict: 'undecided',
      overhead: NaN,
      interval: { lower: -1, upper: Infinity },
    });
    before.add(0.5);
    expect(before.finding.verdict).to.equal('over');
  });

  it('needs more rounds for more confidence', () => {
    const options = { budget, confidence: 0.9999 };
    const ratios = Array.from({ length: 18 }, () => 0.5);
    expect(fed(ratios, options).finding.verdict).to.equal('undecided');
    expect(fed([...ratios, 0.5], options).finding.verdict).to.equal('over');
  });

  it('says within only when all of the interval is', () => {
    const around = (centre: number, spread: number) =>
      fed(Array.from({ length: 12 }, (_, index) => centre + (spread * (index - 5.5)) / 5.5));
    expect(around(0.005, 0.004).finding.verdict).to.equal('within');
    expect(around(0.005, 0.008).finding.verdict).to.equal('undecided');
    expect(around(0.015, 0.004).finding.verdict).to.equal('over');
    expect(around(0.015, 0.008).finding.verdict).to.equal('undecided');
    expect(around(-0.002, 0.004).finding.verdict).to.equal('within');
    // Instrumentation makes nothing faster.
    expect(around(-0.02, 0.004).finding.verdict).to.equal('biased');
  });

  it('gives overheads as shares, not as logarithms', () => {
    const { overhead, interval } = fed(Array.from({ length: 12 }, () => Math.log(1.5))).finding;
    expect(overhead).to.be.closeTo(0.5, 1e-12);
    expect(interval.lower).to.be.closeTo(0.5, 1e-12);
  });

  it('is not shaken by one wild round, in either direction', () => {
    for (const wild of [-50, 50]) {
      const ratios = Array.from({ length: 27 }, (_, index) => (index === 3 ? wild : 0.001));
      const { verdict, overhead } = fed(ratios).finding;
      expect(verdict).to.equal('within');
      expect(overhead).to.be.closeTo(0.001, 1e-5);
    }
  });

  it('does not spend its risk twice on the same rounds', () => {
    const test = fed(Array.from({ length: 12 }, (_, index) => index / 500));
    const first = test.look();
    expect(test.look()).to.equal(first);
  });

  it('estimates how many rounds more would decide', () => {
    expect(fed([]).roundsToDecide()).to.equal(12);
    expect(fed([0.1, 0.2]).roundsToDecide()).to.equal(10);
    expect(fed(Array.from({ length: 12 }, () => 0.5)).roundsToDecide()).to.equal(0);
    const wide = (centre: number) =>
      fed(Array.from({ length: 12 }, (_, index) => centre + 0.05 * (index - 5.5))).roundsToDecide();
    expect(wide(0)).to.be.above(1000);
    expect(wide(-0.2)).to.be.within(1, 100);
    expect(wide(Math.log1p(budget))).to.equal(Infinity);
  });
});
