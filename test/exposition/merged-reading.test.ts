import { expect } from 'chai';
import fc from 'fast-check';
import { intervalPercentile } from '../../lib/dashboard/interval-percentiles.js';
import { mergedReading } from '../../lib/exposition/merged-reading.js';
import { createRegistry, defineCatalogue } from '../../lib/index.js';

const catalogue = defineCatalogue({
  name: 'waves',
  families: {
    waves: {
      kind: 'histogram',
      name: 'waves_meters',
      help: 'Waves',
      labels: { pond: 'any' },
      buckets: [1, 2, 5, 10],
    },
  },
});

describe('several histograms as one', () => {
  it('have the counts, percentiles and extremes of all values together', () => {
    const values = fc.array(fc.double({ min: 0.001, max: 50, noNaN: true }), { maxLength: 30 });
    fc.assert(
      fc.property(fc.array(values, { minLength: 1, maxLength: 4 }), (ponds) => {
        const several = createRegistry({ catalogue });
        const one = createRegistry({ catalogue });
        const all = one.metrics.waves.with({ pond: 'all' });
        ponds.forEach((waves, pond) => {
          const own = several.metrics.waves.with({ pond: String(pond) });
          for (const wave of waves) {
            own.record(wave);
            all.record(wave);
          }
        });
        const snapshot = several.snapshot();
        const { series } = snapshot.family('waves_meters')!;
        const merged = mergedReading(series.map((each) => ({ snapshot, series: each })))!;
        const expected = one.snapshot().histogram('waves_meters')!;
        const numbers = (reading: typeof merged) => [
          reading.count,
          reading.min,
          reading.max,
          ...[50, 95, 99, 99.9].map((percent) => reading.percentile(percent)),
          ...reading.buckets().map(({ count }) => count),
        ];
        expect(numbers(merged)).to.eql(numbers(expected));
        expect(merged.sum).to.be.closeTo(expected.sum, 1e-9);
        several.close();
        one.close();
      }),
      { numRuns: 25 },
    );
  });

  it('are none of nothing, nor of histograms with other cells', () => {
    expect(mergedReading([])).to.equal(undefined);
    const other = defineCatalogue({
      name: 'other',
      families: { waves: { ...catalogue.families.waves, buckets: [0.3, 7] } },
    });
    const standings = [catalogue, other].map((each) => {
      const registry = createRegistry({ catalogue: each });
      registry.metrics.waves.with({ pond: 'a' }).record(1);
      const snapshot = registry.snapshot();
      registry.close();
      return { snapshot, series: snapshot.find('waves_meters')! };
    });
    expect(mergedReading(standings)).to.equal(undefined);
  });
});

describe('a percentile of the past', () => {
  const at = (...counts: number[]) =>
    counts.map((count, index) => ({ le: [10, 100, Number.POSITIVE_INFINITY][index]!, count }));

  it('is interpolated within its bucket, and never beyond the largest value', () => {
    const [before, now] = [at(0, 0, 0), at(50, 100, 100)];
    expect(intervalPercentile(now, before, 50)).to.equal(10);
    expect(intervalPercentile(now, before, 99)).to.be.closeTo(98.2, 1e-9);
    // Nothing above 12 was ever recorded: the live percentiles cannot say more.
    expect(intervalPercentile(now, before, 99, 12)).to.equal(12);
    expect(intervalPercentile(now, before, 50, 12)).to.equal(10);
  });

  it('is none when nothing was recorded, or nothing is known of before', () => {
    expect(intervalPercentile(at(1, 1, 1), at(1, 1, 1), 50)).to.equal(null);
    expect(intervalPercentile(at(1, 1, 1), undefined, 50)).to.equal(null);
  });
});
