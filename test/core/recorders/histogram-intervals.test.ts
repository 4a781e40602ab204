// What was recorded between two snapshots reads like a histogram of those values alone.

import { expect } from 'chai';
import fc from 'fast-check';
import { createRegistry, defineCatalogue, type HistogramReading } from '../../../lib/index.js';
import { expectCounts, expectPercentiles, type Shape } from '../../support/distribution.js';
import { observation } from '../../support/doubles.js';
import { singleHistogram } from '../../support/single-histogram.js';

const range = { min: 1e-6, max: 1e9 };
const aligned = { digits: 3, bounds: [0.01, 0.1, 1, 10, 1000], range } as const;
const splitting = { digits: 2, bounds: [1 / 3, 2 / 3, 1, 1e5 / 3], range } as const;
const observations = fc.array(observation, { maxLength: 60 });

/** Extremes of an interval are known as exactly as its cells are. */
function expectInterval(reading: HistogramReading, values: readonly number[], shape: Shape): void {
  expectCounts(reading, values, shape);
  if (values.length === 0) {
    expect([reading.min, reading.max, reading.sum]).to.deep.equal([Number.NaN, Number.NaN, 0]);
    return;
  }
  const sorted = Float64Array.from(values, (value) => value + 0).sort();
  const [first, last] = [sorted[0]!, sorted.at(-1)!];
  const precision = 1 + 10 ** -shape.digits;
  expect(reading.min, 'min').to.be.at.most(first * (1 + 2 ** -51));
  expect(reading.max, 'max').to.be.at.least(last * (1 - 2 ** -51));
  if (first >= range.min && first <= range.max) {
    expect(reading.min, 'min').to.be.at.least(first / precision);
  }
  if (last >= range.min && last <= range.max) {
    expect(reading.max, 'max').to.be.at.most(last * precision);
  }
  // Percentiles lie between the extremes that are known.
  const known = sorted.slice();
  [known[0], known[known.length - 1]] = [reading.min, reading.max];
  if (values.length > 2) expectPercentiles(reading, known, shape);
}

describe('Histogram: intervals', () => {
  for (const [name, shape] of Object.entries({ aligned, splitting })) {
    it(`since() is a histogram of the later values, ${name} bounds`, () => {
      fc.assert(
        fc.property(observations, observations, observations, (before, first, second) => {
          const { recorder, reading } = singleHistogram(shape);
          for (const value of before) recorder.record(value);
          const start = reading();
          for (const value of first) recorder.record(value);
          const middle = reading();
          for (const value of second) recorder.record(value);
          const end = reading();
          expectInterval(middle.since(start), first, shape);
          expectInterval(end.since(middle), second, shape);
          expectInterval(end.since(start), [...first, ...second], shape);
          expectCounts(end.since(undefined), [...before, ...first, ...second], shape);
        }),
        { numRuns: 120 },
      );
    });

    it(`reset() leaves a histogram of the later values, ${name} bounds`, () => {
      fc.assert(
        fc.property(observations, observations, observations, (before, first, second) => {
          const { recorder, reading, reset } = singleHistogram(shape);
          for (const value of before) recorder.record(value);
          reset();
          expectInterval(reading(), [], shape);
          for (const value of first) recorder.record(value);
          expectInterval(reading(), first, shape);
          reset();
          for (const value of second) recorder.record(value);
          expectInterval(reading(), second, shape);
        }),
        { numRuns: 120 },
      );
    });
  }

  it('keeps the sum of an interval within floating error', () => {
    const { recorder, reading } = singleHistogram(aligned);
    recorder.record(0.1, 1e6);
    const before = reading();
    for (let count = 0; count < 1000; count++) recorder.record(0.25);
    expect(reading().since(before).sum).to.be.closeTo(250, 1e5 * 1e3 * 2 ** -52);
    expect(reading().since(before).mean).to.be.closeTo(0.25, 1e5 * 2 ** -52);
  });
});

const requests = defineCatalogue({
  name: 'requests',
  families: {
    served: {
      kind: 'counter',
      name: 'requests_served_total',
      help: 'Served.',
      labels: { to: 'any' },
    },
    seconds: { kind: 'histogram', name: 'requests_seconds', help: 'Time.', buckets: [1, 10] },
  },
});

describe('Snapshot: intervals', () => {
  it('delta() and rate() are of what came between', async () => {
    const { metrics, ...registry } = open();
    const served = metrics.served.with({ to: 'a' });
    served.inc(5);
    metrics.seconds.record(3, 2);
    const earlier = registry.snapshot();
    served.inc(7);
    metrics.seconds.record(3, 4);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const later = registry.snapshot();
    const seconds = later.secondsSince(earlier);
    expect(seconds).to.be.greaterThan(0);
    expect(later.delta(earlier, 'requests_served_total', { to: 'a' })).to.equal(7);
    expect(later.delta(earlier, 'requests_seconds')).to.equal(4);
    expect(later.rate(earlier, 'requests_served_total')).to.equal(7 / seconds);
    expect(later.histogramSince(earlier, 'requests_seconds')?.count).to.equal(4);
    expect(later.delta(earlier, 'requests_served_total', { to: 'b' })).to.equal(undefined);
    expect(later.rate(earlier, 'nothing_total')).to.equal(undefined);
    expect(later.histogramSince(earlier, 'nothing_seconds')).to.equal(undefined);
  });

  it('a series that came meanwhile, came back or was reset grew from nothing', () => {
    const { metrics, ...registry } = open();
    metrics.served.with({ to: 'a' }).inc(100);
    metrics.seconds.record(3, 100);
    const earlier = registry.snapshot();
    const since = (to: string) =>
      registry.snapshot().delta(earlier, 'requests_served_total', { to });
    metrics.served.with({ to: 'b' }).inc(2);
    expect(since('b')).to.equal(2);
    metrics.served.remove({ to: 'a' });
    expect(since('a')).to.equal(undefined);
    metrics.served.with({ to: 'a' }).inc(3);
    expect(since('a')).to.equal(3);

    registry.reset();
    metrics.served.with({ to: 'b' }).inc(4);
    metrics.seconds.record(3, 5);
    expect(since('a')).to.equal(0);
    expect(since('b')).to.equal(4);
    const interval = registry.snapshot().histogramSince(earlier, 'requests_seconds');
    expect(interval?.buckets().map(({ count }) => count)).to.deep.equal([0, 5, 5]);
  });

  function open() {
    const registry = createRegistry({ catalogue: requests });
    return {
      metrics: registry.metrics,
      snapshot: () => registry.snapshot(),
      reset: () => registry.reset(),
    };
  }
});
