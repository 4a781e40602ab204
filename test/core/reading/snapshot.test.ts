import { setTimeout } from 'node:timers/promises';
import { expect } from 'chai';
import { createRegistry, defineCatalogue, type Snapshot } from '../../../lib/index.js';
import { block } from '../../support/busy.js';

const catalogue = defineCatalogue({
  name: 'test',
  families: {
    count: { kind: 'counter', name: 'test_total', help: 'A counter.' },
    sent: { kind: 'counter', name: 'sent_total', help: 'Sent.', labels: { to: ['a', 'b'] } },
    served: { kind: 'counter', name: 'served_total', help: 'Served.', labels: { to: 'any' } },
    last: { kind: 'gauge', name: 'test_bytes', help: 'The last value.' },
    used: { kind: 'gauge', name: 'test_used', help: 'A sum.', combine: 'sum' },
    seconds: {
      kind: 'histogram',
      name: 'test_seconds',
      help: 'Time.',
      buckets: [1, 10],
      digits: 2,
      labels: { from: ['x', 'y'] },
    },
  },
});

function open() {
  const registry = createRegistry({ catalogue });
  return { registry, metrics: registry.metrics };
}

describe('Snapshot', () => {
  it('is not changed by what is recorded after it', () => {
    const { registry, metrics } = open();
    const seconds = metrics.seconds.with({ from: 'x' });
    metrics.count.inc(3);
    seconds.record(2);
    const snapshot = registry.snapshot();
    const values = [...snapshot.values];
    const { families } = snapshot;
    const described = JSON.stringify(families);
    metrics.count.inc(3);
    seconds.record(5);
    metrics.served.with({ to: 'new' }).inc();
    metrics.sent.remove({ to: 'a' });
    registry.reset();
    registry.snapshot();
    expect([...snapshot.values]).to.deep.equal(values);
    expect(snapshot.families).to.equal(families);
    expect(JSON.stringify(families)).to.equal(described);
    expect(snapshot.value('test_total')).to.equal(3);
    expect(snapshot.value('sent_total', { to: 'a' })).to.equal(0);
    expect(snapshot.histogram('test_seconds', { from: 'x' })!.count).to.equal(1);
    expect(snapshot.family('served_total')!.series).to.deep.equal([]);
  });

  it('has the same layout as long as no series comes or goes', () => {
    const { registry, metrics } = open();
    const layouts = [registry.snapshot().layout];
    metrics.count.inc();
    metrics.seconds.with({ from: 'y' }).record(1);
    metrics.last.set(7);
    expect(registry.snapshot().layout).to.equal(layouts[0]);

    const changes: (() => void)[] = [
      () => metrics.served.with({ to: 'p' }),
      () => metrics.served.with({ to: 'q' }),
      () => metrics.served.remove({ to: 'p' }),
      () => metrics.served.with({ to: 'p' }),
      () => metrics.sent.remove({ to: 'a' }),
      () => registry.reset(),
    ];
    for (const change of changes) {
      change();
      const { layout } = registry.snapshot();
      expect(layouts).not.to.include(layout);
      expect(registry.snapshot().layout).to.equal(layout);
      layouts.push(layout);
    }
    metrics.served.with({ to: 'q' }).inc();
    metrics.served.remove({ to: 'nobody' });
    expect(registry.snapshot().layout).to.equal(layouts.at(-1));
  });

  it('describes a series by the same object every time', () => {
    const { registry, metrics } = open();
    const before = registry.snapshot().find('sent_total', { to: 'b' })!.info;
    metrics.served.with({ to: 'p' });
    metrics.sent.remove({ to: 'a' });
    const after = registry.snapshot().find('sent_total', { to: 'b' })!.info;
    expect(after).to.equal(before);
    expect(after.family).to.equal(registry.snapshot().family('sent_total')!.info);
    metrics.sent.remove({ to: 'b' });
    metrics.sent.with({ to: 'b' });
    expect(registry.snapshot().find('sent_total', { to: 'b' })!.info).not.to.equal(before);
  });

  it('has the families in the order of their declaration, then those of the library', () => {
    const { registry } = open();
    const names = registry.snapshot().families.map(({ info }) => info.name);
    expect(names.slice(0, 6)).to.deep.equal(
      Object.values(catalogue.families).map(({ name }) => name),
    );
    expect(names.slice(6)).to.deep.equal([
      'vsr_metrics_rejected_total',
      'vsr_metrics_overflowed_total',
      'vsr_metrics_reuse_delayed_total',
      'vsr_metrics_superseded',
    ]);
  });

  it('knows of a family what the catalogue says', () => {
    const { registry } = open();
    const snapshot = registry.snapshot();
    expect(snapshot.family('test_seconds')!.info).to.include({
      name: 'test_seconds',
      kind: 'histogram',
      help: 'Time.',
      unit: 'seconds',
      digits: 2,
    });
    expect(snapshot.family('test_seconds')!.info.bounds).to.deep.equal([1, 10]);
    expect(snapshot.family('test_seconds')!.info.labels).to.deep.equal(['from']);
    expect(snapshot.family('test_bytes')!.info).to.include({ unit: 'bytes', combine: 'last' });
    expect(snapshot.family('test_used')!.info).to.include({ unit: undefined, combine: 'sum' });
    expect(snapshot.family('sent_total')!.info.bounds).to.deep.equal([]);
    expect(snapshot.family('nothing')).to.equal(undefined);
  });

  it('finds the one series that has the labels, or none', () => {
    const { registry, metrics } = open();
    metrics.sent.with({ to: 'a' }).inc(1);
    metrics.sent.with({ to: 'b' }).inc(2);
    metrics.seconds.with({ from: 'x' }).record(3, 7);
    const snapshot = registry.snapshot();
    expect(snapshot.value('sent_total', { to: 'b' })).to.equal(2);
    expect(snapshot.value('test_total')).to.equal(0);
    expect(snapshot.value('test_seconds', { from: 'x' })).to.equal(7);
    for (const labels of [{}, { to: 'c' }, { from: 'a' }, { to: 'a', from: 'x' }]) {
      expect(snapshot.find('sent_total', labels), JSON.stringify(labels)).to.equal(undefined);
      expect(snapshot.value('sent_total', labels)).to.equal(undefined);
    }
    expect(snapshot.value('nothing_total')).to.equal(undefined);
    expect(snapshot.histogram('sent_total', { to: 'a' })).to.equal(undefined);
    expect(snapshot.histogram('test_seconds')).to.equal(undefined);
    expect(snapshot.read(snapshot.find('test_total')!)).to.equal(undefined);
  });

  it('has its values where the layout says', () => {
    const { registry, metrics } = open();
    metrics.sent.with({ to: 'b' }).inc(4);
    metrics.last.set(-2.5);
    const seconds = metrics.seconds.with({ from: 'y' });
    for (const value of [0.5, 5, 5, 50]) seconds.record(value);
    const { families, values } = registry.snapshot();
    const declared = families.filter(({ info }) => !info.name.startsWith('vsr_metrics_'));
    const rows = declared.flatMap(({ info, series }) => {
      const width = { counter: 1, gauge: 2, histogram: info.bounds.length + 4 }[info.kind];
      return series.map(({ offset }) => [info.name, ...values.subarray(offset, offset + width)]);
    });
    expect(rows).to.deep.equal([
      ['test_total', 0],
      ['sent_total', 0],
      ['sent_total', 4],
      ['test_bytes', -2.5, 0],
      ['test_used', Number.NaN, 0],
      ['test_seconds', 0, 0, 0, 0, Number.NaN, Number.NaN],
      ['test_seconds', 1, 3, 4, 60.5, 0.5, 50],
    ]);
  });

  it('knows when it was taken, when the registry and when each series began', async () => {
    const start = Date.now();
    const { registry, metrics } = open();
    await setTimeout(5);
    const served = Date.now();
    metrics.served.with({ to: 'late' });
    const taken = Date.now();
    const snapshot = registry.snapshot();
    const end = Date.now() + 1;
    expect(snapshot.startedAt).to.be.within(start, served);
    expect(snapshot.takenAt).to.be.within(taken, end);
    expect(snapshot.find('served_total')!.info.createdAt).to.be.within(served, taken + 1);
    const { createdAt } = snapshot.find('test_total')!.info;
    expect(createdAt).to.be.within(snapshot.startedAt, served);
    expect(registry.snapshot().startedAt).to.equal(snapshot.startedAt);
  });

  it('has every value in its place while series come and go', async () => {
    // Enough of them that a snapshot takes a while, half of them before the one that comes and goes.
    const names = Array.from({ length: 6000 }, (_, index) => String(index));
    const crowd = defineCatalogue({
      name: 'crowd',
      families: {
        before: { kind: 'counter', name: 'before_total', help: 'Stay.', labels: { to: names } },
        first: {
          kind: 'counter',
          name: 'first_total',
          help: 'Come and go.',
          labels: { to: ['x'] },
        },
        others: { kind: 'counter', name: 'others_total', help: 'Stay.', labels: { to: names } },
      },
    });
    const registry = createRegistry({ catalogue: crowd, capacity: { lanes: 1 } });
    const { before, first, others } = registry.metrics;
    for (const family of [before, others]) {
      for (const [index, to] of names.entries()) family.with({ to }).inc(index + 1);
    }
    const misplaced: unknown[] = [];
    registry.onSnapshot({ everyMs: 1, keep: 100 }, (snapshot) => {
      misplaced.push(...misplacedIn(snapshot));
    });
    for (let round = 0; round < 150; round++) {
      // Read here too, and then left alone for a while: that is when layouts are kept.
      misplaced.push(...misplacedIn(registry.snapshot()));
      block(Math.random() * 1.2);
      first.remove({ to: 'x' });
      block(Math.random() * 0.3);
      if (round % 2 === 0) first.with({ to: 'x' });
      await new Promise(setImmediate);
      if (round % 2 === 1) first.with({ to: 'x' });
    }
    registry.close();
    expect(misplaced).to.deep.equal([]);
  });

  function misplacedIn(snapshot: Snapshot) {
    return snapshot.family('others_total')!.series.flatMap(({ offset }, index) => {
      const value = snapshot.values[offset];
      return value === index + 1 ? [] : [{ index, value }];
    });
  }

  it('that waited for the event loop does not undo what later ones have seen', async () => {
    const { registry, metrics } = open();
    const seen: Snapshot[] = [];
    registry.onSnapshot({ everyMs: 5, keep: 100 }, (snapshot) => seen.push(snapshot));
    block(30);
    metrics.served.with({ to: 'p' }).inc(1);
    block(30);
    const latest = registry.snapshot();
    await setTimeout(20);
    registry.close();
    const counts = seen.map((snapshot) => snapshot.family('served_total')!.series.length);
    expect(counts).to.include(0).and.to.include(1);
    expect(counts).to.deep.equal([...counts].sort());
    for (const snapshot of seen) {
      expect(snapshot.value('served_total')).to.be.oneOf([undefined, 0, 1]);
      // A later snapshot of an unchanged registry has the layout of the latest.
      if (snapshot.takenAt > latest.takenAt) expect(snapshot.layout).to.equal(latest.layout);
    }
    expect(registry.snapshot().layout).to.equal(latest.layout);
    expect(registry.snapshot().find('served_total')!.info).to.equal(
      latest.find('served_total')!.info,
    );
  });
});
