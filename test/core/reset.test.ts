import { expect } from 'chai';
import { createRegistry, defineCatalogue } from '../../lib/index.js';
import { catchWarnings } from '../support/warnings.js';

const catalogue = defineCatalogue({
  name: 'test',
  families: {
    count: { kind: 'counter', name: 'test_total', help: 'A counter.' },
    sent: { kind: 'counter', name: 'sent_total', help: 'Sent.', labels: { to: ['a', 'b'] } },
    served: { kind: 'counter', name: 'served_total', help: 'Served.', labels: { to: 'any' } },
    last: { kind: 'gauge', name: 'test_last', help: 'The last value.' },
    used: { kind: 'gauge', name: 'test_used', help: 'A sum.', combine: 'sum' },
    least: { kind: 'gauge', name: 'test_least', help: 'A minimum.', combine: 'min' },
    seconds: { kind: 'histogram', name: 'test_seconds', help: 'Time.', buckets: [1, 10] },
    thirds: { kind: 'histogram', name: 'thirds_seconds', help: 'Split.', buckets: [1 / 3, 10] },
  },
});

function open() {
  const registry = createRegistry({ catalogue });
  const { metrics } = registry;
  const served = metrics.served.with({ to: 'x' });
  const sent = metrics.sent.with({ to: 'a' });
  const record = (times: number) => {
    for (let time = 0; time < times; time++) {
      metrics.count.inc();
      metrics.count.inc(0.5);
      sent.inc();
      served.inc(2);
      metrics.last.set(4);
      metrics.used.inc();
      metrics.least.set(-time);
      for (const value of [0, 0.25, 1 / 3, 2, 5000, 1e12]) {
        metrics.seconds.record(value);
        metrics.thirds.record(value);
      }
    }
  };
  /** Everything but extremes, which are known less exactly after a reset. */
  const read = () => {
    const snapshot = registry.snapshot();
    const value = (name: string, labels?: Record<string, string>) => snapshot.value(name, labels);
    const histogram = (name: string) => {
      const reading = snapshot.histogram(name)!;
      const buckets = reading.buckets().map(({ count }) => count);
      return { count: reading.count, sum: reading.sum, buckets };
    };
    return {
      count: value('test_total'),
      sent: value('sent_total', { to: 'a' }),
      other: value('sent_total', { to: 'b' }),
      served: value('served_total', { to: 'x' }),
      last: value('test_last'),
      used: value('test_used'),
      least: value('test_least'),
      seconds: histogram('test_seconds'),
      thirds: histogram('thirds_seconds'),
    };
  };
  return { registry, metrics, record, read };
}

const fresh = open().read();

describe('reset()', () => {
  it('makes everything read as in a fresh registry', () => {
    const { registry, record, read } = open();
    record(7);
    expect(read()).not.to.deep.equal(fresh);
    registry.reset();
    expect(read()).to.deep.equal(fresh);
    expect(registry.snapshot().histogram('test_seconds')!.min).to.be.NaN;
    expect(registry.snapshot().histogram('test_seconds')!.percentile(50)).to.be.NaN;
  });

  it('may be repeated, with and without records between', () => {
    const { registry, record, read } = open();
    const { record: recordOther, read: readOther } = open();
    record(3);
    registry.reset();
    registry.reset();
    expect(read()).to.deep.equal(fresh);
    record(2);
    recordOther(2);
    const once = read();
    // Sums are differences now: of the same numbers, within floating error.
    const rounded = ({ seconds, thirds, ...others }: typeof once) => ({
      ...others,
      seconds: { ...seconds, sum: Math.round(seconds.sum * 100) },
      thirds: { ...thirds, sum: Math.round(thirds.sum * 100) },
    });
    expect(rounded(once)).to.deep.equal(rounded(readOther()));
    registry.reset();
    expect(read()).to.deep.equal(fresh);
  });

  it('keeps recorders, and snapshots that were taken before', () => {
    const { registry, metrics, record } = open();
    record(3);
    const before = registry.snapshot();
    const values = [...before.values];
    const percentile = before.histogram('test_seconds')!.percentile(50);
    registry.reset();
    record(1);
    expect([...before.values]).to.deep.equal(values);
    expect(before.histogram('test_seconds')!.percentile(50)).to.equal(percentile);
    expect(metrics.sent.with({ to: 'a' })).to.equal(metrics.sent.with({ to: 'a' }));
    expect(registry.snapshot().value('sent_total', { to: 'a' })).to.equal(1);
  });

  it('knows extremes within the precision, and those of values out of range at least', () => {
    const { registry, metrics } = open();
    for (const value of [0, 3, 1e12]) metrics.seconds.record(value);
    const extremes = (...values: number[]) => {
      registry.reset();
      for (const value of values) metrics.seconds.record(value);
      const { min, max } = registry.snapshot().histogram('test_seconds')!;
      return { min, max };
    };
    const narrow = extremes(0.5, 2);
    expect(narrow.min).to.be.within(0.5 * 0.999, 0.5);
    expect(narrow.max).to.be.within(2, 2 * 1.001);
    const above = extremes(1e11);
    expect(above.min).to.be.within(1e9, 1e11);
    expect(above.max).to.be.within(1e11, 1e12);
    const below = extremes(1e-9);
    expect(below.min).to.be.within(0, 1e-9);
    expect(below.max).to.be.within(1e-9, 1e-6);
    const both = extremes(1e-9, 1e11);
    expect([both.min, both.max]).to.deep.equal([0, 1e12]);
  });

  it('counts for what was removed and for what the library counts itself', () => {
    const { registry, metrics, record } = open();
    record(5);
    catchWarnings(() => metrics.count.inc(-1));
    metrics.served.remove({ to: 'x' });
    registry.reset();
    const served = metrics.served.with({ to: 'x' });
    expect(registry.snapshot().value('served_total')).to.equal(0);
    served.inc();
    expect(registry.snapshot().value('served_total')).to.equal(1);
    expect(registry.snapshot().value('vsr_metrics_rejected_total')).to.equal(0);
  });
});
