import { expect } from 'chai';
import { signedRankInterval, smallestSample } from '../../lib/budget/signed-rank.js';
import { seededRandom } from './noise.js';

/** A sample in order. The averages of its pairs are distinct, so that they can be counted. */
function sampleOf(size: number): number[] {
  const random = seededRandom(size);
  return Array.from({ length: size }, random).sort((one, other) => one - other);
}

/** How many averages of pairs lie below the interval. */
function leftOut(size: number, risk: number): number {
  const sample = sampleOf(size);
  const { lower } = signedRankInterval(sample, risk);
  const averages = sample.flatMap((one, at) => sample.slice(at).map((other) => (one + other) / 2));
  return averages.filter((average) => average < lower).length;
}

describe('the signed rank interval', () => {
  // Tables of the test, for two-sided risks.
  const tables: readonly (readonly [risk: number, size: number, critical: number])[] = [
    [0.05, 6, 0],
    [0.05, 8, 3],
    [0.05, 10, 8],
    [0.05, 15, 25],
    [0.05, 20, 52],
    [0.05, 30, 137],
    [0.01, 8, 0],
    [0.01, 10, 3],
    [0.01, 12, 7],
    [0.01, 15, 15],
    [0.01, 20, 37],
    [0.01, 30, 109],
    [0.01, 50, 373],
  ];
  for (const [risk, size, critical] of tables) {
    it(`leaves out ${critical} averages of ${size} values at a risk of ${risk}`, () => {
      expect(leftOut(size, risk)).to.equal(critical);
    });
  }

  it('goes over to a normal tail without a step inwards', () => {
    for (const risk of [0.05, 0.01, 0.001, 0.0001]) {
      const [before, last, next] = [99, 100, 101].map((size) => leftOut(size, risk));
      const step = last! - before!;
      // The tail of a normal variable is a little longer, so that less is left out.
      expect(next!).to.be.within(0.97 * last!, last! + step + 1);
    }
  });

  it('is centred on the median of the averages', () => {
    const { centre, lower, upper } = signedRankInterval([5, 1, 2, 4, 3, 6, 100], 0.2);
    expect(centre).to.equal(4);
    expect([lower, upper]).to.eql([2.5, 51]);
  });

  it('is infinite for a sample too small for its risk, and finite from the smallest on', () => {
    for (const risk of [0.05, 0.01, 0.001, 0.00001]) {
      const smallest = smallestSample(risk);
      const tooSmall = signedRankInterval(sampleOf(smallest - 1), risk);
      expect([tooSmall.lower, tooSmall.upper]).to.eql([-Infinity, Infinity]);
      const sample = sampleOf(smallest);
      const { lower, upper } = signedRankInterval(sample, risk);
      expect([lower, upper]).to.eql([sample[0], sample.at(-1)]);
    }
    expect(signedRankInterval([], 0.01).centre).to.be.NaN;
  });
});
