// What several threads record is merged: here several attachments of one thread, each with a lane
// of its own, so that what they do is in a known order. (Threads and processes: test/sharing.)

import { expect } from 'chai';
import fc from 'fast-check';
import { attachRegistry, createRegistry, defineCatalogue } from '../../../lib/index.js';
import { expectDistribution } from '../../support/distribution.js';
import { observation } from '../../support/doubles.js';

const bounds = [1 / 3, 1, 10, 1000];
const catalogue = defineCatalogue({
  name: 'test',
  families: {
    count: { kind: 'counter', name: 'test_total', help: 'A counter.' },
    last: { kind: 'gauge', name: 'test_last', help: 'The last value.' },
    added: { kind: 'gauge', name: 'test_added', help: 'A sum.', combine: 'sum' },
    min: { kind: 'gauge', name: 'test_min', help: 'A minimum.', combine: 'min' },
    max: { kind: 'gauge', name: 'test_max', help: 'A maximum.', combine: 'max' },
    seconds: { kind: 'histogram', name: 'test_seconds', help: 'Time.', buckets: bounds },
  },
});

const lanes = 3;
const lane = fc.integer({ min: 0, max: lanes - 1 });

function open() {
  const registry = createRegistry({ catalogue });
  const others = Array.from({ length: lanes - 1 }, () =>
    attachRegistry(registry.share(), { catalogue }),
  );
  return { registry, metrics: [registry, ...others].map((each) => each.metrics) };
}

describe('Several lanes', () => {
  it('add up counters', () => {
    const steps = fc.array(fc.tuple(lane, fc.option(fc.integer({ min: 0, max: 2 ** 40 }))));
    fc.assert(
      fc.property(steps, (steps) => {
        const { registry, metrics } = open();
        for (const [lane, amount] of steps) metrics[lane]!.count.inc(amount ?? undefined);
        const sum = steps.reduce((sum, [, amount]) => sum + (amount ?? 1), 0);
        expect(registry.snapshot().value('test_total')).to.equal(sum);
      }),
      { numRuns: 30 },
    );
  });

  it('combine gauges as they declare', () => {
    const steps = fc.array(fc.tuple(lane, fc.integer({ min: -1000, max: 1000 })), { minLength: 1 });
    fc.assert(
      fc.property(steps, (steps) => {
        const { registry, metrics } = open();
        const set = new Map<number, number>();
        for (const [lane, value] of steps) {
          const { last, added, min, max } = metrics[lane]!;
          for (const gauge of [last, added, min, max]) gauge.set(value);
          set.set(lane, value);
        }
        const snapshot = registry.snapshot();
        const values = [...set.values()];
        expect(snapshot.value('test_last')).to.equal(steps.at(-1)![1]);
        expect(snapshot.value('test_added')).to.equal(values.reduce((sum, value) => sum + value));
        // Lanes that never set it have no say.
        expect(snapshot.value('test_min')).to.equal(Math.min(...values));
        expect(snapshot.value('test_max')).to.equal(Math.max(...values));
      }),
      { numRuns: 30 },
    );
  });

  it('are one histogram', () => {
    const values = fc.array(fc.tuple(lane, observation), { maxLength: 100 });
    const shape = { digits: 3, bounds, range: { min: 1e-6, max: 1e9 } } as const;
    fc.assert(
      fc.property(values, values, (before, after) => {
        const { registry, metrics } = open();
        const record = (values: typeof before) => {
          for (const [lane, value] of values) metrics[lane]!.seconds.record(value);
        };
        const reading = () => registry.snapshot().histogram('test_seconds')!;
        record(before);
        const first = reading();
        expectDistribution(
          first,
          before.map(([, value]) => value),
          shape,
        );
        record(after);
        expect(reading().count).to.equal(before.length + after.length);
        const since = reading().since(first);
        for (const { le, count } of since.buckets()) {
          expect(count).to.equal(after.filter(([, value]) => value <= le).length);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('start again together at a reset', () => {
    const { registry, metrics } = open();
    for (const { count, added, min, seconds } of metrics) {
      count.inc(5);
      added.set(5);
      min.set(5);
      seconds.record(5);
    }
    registry.reset();
    const snapshot = registry.snapshot();
    expect(snapshot.value('test_total')).to.equal(0);
    expect(snapshot.value('test_added')).to.equal(undefined);
    expect(snapshot.value('test_min')).to.equal(undefined);
    expect(snapshot.histogram('test_seconds')!.buckets().at(-1)!.count).to.equal(0);
    metrics[1]!.count.inc();
    metrics[2]!.min.set(9);
    expect(registry.snapshot().value('test_total')).to.equal(1);
    expect(registry.snapshot().value('test_min')).to.equal(9);
  });

  it('are as many as the registry has room for', () => {
    const registry = createRegistry({ catalogue, capacity: { lanes: 2 } });
    attachRegistry(registry.share(), { catalogue });
    expect(() => attachRegistry(registry.share(), { catalogue })).to.throw(/lanes/);
  });
});
