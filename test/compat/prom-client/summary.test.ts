import { expect } from 'chai';
import fc from 'fast-check';
import { type Client, ours, theirs } from './both.js';

/** Quantiles of many values; the random order in which both merge is the same for both. */
async function quantiles(client: Client, values: readonly number[]): Promise<unknown> {
  const { random } = Math;
  let state = 1;
  Math.random = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  try {
    const percentiles = [0, 0.001, 0.05, 0.5, 0.9, 0.99, 1];
    const summary = new client.Summary({ name: 's', help: 'S', percentiles, registers: [] });
    const seen = [];
    for (const [index, value] of values.entries()) {
      summary.observe(value);
      if (index % 900 === 899) seen.push((await summary.get()).values);
    }
    return [...seen, (await summary.get()).values];
  } finally {
    Math.random = random;
  }
}

describe('quantiles of a summary', () => {
  it('are the same numbers as with prom-client, also where values are merged', async () => {
    const value = fc.oneof(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.nat(50));
    const values = fc.array(value, { minLength: 1000, maxLength: 3500, size: 'max' });
    await fc.assert(
      fc.asyncProperty(values, async (given) => {
        expect(await quantiles(ours, given)).to.deep.equal(await quantiles(theirs, given));
      }),
      { numRuns: 8 },
    );
  });

  it('are the same for values that ascend, of which most means are kept', async () => {
    const given = Array.from({ length: 6000 }, (_, index) => index ** 1.5);
    expect(await quantiles(ours, given)).to.deep.equal(await quantiles(theirs, given));
  });
});
