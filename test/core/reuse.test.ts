// Label sets that come and go: what one of them took up is used again by others.

import { expect } from 'chai';
import { attachRegistry, createRegistry, defineCatalogue, type Snapshot } from '../../lib/index.js';

const catalogue = defineCatalogue({
  name: 'test',
  families: {
    served: {
      kind: 'counter',
      name: 'served_total',
      help: 'Served.',
      labels: { session: 'any', outcome: ['ok', 'failed'] },
    },
    seconds: {
      kind: 'histogram',
      name: 'session_seconds',
      help: 'Time.',
      buckets: [1, 10],
      digits: 1,
      labels: { session: 'any' },
    },
    inUse: {
      kind: 'gauge',
      name: 'in_use',
      help: 'In use.',
      combine: 'sum',
      labels: { session: 'any' },
    },
    position: { kind: 'gauge', name: 'position', help: 'Where.', labels: { session: 'any' } },
  },
});

/** None of these label sets shared a series with others. */
function expectNoOverflow(snapshot: Snapshot): void {
  expect(snapshot.family('vsr_metrics_overflowed_total')!.series).to.deep.equal([]);
  for (const { info, series } of snapshot.families) {
    const others = series.filter(({ info }) => info.labels.some(([, value]) => value === '_other'));
    expect(others, info.name).to.deep.equal([]);
  }
}

describe('Series that come and go', () => {
  it('find room, 60,000 label sets one after the other', () => {
    const registry = createRegistry({ catalogue });
    const { served } = registry.metrics;
    for (let session = 0; session < 60_000; session++) {
      const labels = { session: `session-${session}`, outcome: 'ok' } as const;
      served.with(labels).inc();
      served.remove(labels);
    }
    expectNoOverflow(registry.snapshot());
    expect(registry.snapshot().family('served_total')!.series).to.deep.equal([]);
    expect(registry.snapshot().value('vsr_metrics_reuse_delayed_total')).to.equal(undefined);
    registry.close();
  });

  it('find room, 300,000 label sets of which 100 are there at a time, each counting for itself', function () {
    this.timeout(120_000);
    const registry = createRegistry({ catalogue });
    const { served } = registry.metrics;
    const alive = 100;
    const all = 300_000;
    const labelsOf = (session: number) =>
      ({ session: `session-${session}`, outcome: session % 2 === 0 ? 'ok' : 'failed' }) as const;
    for (let session = 0; session < all; session++) {
      served.with(labelsOf(session)).inc(session + 1);
      if (session >= alive) served.remove(labelsOf(session - alive));
    }
    const snapshot = registry.snapshot();
    expectNoOverflow(snapshot);
    const { series } = snapshot.family('served_total')!;
    expect(series).to.have.length(alive);
    for (let session = all - alive; session < all; session++) {
      expect(snapshot.value('served_total', labelsOf(session))).to.equal(session + 1);
    }
    registry.close();
  });

  it('of every kind start from nothing, in a new time, where another one was', () => {
    const registry = createRegistry({ catalogue, capacity: { series: 40, histograms: 4 } });
    const { metrics } = registry;
    for (let round = 0; round < 500; round++) {
      const session = `session-${round}`;
      metrics.seconds.with({ session }).record(0.5 + round, 3);
      metrics.inUse.with({ session }).inc(round + 1);
      metrics.position.with({ session }).set(-round);
      const snapshot = registry.snapshot();
      const reading = snapshot.histogram('session_seconds', { session })!;
      expect([reading.count, reading.sum]).to.deep.equal([3, 3 * (0.5 + round)]);
      expect([reading.min, reading.max]).to.deep.equal([0.5 + round, 0.5 + round]);
      expect(snapshot.value('in_use', { session })).to.equal(round + 1);
      expect(snapshot.value('position', { session })).to.equal(-round);
      for (const family of ['seconds', 'inUse', 'position'] as const) {
        expect(metrics[family].remove({ session })).to.equal(true);
      }
      metrics.position.with({ session: 'unset' });
      expect(registry.snapshot().value('position')).to.equal(undefined);
      metrics.position.remove({ session: 'unset' });
    }
    expectNoOverflow(registry.snapshot());
    registry.close();
  });

  it('that were removed elsewhere in the process are other series for with(), also by the same labels', () => {
    const one = createRegistry({ catalogue });
    const other = attachRegistry(one.share(), { catalogue });
    const labels = { session: 'x', outcome: 'ok' } as const;
    const held = other.metrics.served.with(labels);
    held.inc(3);
    for (let round = 1; round <= 5; round++) {
      one.metrics.served.remove(labels);
      held.inc(100);
      other.metrics.served.with(labels).inc(5);
      expect(one.snapshot().value('served_total', labels)).to.equal(5);
      one.metrics.served.with(labels).inc(2);
      expect(one.snapshot().value('served_total', labels)).to.equal(7);
      held.inc(100);
      expect(one.snapshot().value('served_total', labels)).to.equal(7);
    }
    one.close();
    other.close();
  });

  it('are not missed when more of them went than the registry remembers', () => {
    const one = createRegistry({ catalogue });
    const other = attachRegistry(one.share(), { catalogue });
    const count = 800;
    const all = Array.from(
      { length: count },
      (_, session) => ({ session: `${session}`, outcome: 'ok' }) as const,
    );
    const kept = { session: 'kept', outcome: 'ok' } as const;
    const recorder = other.metrics.served.with(kept);
    const held = all.map((labels) => other.metrics.served.with(labels));
    for (const labels of all) one.metrics.served.remove(labels);
    expect(other.metrics.served.with(kept)).to.equal(recorder);
    for (const recorder of held) recorder.inc(1000);
    recorder.inc();
    for (const labels of all) other.metrics.served.with(labels).inc();
    const snapshot = one.snapshot();
    for (const labels of [...all, kept]) expect(snapshot.value('served_total', labels)).to.equal(1);
    one.close();
    other.close();
  });

  it('wait for a thread that has not let go of them, which is counted', () => {
    const one = createRegistry({ catalogue, capacity: { series: 40 } });
    // It holds none, but has acknowledged nothing either: it is busy, say.
    const other = attachRegistry(one.share(), { catalogue });
    for (let session = 0; session < 10; session++) {
      const labels = { session: `${session}`, outcome: 'ok' } as const;
      one.metrics.served.with(labels).inc();
      one.metrics.served.remove(labels);
    }
    const delayed = () =>
      one.snapshot().value('vsr_metrics_reuse_delayed_total', { metric: 'served_total' });
    expect(delayed()).to.equal(9);
    // The next with() of that thread catches up.
    other.metrics.served.with({ session: 'x', outcome: 'ok' });
    for (let session = 0; session < 10; session++) {
      const labels = { session: `${session}`, outcome: 'ok' } as const;
      one.metrics.served.with(labels).inc();
      other.metrics.served.with({ session: 'x', outcome: 'ok' });
      one.metrics.served.remove(labels);
      other.metrics.served.with({ session: 'x', outcome: 'ok' });
    }
    expect(delayed()).to.equal(9);
    one.close();
    other.close();
  });
});
