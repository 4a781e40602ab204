import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { expect } from 'chai';
import { attachRegistry, createRegistry, defineCatalogue, RegistryError } from '../../lib/index.js';
import { newFile, removeAll } from '../sharing/processes.js';
import { runFixture } from '../support/fixtures.js';
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
  afterEach(removeAll);

  it('leaves its last numbers to be read', () => {
    const { registry, metrics } = open();
    metrics.count.inc(2);
    metrics.served.with({ to: 'x' }).inc(5);
    registry.close();
    metrics.count.inc(40);
    const snapshot = registry.snapshot();
    expect(snapshot.value('test_total')).to.equal(2);
    expect(snapshot.value('served_total')).to.equal(5);
    expect(registry.snapshot().takenAt).to.equal(snapshot.takenAt);
  });

  it('lets recorders go on, and counts what they record in another registry of the process', async () => {
    const { stdout, stderr } = await runFixture('recorded-after-close');
    const { counted, own } = JSON.parse(stdout);
    // By this thread and by a worker.
    expect(
      Object.fromEntries(counted.map(([metric, , times]: string[]) => [metric, times])),
    ).to.eql({
      test_total: 2 * 3,
      served_total: 2 * (5 + 6 + 7),
      sent_total: 2 * (8 + 9),
      test_last: 2,
      test_used: 2,
      test_seconds: 2 * (6 + 10 + 1 + 1),
      thirds_seconds: 2 * 4,
    });
    expect(new Set(counted.map(([, reason]: string[]) => reason))).to.eql(new Set(['after_close']));
    expect(own).to.equal(0);
    expect(stderr.match(/test_total is recorded after its registry was closed/g)).to.have.length(2);
  });

  it('refuses at set-up what needs a registry, with an error that says so', () => {
    const { registry, metrics } = open();
    registry.close();
    const calls: Record<string, () => unknown> = {
      sampleFrom: () => metrics.last.sampleFrom(() => 1),
      onSnapshot: () => registry.onSnapshot({ everyMs: 1000 }, () => undefined),
      history: () => registry.history('test_total'),
      reset: () => registry.reset(),
      share: () => registry.share(),
    };
    for (const [name, call] of Object.entries(calls)) {
      const error = thrownBy(call);
      expect(error, name).to.be.instanceOf(RegistryError);
      expect(error.code, name).to.equal('VSR_METRICS_REGISTRY_CLOSED');
    }
    expect(metrics.sent.remove({ to: 'a' })).to.equal(false);
    expect(registry.snapshot().family('sent_total')!.series).to.have.length(2);
  });

  it('is what the end of a scope calls', () => {
    const { registry } = open();
    registry[Symbol.dispose]();
    expect(thrownBy(() => registry.share()).code).to.equal('VSR_METRICS_REGISTRY_CLOSED');
  });

  for (const [often, mark] of [
    [100, ''],
    [1000, ' @slow'],
  ] as const) {
    it(`gives file, lane and lock back at once, ${often} times over${mark}`, function () {
      this.timeout(240_000);
      const file = newFile();
      for (let times = 0; times < often; times++) createRegistry({ catalogue, file }).close();
      expect(existsSync(`${file}.1`)).to.equal(false);
      const registry = createRegistry({ catalogue, file, capacity: { lanes: 2 } });
      for (let times = 1; times <= often / 5; times++) {
        const attached = attachRegistry(file, { catalogue });
        attached.metrics.count.inc();
        attached.close();
        expect(registry.snapshot().value('test_total')).to.equal(times);
      }
      registry.close();
    });
  }

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
