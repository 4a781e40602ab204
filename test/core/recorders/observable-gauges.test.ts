import { expect } from 'chai';
import { createRegistry, defineCatalogue, type Snapshot } from '../../../lib/index.js';
import { block } from '../../support/busy.js';
import { catchWarnings } from '../../support/warnings.js';

const catalogue = defineCatalogue({
  name: 'test',
  families: {
    last: { kind: 'gauge', name: 'test_last', help: 'The last value.' },
    other: { kind: 'gauge', name: 'test_other', help: 'Another.' },
    used: { kind: 'gauge', name: 'test_used', help: 'A sum.', combine: 'sum' },
    queued: { kind: 'gauge', name: 'test_queued', help: 'By queue.', labels: { queue: 'any' } },
    count: { kind: 'counter', name: 'test_total', help: 'A counter.' },
  },
});

function open() {
  const registry = createRegistry({ catalogue });
  const { metrics } = registry;
  /** Until all gauges that were asked for before this one have been sampled once more. */
  const sampledAgain = () =>
    new Promise<void>((resolve) => {
      let samples = 0;
      metrics.other.sampleFrom(() => {
        if (++samples === 2) resolve();
        return samples;
      });
    });
  return { registry, metrics, sampledAgain };
}

describe('Observable gauges', () => {
  it('are sampled at once, and then every second until they are stopped', async () => {
    const { registry, metrics, sampledAgain } = open();
    let [last, used] = [10, 20];
    metrics.last.sampleFrom(() => ++last);
    metrics.queued.with({ queue: 'q' }).sampleFrom(() => 7);
    const stop = metrics.used.sampleFrom(() => ++used);
    expect(registry.snapshot().value('test_last')).to.equal(11);
    expect(registry.snapshot().value('test_queued', { queue: 'q' })).to.equal(7);
    expect(registry.snapshot().value('test_used')).to.equal(21);
    stop();
    stop();
    await sampledAgain();
    registry.close();
    expect(registry.snapshot().value('test_last')).to.equal(12);
    expect(registry.snapshot().value('test_used')).to.equal(21);
    expect([last, used]).to.deep.equal([12, 21]);
  });

  it('know their age, also while their thread is blocked', async () => {
    const { registry, metrics } = open();
    metrics.last.sampleFrom(() => 1);
    const first = registry.snapshot();
    const seen: Snapshot[] = [];
    registry.onSnapshot({ everyMs: 50 }, (snapshot) => seen.push(snapshot));
    block(400);
    await new Promise(setImmediate);
    registry.close();
    expect(seen.length).to.be.greaterThan(2);
    const age = first.age('test_last')!;
    expect(age).to.be.within(0, 100);
    for (const snapshot of seen) {
      // Not sampled meanwhile, so it has aged by exactly the time that has passed.
      const passed = snapshot.takenAt - first.takenAt;
      expect(snapshot.age('test_last')).to.be.closeTo(age + passed, 1.001);
    }
  });

  it('are the only values that have an age', () => {
    const { registry, metrics } = open();
    metrics.last.set(1);
    metrics.used.inc();
    metrics.count.inc();
    const snapshot = registry.snapshot();
    for (const name of ['test_last', 'test_other', 'test_used', 'test_total', 'nothing']) {
      expect(snapshot.age(name), name).to.equal(undefined);
    }
    metrics.used.sampleFrom(() => 1);
    expect(registry.snapshot().age('test_used')).to.be.at.least(0);
    registry.reset();
    expect(registry.snapshot().age('test_used')).to.equal(undefined);
    registry.close();
  });

  it('keep their value, and age, when the callback gives nothing usable', async () => {
    const { registry, metrics } = open();
    const answers = [5, Number.NaN];
    metrics.last.sampleFrom(() => answers.shift()!);
    const before = registry.snapshot();
    const { emitWarning } = process;
    const warned = new Promise<string>((resolve) => {
      process.emitWarning = ((message: string) => resolve(message)) as typeof emitWarning;
    });
    try {
      expect(await warned).to.include('test_last');
    } finally {
      process.emitWarning = emitWarning;
    }
    const after = registry.snapshot();
    registry.close();
    expect(after.value('test_last')).to.equal(5);
    expect(after.age('test_last')! - before.age('test_last')!).to.be.closeTo(
      after.takenAt - before.takenAt,
      1.001,
    );
  });

  it('throw at set-up what the callback throws there; later it is a warning', async () => {
    const { registry, metrics, sampledAgain } = open();
    const fails = () => {
      throw new Error('no answer');
    };
    expect(() => metrics.last.sampleFrom(fails)).to.throw('no answer');
    expect(catchWarnings(() => registry.snapshot())).to.deep.equal([]);
    let answers = 0;
    metrics.last.sampleFrom(() => (answers++ === 0 ? 1 : fails()));
    const messages: string[] = [];
    const { emitWarning } = process;
    process.emitWarning = ((message: string) => messages.push(message)) as typeof emitWarning;
    try {
      // The one after it is sampled all the same.
      await sampledAgain();
    } finally {
      process.emitWarning = emitWarning;
      registry.close();
    }
    expect(messages).to.have.length(1);
    expect(messages[0]).to.include('no answer');
    expect(answers).to.equal(2);
    expect(registry.snapshot().value('test_last')).to.equal(1);
  });
});
