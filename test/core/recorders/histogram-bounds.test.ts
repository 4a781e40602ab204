// `le` counts are exact: the values next to each bound, one unit in the last place apart, fall on
// the right side of it.

import { expect } from 'chai';
import fc from 'fast-check';
import * as catalogues from '../../../lib/catalogues/index.js';
import { planHistogram } from '../../../lib/core/region/histogram-geometry.js';
import type { Catalogue, Histogram, HistogramDeclaration } from '../../../lib/index.js';
import { neighbour, usualObservation } from '../../support/doubles.js';
import { singleHistogram } from '../../support/single-histogram.js';

type Shape = Parameters<typeof singleHistogram>[0];

const steps = [0, 1, 2, 3, 4, 5, 6, 7, 8];

/** The ways to record a value that take different paths. */
const ways: Readonly<Record<string, (recorder: Histogram, value: number) => void>> = {
  'for the first time': (recorder, value) => recorder.record(value),
  'in a range that is in use': (recorder, value) => recorder.record(value),
  'with a count': (recorder, value) => recorder.record(value, 1),
};

function expectExactBounds(shape: Shape): void {
  for (const [way, record] of Object.entries(ways)) {
    const { recorder, reading } = singleHistogram(shape);
    if (way !== 'for the first time') {
      const { min, max } = shape.range ?? { min: 1e-6, max: 1e9 };
      for (const value of [min, max, min, max]) recorder.record(value);
    }
    for (const [index, bound] of shape.bounds.entries()) {
      const count = () => reading().buckets()[index]!.count;
      const before = count();
      for (const step of steps) record(recorder, neighbour(bound, -step));
      expect(count() - before, `at most ${bound}, ${way}`).to.equal(steps.length);
      for (const step of steps.slice(1)) record(recorder, neighbour(bound, step));
      expect(count() - before, `at most ${bound}, ${way}, plus larger`).to.equal(steps.length);
    }
  }
}

function histogramsOf(catalogue: Catalogue): HistogramDeclaration[] {
  return Object.values(catalogue.families).filter((family) => family.kind === 'histogram');
}

/** As many bounds as there are powers: Prometheus' ExponentialBuckets. */
function exponential(start: number, factor: number, count: number): number[] {
  return Array.from({ length: count }, (_, power) => start * factor ** power);
}

describe('Histogram: counts per bound', () => {
  for (const catalogue of Object.values<Catalogue>(catalogues)) {
    it(`are exact for every bound of the catalogue ${catalogue.name}`, () => {
      const histograms = histogramsOf(catalogue);
      expect(histograms).not.to.deep.equal([]);
      const shapes = new Map<string, Shape>();
      for (const { buckets, range } of histograms) {
        // Whatever precision was asked for.
        for (const digits of [1, 2, 3] as const) {
          const shape = { bounds: buckets, digits, ...(range && { range }) };
          shapes.set(JSON.stringify(shape), shape);
        }
      }
      for (const shape of shapes.values()) expectExactBounds(shape);
    });
  }

  it('need no splitting of cells where bounds are written by people, or hardly any', () => {
    const splitsOf = (bounds: readonly number[]) => {
      const range = { min: Math.min(1e-6, ...bounds), max: Math.max(1e9, ...bounds) };
      return planHistogram({ name: 'test_seconds', bounds, digits: 3, range }).splits.length;
    };
    for (const bounds of [
      [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      [1, 2, 4, 8, 16, 32, 64, 128, 256],
      [0.001, 0.002, 0.003, 0.007, 0.015, 0.15],
      [1024, 4096, 65536, 1048576],
    ]) {
      expect(splitsOf(bounds), `${bounds}`).to.equal(0);
    }
    for (const catalogue of Object.values<Catalogue>(catalogues)) {
      for (const { name, buckets } of histogramsOf(catalogue)) {
        // 0.0001 and 10 are too far apart for one scale: 11 bits hold no more than 2047.
        const most = buckets.at(-1)! / buckets[0]! > 2 ** 16 ? 1 : 0;
        expect(splitsOf(buckets), name).to.be.at.most(most);
      }
    }
    expect(splitsOf([1 / 3, 1, Math.PI])).to.equal(1);
  });

  for (const digits of [1, 2, 3] as const) {
    it(`are exact for bounds that fall inside a cell, ${digits} digits`, () => {
      for (const bounds of [
        [1 / 3, 2 / 3, 1, 4 / 3, 5 / 3],
        exponential(0.001, 1.5, 20),
        exponential(1e-6, Math.E, 20),
        exponential(0.005, 2, 12).map((bound) => bound / 7),
        [0.1, 0.2, 0.1 + 0.2, 0.7, 0.1 * 7, Math.PI].sort((a, b) => a - b),
        // Many in one cell, and next to each other.
        [1, 1.0001, 1.0002, 1.0003, 1.01],
        [10, neighbour(10, 1), neighbour(10, 2), neighbour(10, 17)],
        [2 ** -18 / 3, 2 ** 29 / 3],
        [1e-6, 1e9],
      ]) {
        const closest = bounds.filter((bound, index) => bound !== bounds[index - 1]);
        expectExactAmongNeighbours({ bounds: closest, digits });
      }
    });

    it(`are exact for any bounds and values, ${digits} digits`, () => {
      const bounds = fc
        .uniqueArray(usualObservation, { minLength: 1, maxLength: 12 })
        .map((values) => values.sort((a, b) => a - b));
      fc.assert(
        fc.property(bounds, (bounds) => {
          expectExactAmongNeighbours({ bounds, digits });
        }),
        { numRuns: 100 },
      );
    });
  }

  it('are exact at the ends of the numbers', () => {
    // Not to the very end: a sum of so many would be infinite.
    const range = { min: Number.MIN_VALUE, max: 2 ** 1015 };
    const bounds = [40 * Number.MIN_VALUE, 2 ** -1060, 2 ** -1022, 1e-300, 1e300, 2 ** 1010];
    expectExactBounds({ bounds, range, digits: 2 });
  });

  it('hold values out of range in the first bucket, and above the last one', () => {
    const { recorder, reading } = singleHistogram({
      bounds: [1, 10],
      range: { min: 0.5, max: 20 },
    });
    for (const value of [0, Number.MIN_VALUE, 0.1]) recorder.record(value);
    for (const value of [30, 2 ** 53, Number.MAX_VALUE]) recorder.record(value);
    expect(reading().buckets()).to.deep.equal([
      { le: 1, count: 3 },
      { le: 10, count: 3 },
      { le: Infinity, count: 6 },
    ]);
  });
});

// Neighbours of one bound may lie beyond the next one here, so all of them are counted by hand.
function expectExactAmongNeighbours(shape: Shape): void {
  const values = shape.bounds.flatMap((bound) =>
    steps.flatMap((step) => [neighbour(bound, step), neighbour(bound, -step)]),
  );
  const { recorder, reading } = singleHistogram(shape);
  // The second time, cells are there and the short path is taken.
  for (const time of [1, 2]) {
    for (const value of values) recorder.record(value);
    for (const { le, count } of reading().buckets()) {
      const wanted = time * values.filter((value) => value <= le).length;
      expect(count, `at most ${le}, time ${time}`).to.equal(wanted);
    }
  }
}
