import { expect } from 'chai';
import fc from 'fast-check';
import { build } from 'hdr-histogram-js';
import { createRegistry, defineCatalogue } from '../../../lib/index.js';
import { expectDistribution, perMille } from '../../support/distribution.js';
import { anyObservation, observation } from '../../support/doubles.js';
import { singleHistogram } from '../../support/single-histogram.js';
import { catchWarnings } from '../../support/warnings.js';

const bounds = [0.001, 0.005, 0.01, 0.1, 0.25, 0.5, 1, 2.5, 10, 100, 1e6];
const range = { min: 1e-6, max: 1e9 };
const observations = fc.array(observation, { maxLength: 200 });

describe('Histogram', () => {
  for (const digits of [1, 2, 3] as const) {
    const shape = { digits, bounds, range };

    it(`agrees with the values themselves, ${digits} digits`, () => {
      fc.assert(
        fc.property(observations, (values) => {
          const histogram = singleHistogram(shape);
          for (const value of values) histogram.recorder.record(value);
          expectDistribution(histogram.reading(), values, shape);
        }),
        { numRuns: 120 },
      );
    });

    it(`agrees with the values themselves where bounds do not align, ${digits} digits`, () => {
      const thirds = [1e-5 / 3, 1 / 3, 2 / 3, 1, Math.PI, 10 / 3, 1e8 / 3];
      const splitting = { digits, bounds: thirds, range };
      fc.assert(
        fc.property(observations, (values) => {
          const histogram = singleHistogram(splitting);
          for (const value of values) histogram.recorder.record(value);
          expectDistribution(histogram.reading(), values, splitting);
        }),
        { numRuns: 60 },
      );
    });

    it(`agrees with hdr-histogram-js, ${digits} digits`, () => {
      const whole = fc.oneof(
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 1, max: 1e9 }),
        fc.integer({ min: 0, max: 29 }).map((power) => 2 ** power),
      );
      fc.assert(
        fc.property(fc.array(whole, { minLength: 1, maxLength: 300 }), (values) => {
          const histogram = singleHistogram({ digits, bounds });
          const other = build({
            lowestDiscernibleValue: 1,
            highestTrackableValue: 1e9,
            numberOfSignificantValueDigits: digits,
          });
          for (const value of values) {
            histogram.recorder.record(value);
            other.recordValue(value);
          }
          const reading = histogram.reading();
          expect(reading.count).to.equal(other.totalCount);
          // Each lies within the declared precision of the same value.
          const precision = 2 * 10 ** -digits;
          expect(reading.min).to.be.closeTo(other.minNonZeroValue, precision * reading.min);
          expect(reading.max).to.be.closeTo(other.maxValue, precision * reading.max);
          expect(reading.mean).to.be.closeTo(other.mean, precision * reading.mean);
          for (const share of perMille) {
            const wanted = other.getValueAtPercentile(share / 10);
            const found = reading.percentile(share / 10);
            expect(found, `percentile ${share / 10}`).to.be.closeTo(wanted, precision * found);
          }
        }),
        { numRuns: 60 },
      );
    });
  }

  it('records n equal values as n records', () => {
    const times = fc.integer({ min: 0, max: 5 });
    fc.assert(
      fc.property(fc.array(fc.tuple(observation, times), { maxLength: 60 }), (pairs) => {
        const shape = { digits: 3, bounds: [1 / 3, 1, 10], range } as const;
        const [once, one] = [singleHistogram(shape), singleHistogram(shape)];
        for (const [value, n] of pairs) {
          once.recorder.record(value, n);
          for (let count = 0; count < n; count++) one.recorder.observe(value);
        }
        const values = pairs.flatMap(([value, n]) => Array<number>(n).fill(value));
        expectDistribution(once.reading(), values, shape);
        expect([...once.reading().cells()]).to.deep.equal([...one.reading().cells()]);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps what is its own, however many there are', () => {
    const catalogue = defineCatalogue({
      name: 'many',
      families: {
        took: {
          kind: 'histogram',
          name: 'took_seconds',
          help: 'Of many.',
          labels: { of: 'any' },
          buckets: [1, 10],
        },
      },
    });
    // 400 kB each: those at the ends of a part of the lane lie in two of them.
    const numbers = Array.from({ length: 70 }, (_, number) => number);
    const before = process.memoryUsage().external;
    const registry = createRegistry({ catalogue, capacity: { lanes: 1, histograms: 800 } });
    const ends = [1e-6, 1, 1e9];
    for (const number of numbers) {
      const recorder = registry.metrics.took.with({ of: `${number}` });
      for (const value of ends) for (let n = 0; n <= number; n++) recorder.record(value);
    }
    const snapshot = registry.snapshot();
    for (const number of numbers) {
      const reading = snapshot.histogram('took_seconds', { of: `${number}` })!;
      const expected = Array.from(ends, () => number + 1);
      expect([...reading.cells()].map(({ count }) => count)).to.deep.equal(expected);
    }
    // V8 takes it for memory in use: not all of the 330 MB that there may be.
    expect(process.memoryUsage().external - before).to.be.below(100 * 2 ** 20);
  });

  it('counts far beyond 2^32, and exactly up to 2^53', () => {
    const { recorder, reading } = singleHistogram({ bounds: [1, 1.5, 10] });
    recorder.record(2, 2 ** 53 - 2);
    recorder.record(2);
    expect(reading().count).to.equal(2 ** 53 - 1);
    recorder.record(1.25, 2 ** 33);
    expect(reading().buckets()[1]).to.deep.equal({ le: 1.5, count: 2 ** 33 });
    expect(reading().percentile(100)).to.equal(2);
  });

  it('tells smaller values from zero only inside the range, and larger ones not at all', () => {
    const { recorder, reading } = singleHistogram({
      bounds: [1, 10],
      range: { min: 0.5, max: 20 },
    });
    for (const value of [0, 0.1, 0.25, 30, 1e300]) recorder.record(value);
    const { min, max, count } = reading();
    expect([min, max, count]).to.deep.equal([0, 1e300, 5]);
    expect(
      reading()
        .buckets()
        .map(({ count }) => count),
    ).to.deep.equal([3, 3, 5]);
    expect([...reading().cells()].map(({ count }) => count)).to.deep.equal([3, 2]);
    expect(reading().percentile(80)).to.equal(1e300);
    expect(reading().percentile(60)).to.be.within(0.25, 0.5);
  });

  it('reaches to the ends of all numbers when its range does', () => {
    const shape = {
      digits: 3,
      bounds: [5e-324, 2 ** -1022, 0.1, Number.MAX_VALUE],
      range: { min: Number.MIN_VALUE, max: Number.MAX_VALUE },
    } as const;
    fc.assert(
      fc.property(fc.array(anyObservation, { maxLength: 50 }), (given) => {
        const { recorder, reading } = singleHistogram(shape);
        catchWarnings(() => {
          for (const value of given) recorder.record(value);
        });
        const { min, max, count } = reading();
        // What would make the sum infinite is refused.
        let sum = 0;
        const values = given.filter((value) => {
          const fits = sum + value < Infinity;
          if (fits) sum += value;
          return fits;
        });
        expect(reading().sum).to.equal(sum);
        const sorted = Float64Array.from(values, (value) => value + 0).sort();
        expect([count, min, max]).to.deep.equal([
          values.length,
          sorted[0] ?? Number.NaN,
          sorted.at(-1) ?? Number.NaN,
        ]);
        for (const { le, count } of reading().buckets()) {
          expect(count).to.equal(values.filter((value) => value <= le).length);
        }
        if (count > 0) expect(reading().percentile(100)).to.equal(max);
      }),
      { numRuns: 40 },
    );
  });

  it('takes -0 for 0, also where 0 has a cell', () => {
    const { recorder, reading } = singleHistogram({
      bounds: [1],
      range: { min: Number.MIN_VALUE, max: 10 },
    });
    for (const value of [0, -0, 0, -0]) recorder.record(value);
    const { count, min, max, sum } = reading();
    expect([count, min, max, sum]).to.deep.equal([4, 0, 0, 0]);
  });

  it('keeps extremes exact that lie in one cell, whatever order they come in', () => {
    for (const bounds of [
      [1, 10],
      [1 / 3, 2.0001],
    ]) {
      // All in the cell of 2, and between cells far below and far above it.
      const values = [2.0007, 2.0003, 2.0009, 2.0001, 2.0005, 2.00095, 2.00005];
      for (const [low, high] of [[], [0.5], [500], [0.5, 500]]) {
        const { recorder, reading } = singleHistogram({ bounds });
        const all = [low, high, ...values].filter((value) => value !== undefined);
        for (const value of all) {
          recorder.record(value);
          recorder.record(value);
        }
        expect(reading().min).to.equal(Math.min(...all));
        expect(reading().max).to.equal(Math.max(...all));
      }
    }
  });

  it('says nothing about nothing', () => {
    const { reading } = singleHistogram({ bounds: [1, 10] });
    const empty = reading();
    expect([empty.count, empty.sum]).to.deep.equal([0, 0]);
    expect(empty.buckets().map(({ count }) => count)).to.deep.equal([0, 0, 0]);
    expect([empty.min, empty.max, empty.mean, empty.percentile(50)]).to.deep.equal(
      Array(4).fill(Number.NaN),
    );
    expect([...empty.cells()]).to.deep.equal([]);
  });
});
