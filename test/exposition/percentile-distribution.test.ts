import { expect } from 'chai';
import * as hdr from 'hdr-histogram-js';
import {
  renderPercentileDistribution,
  renderPercentileDistributions,
} from '../../lib/exposition/percentile-distribution.js';
import { createRegistry, defineCatalogue } from '../../lib/index.js';
import { singleHistogram } from '../support/single-histogram.js';

/** Skewed whole numbers up to 2,048: both libraries give each of them a cell of its own. */
function values(count: number): number[] {
  let state = 42;
  return Array.from({ length: count }, () => {
    state = (state * 48271) % 0x7fffffff;
    return 1 + Math.floor(2047 * (state / 0x7fffffff) ** 8);
  });
}

function ours(recorded: readonly number[], bounds = [1, 10]): string {
  const { recorder, reading } = singleHistogram({ bounds });
  for (const value of recorded) recorder.record(value);
  return renderPercentileDistribution(reading());
}

function theirs(recorded: readonly number[]): string {
  const histogram = hdr.build({ highestTrackableValue: 1e6, numberOfSignificantValueDigits: 3 });
  for (const value of recorded) histogram.recordValue(value);
  return histogram.outputPercentileDistribution();
}

/** The numbers of every line of a table. */
function table(text: string): number[][] {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.slice(1).map((line) => line.trim().split(/ +/).map(Number));
}

describe('percentile distributions', () => {
  for (const count of [1, 2, 10, 1000, 20_000]) {
    it(`have the lines that HdrHistogram has for ${count} values`, () => {
      const recorded = values(count);
      const [our, their] = [table(ours(recorded)), table(theirs(recorded))];
      expect(our.length).to.equal(their.length);
      // The last printed digit may be rounded either way.
      for (const [index, line] of their.entries()) {
        const tolerance = [0, 1.1e-12, 0, 0.011];
        line.forEach((number, column) => {
          expect(our[index]![column], `line ${index}`).to.be.closeTo(number, tolerance[column]!);
        });
      }
    });
  }

  it('are written in the columns of HdrHistogram', () => {
    const recorded = values(1000);
    const withoutFigures = (text: string) => text.slice(0, text.indexOf('#'));
    expect(withoutFigures(ours(recorded))).to.equal(withoutFigures(theirs(recorded)));
  });

  it('end, however many values there are', () => {
    const { recorder, reading } = singleHistogram({ bounds: [1, 10] });
    for (let time = 0; time < 8; time++) recorder.record(1, Number.MAX_SAFE_INTEGER);
    recorder.record(2, 16);
    const lines = table(renderPercentileDistribution(reading()));
    expect(lines.length).to.be.lessThan(1000);
    expect(lines.at(-1)!.slice(0, 2)).to.eql([2, 1]);
  });

  it('end in the figures that HdrHistogram ends in', () => {
    const recorded = values(1000);
    const number = (text: string, name: string) =>
      Number(new RegExp(`${name} *= *([\\d.]+)`).exec(text)![1]);
    const [our, their] = [ours(recorded), theirs(recorded)];
    for (const name of ['Max', 'Total count']) {
      expect(number(our, name), name).to.equal(number(their, name));
    }
    for (const name of ['Mean', 'StdDeviation']) {
      // Theirs knows whole numbers, ours takes the middle of cells: 0.1 % apart at most.
      const expected = number(their, name);
      expect(number(our, name), name).to.be.closeTo(expected, expected / 1000);
    }
  });

  it('keep the precision of small values', () => {
    const lines = table(ours([0.0001234, 0.0056], [0.001]));
    expect(lines[0]![0]).to.be.closeTo(0.0001234, 0.0000002);
    expect(lines.at(-1)![0]).to.be.closeTo(0.0056, 1e-9);
  });

  it('take zeros, and values beyond the range', () => {
    const lines = table(ours([0, 0, 5, 1e12]));
    expect(lines.at(-1)).to.eql([1e12, 1, 4]);
    expect(lines[0]![1]).to.equal(0);
    expect(lines[0]![2]).to.equal(2);
    expect(table(ours([0]))).to.eql([
      [0, 0, 1, 1],
      [0, 1, 1],
    ]);
  });

  it('say of an empty histogram that it is', () => {
    const text = ours([]);
    expect(table(text)).to.eql([]);
    expect(text).to.match(/#\[Max {5}= {8}0\.000, Total count {4}= {12}0\]/);
    expect(text).not.to.include('NaN');
  });

  it('name the series and unit of each histogram of a snapshot, and nothing else', () => {
    const catalogue = defineCatalogue({
      name: 'shop',
      families: {
        sales: { kind: 'counter', name: 'shop_sales_total', help: 'Sales' },
        wait: {
          kind: 'histogram',
          name: 'shop_wait_seconds',
          help: 'Wait',
          labels: { till: ['a', 'b'] },
          buckets: [1],
        },
      },
    });
    const text = renderPercentileDistributions(createRegistry({ catalogue }).snapshot());
    expect(text.split('\n').filter((line) => line.startsWith('#[Series'))).to.eql([
      '#[Series  = shop_wait_seconds{till="a"}, Unit = seconds]',
      '#[Series  = shop_wait_seconds{till="b"}, Unit = seconds]',
    ]);
    expect(text).not.to.include('sales');
  });
});
