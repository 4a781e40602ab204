import type { ExponentialHistogram } from '@opentelemetry/sdk-metrics';
import {
  AggregationType,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { expect } from 'chai';
import fc from 'fast-check';
import { indexOf, toExponential } from '../../../lib/export/otlp/exponential.js';
import { observation } from '../../support/doubles.js';
import { singleHistogram } from '../../support/single-histogram.js';

const range = { min: 1e-6, max: 1e9 };

/** What OpenTelemetry's own aggregation makes of the same values. */
async function theirs(values: readonly number[]): Promise<ExponentialHistogram> {
  const exporter = new InMemoryMetricExporter(1);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const aggregation = { type: AggregationType.EXPONENTIAL_HISTOGRAM } as const;
  const provider = new MeterProvider({
    readers: [reader],
    views: [{ instrumentName: '*', aggregation }],
  });
  const histogram = provider.getMeter('test').createHistogram('seconds');
  for (const value of values) histogram.record(value);
  await provider.forceFlush();
  const [metrics] = exporter.getMetrics();
  await provider.shutdown();
  const [point] = metrics!.scopeMetrics[0]!.metrics[0]!.dataPoints;
  return point!.value as ExponentialHistogram;
}

/** Counts by bucket at a coarser scale. */
function at(
  scale: number,
  { scale: from, positive }: Pick<ExponentialHistogram, 'scale' | 'positive'>,
) {
  const counts = new Map<number, number>();
  positive.bucketCounts.forEach((count, position) => {
    const index = Math.floor((positive.offset + position) / 2 ** (from - scale));
    if (count > 0) counts.set(index, (counts.get(index) ?? 0) + count);
  });
  return Object.fromEntries(counts);
}

describe('Exponential histograms', () => {
  it('put a value into the bucket whose edges are around it, powers of two into the lower one', () => {
    for (let scale = 0; scale <= 20; scale++) {
      for (const exponent of [-1074, -1022, -20, -1, 0, 1, 3, 64, 1023]) {
        const value = 2 ** exponent;
        expect(indexOf(value, scale)).to.equal(exponent * 2 ** scale - 1);
      }
    }
    const next = (value: number) => value * (1 + Number.EPSILON);
    for (const exponent of [-100, -1, 0, 5, 1000]) {
      expect(indexOf(next(2 ** exponent), 10)).to.equal(exponent * 1024);
      expect(indexOf(2 ** exponent * (1 - Number.EPSILON / 2), 10)).to.equal(exponent * 1024 - 1);
    }
  });

  it('have as many values as the histogram, in at most 160 buckets, whatever was recorded', () => {
    for (const digits of [1, 2, 3] as const) {
      const histogram = singleHistogram({ bounds: [0.1, 1, 10], digits, range });
      fc.assert(
        fc.property(fc.array(observation, { maxLength: 60 }), (values) => {
          histogram.reset();
          for (const value of values) histogram.recorder.record(value);
          const reading = histogram.reading();
          const { count, zeroCount, scale, positive, negative } = toExponential(reading);
          const inBuckets = positive.bucketCounts.reduce((sum, each) => sum + each, 0);
          expect(count).to.equal(values.length);
          expect(inBuckets + zeroCount).to.equal(count);
          expect(positive.bucketCounts.length).to.be.at.most(160);
          expect(
            positive.bucketCounts.every((each) => Number.isInteger(each) && each >= 0),
          ).to.equal(true);
          expect(Number.isInteger(positive.offset)).to.equal(true);
          expect(scale).to.be.within(-10, 20);
          expect(negative.bucketCounts).to.deep.equal([]);
          // No bucket wasted at either end.
          if (positive.bucketCounts.length > 0) {
            expect(positive.bucketCounts[0]).to.be.greaterThan(0);
            expect(positive.bucketCounts.at(-1)).to.be.greaterThan(0);
          }
        }),
        { numRuns: 150 },
      );
    }
  });

  it('keep every value within a cell of its bucket', () => {
    const histogram = singleHistogram({ bounds: [1], range });
    const usual = fc.double({ min: 1e-5, max: 1e8, noNaN: true });
    fc.assert(
      fc.property(fc.array(usual, { minLength: 1, maxLength: 60 }), (values) => {
        histogram.reset();
        for (const value of values) histogram.recorder.record(value);
        const { scale, positive } = toExponential(histogram.reading());
        // The n-th smallest value lies in the bucket of the n-th count, but for the width of its cell.
        const sorted = [...values].sort((a, b) => a - b);
        const base = 2 ** (2 ** -scale);
        let seen = 0;
        positive.bucketCounts.forEach((count, position) => {
          const low = base ** (positive.offset + position);
          for (const value of sorted.slice(seen, seen + count)) {
            expect(value).to.be.within(low * (1 - 1 / 1000), low * base * (1 + 1 / 1000));
          }
          seen += count;
        });
        expect(seen).to.equal(values.length);
      }),
      { numRuns: 300 },
    );
  });

  it('of powers of two are those that OpenTelemetry itself makes', async () => {
    for (const exponents of [[0], [-3, 0, 1, 2, 9], [-15, 20], [-8, -7, -6, 25]]) {
      const values = exponents.flatMap((exponent) => [2 ** exponent, 2 ** exponent]);
      const histogram = singleHistogram({ bounds: [1], range });
      for (const value of values) histogram.recorder.record(value);
      const mine = toExponential(histogram.reading());
      const wanted = await theirs(values);
      const common = Math.min(mine.scale, wanted.scale);
      expect(at(common, mine)).to.deep.equal(at(common, wanted));
      expect(mine.count).to.equal(wanted.count);
      // Theirs starts finer than cells are.
      expect(mine.scale).to.equal(Math.min(10, wanted.scale));
    }
  });
});
