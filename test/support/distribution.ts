// What a histogram should say, worked out from the values themselves.

import { expect } from 'chai';
import type { HistogramReading } from '../../lib/index.js';

/** One histogram of a registry of its own. */
export interface Shape {
  readonly digits: 1 | 2 | 3;
  readonly bounds: readonly number[];
  readonly range: { readonly min: number; readonly max: number };
}

/** Per mille, so that ranks are worked out in whole numbers. */
export const perMille = [0, 1, 10, 250, 333, 500, 900, 950, 990, 999, 1000];

/** Compares a reading with the values it was made of. */
export function expectDistribution(
  reading: HistogramReading,
  values: readonly number[],
  shape: Shape,
): void {
  expectCounts(reading, values, shape);
  expectSum(reading, values);
  if (values.length === 0) {
    expect([reading.min, reading.max]).to.deep.equal([Number.NaN, Number.NaN]);
    expect(reading.percentile(50)).to.be.NaN;
    return;
  }
  const sorted = Float64Array.from(values, (value) => value + 0).sort();
  expect(reading.min, 'min').to.equal(sorted[0]);
  expect(reading.max, 'max').to.equal(sorted.at(-1));
  expectPercentiles(reading, sorted, shape);
}

/** Counts alone: they are exact, whatever the values were. */
export function expectCounts(
  reading: HistogramReading,
  values: readonly number[],
  { bounds }: Pick<Shape, 'bounds'>,
): void {
  expect(reading.count, 'count').to.equal(values.length);
  const wanted = [...bounds, Infinity].map((le) => ({
    le,
    count: values.filter((value) => value <= le).length,
  }));
  expect(reading.buckets()).to.deep.equal(wanted);
  const cells = [...reading.cells()];
  expect(cells.reduce((sum, cell) => sum + cell.count, 0)).to.equal(values.length);
  for (const [index, cell] of cells.entries()) {
    expect(cell.count).to.be.greaterThan(0);
    expect(cell.high).to.be.at.least(cell.low);
    if (index > 0) expect(cell.low).to.be.at.least(cells[index - 1]!.high);
  }
}

function expectSum(reading: HistogramReading, values: readonly number[]): void {
  const exact = values.reduce((sum, value) => sum + value, 0);
  // Values may be added in another order, each time with an error of half a unit in the last place.
  const error = values.length * 2 ** -52 * exact;
  if (Number.isFinite(exact)) expect(reading.sum).to.be.closeTo(exact, error);
  else expect(reading.sum).to.equal(Infinity);
}

/** Percentiles within the declared precision inside the range, and between min and max anywhere. */
export function expectPercentiles(
  reading: HistogramReading,
  sorted: Float64Array,
  { digits, range }: Shape,
): void {
  let previous = -Infinity;
  for (const share of perMille) {
    const rank = Math.max(1, Math.ceil((share * sorted.length) / 1000));
    const exact = sorted[rank - 1]!;
    const found = reading.percentile(share / 10);
    const what = `percentile ${share / 10} of ${sorted.length} values, exactly ${exact}`;
    expect(found, what).to.be.at.least(previous);
    previous = found;
    expect(found, what).to.be.within(sorted[0]!, sorted.at(-1)!);
    if (exact >= range.min && exact <= range.max) {
      expect(found, what).to.be.at.least(exact * (1 - 2 ** -51));
      expect(found, what).to.be.at.most(exact * (1 + 10 ** -digits));
    } else if (exact < range.min) {
      expect(found, what).to.be.at.most(range.min * (1 + 10 ** -digits));
    } else {
      expect(found, what).to.be.at.least(range.max * (1 - 2 ** -51));
    }
  }
}
