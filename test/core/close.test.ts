import { setTimeout } from 'node:timers/promises';
import { expect } from 'chai';
import { createRegistry, defineCatalogue, RegistryError } from '../../lib/index.js';
import { thrownBy } from './catalogue/thrown.js';

const catalogue = defineCatalogue({
  name: 'test',
  families: {
    count: { kind: 'counter', name: 'test_total', help: 'A counter.' },
    served: { kind: 'counter', name: 'served_total', help: 'Served.', labels: { to: 'any' } },
    sent: { kind: 'counter', name: 'sent_total', help: 'Sent.', labels: { to: ['a', 'b'] } },
    last: { kind: 'gauge', name: 'test_last', help: 'The last value.' },
    seconds: { kind: 'histogram', name: 'test_seconds', help: 'Time.', buckets: [1, 10] },
  },
});

function open() {
  const registry = createRegistry({ catalogue });
  return { registry, metrics: registry.metrics };
}

describe('close()', () => {
  it('leaves recorders working that were taken before, and reading them', () => {
    const { registry, metrics } = open();
    const served = metrics.served.with({ to: 'x' });
    registry.close();
    metrics.count.inc(2);
    metrics.last.set(3);
    metrics.seconds.record(4);
    metrics.seconds.since(registry.now());
    served.inc(5);
    // What was resolved before is only looked up.
    metrics.served.with({ to: 'x' }).inc(6);
    metrics.sent.with({ to: 'b' }).inc(7);
    const snapshot = registry.snapshot();
    expect(snapshot.value('test_total')).to.equal(2);
    expect(snapshot.value('test_last')).to.equal(3);
    expect(snapshot.value('test_seconds')).to.equal(2);
    expect(snapshot.value('served_total')).to.equal(11);
    expect(snapshot.value('sent_total', { to: 'b' })).to.equal(7);
  });

  it('refuses everything new with an error that says so', () => {
    const { registry, metrics } = open();
    registry.close();
    const calls: Record<string, () => unknown> = {
      with: () => metrics.served.with({ to: 'new' }),
      remove: () => metrics.sent.remove({ to: 'a' }),
      sampleFrom: () => metrics.last.sampleFrom(() => 1),
      onSnapshot: () => registry.onSnapshot({ everyMs: 1000 }, () => undefined),
      reset: () => registry.reset(),
      share: () => registry.share(),
    };
    for (const [name, call] of Object.entries(calls)) {
      const error = thrownBy(call);
      expect(error, name).to.be.instanceOf(RegistryError);
      expect(error.code, name).to.equal('VSR_METRICS_REGISTRY_CLOSED');
    }
    expect(registry.snapshot().family('sent_total')!.series).to.have.length(2);
  });

  it('may be called again', () => {
    const { registry } = open();
    registry.close();
    expect(() => registry.close()).not.to.throw();
  });

  it('ends snapshots and callbacks', async () => {
    const { registry, metrics } = open();
    let [snapshots, samples] = [0, 0];
    const ended = new Promise<void>((resolve) => {
      registry.onSnapshot({ everyMs: 1 }, () => {
        snapshots++;
        if (snapshots === 3) resolve();
      });
    });
    metrics.last.sampleFrom(() => ++samples);
    await ended;
    registry.close();
    const before = [snapshots, samples];
    // Longer than both intervals.
    await setTimeout(1200);
    expect([snapshots, samples]).to.deep.equal(before);
  });
});
