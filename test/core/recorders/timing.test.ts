import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import { createRegistry, defineCatalogue } from '../../../lib/index.js';

const shop = defineCatalogue({
  name: 'shop',
  families: {
    work: { kind: 'histogram', name: 'work_ms', help: 'W', buckets: [1, 10, 1000] },
    thirds: { kind: 'histogram', name: 'thirds_seconds', help: 'T', buckets: [1 / 3, 2 / 3] },
  },
  waive: { work_ms: { 'base-unit': 'a test' } },
});

function open() {
  const registry = createRegistry({ catalogue: shop });
  return {
    registry,
    metrics: registry.metrics,
    read: () => registry.snapshot().histogram('work_ms')!,
  };
}

describe('time()', () => {
  it('records a function that returns, and gives what it returned', () => {
    const { registry, metrics, read } = open();
    expect(metrics.work.time(() => 5)).to.equal(5);
    expect(metrics.work.time(() => undefined)).to.equal(undefined);
    expect(metrics.work.time(() => null)).to.equal(null);
    expect(read().count).to.equal(3);
    registry.close();
  });

  it('records a function that throws, and throws the same', () => {
    const { registry, metrics, read } = open();
    const problem = new Error('no');
    const run = () => {
      throw problem;
    };
    expect(() => metrics.work.time(run)).to.throw(problem);
    expect(read().count).to.equal(1);
    registry.close();
  });

  it('records until a promise settles, before the caller goes on', async () => {
    const { registry, metrics, read } = open();
    const done = metrics.work.time(() => wait(20, 'done'));
    expect(read().count).to.equal(0);
    expect(await done).to.equal('done');
    expect(read().count).to.equal(1);
    // Timers may be early by a part of a millisecond.
    expect(read().min).to.be.at.least(19);
    const failed = metrics.work.time(() => Promise.reject(new Error('no')));
    const error = await failed.catch((error: unknown) => error);
    expect(String(error)).to.equal('Error: no');
    expect(read().count).to.equal(2);
    registry.close();
  });
});

describe('startTimer()', () => {
  it('records in the unit of the family what it returns', async () => {
    const { registry, metrics, read } = open();
    const end = metrics.work.startTimer();
    await wait(5);
    const first = end();
    const second = end();
    expect(first).to.be.at.least(4);
    expect(second).to.be.at.least(first);
    expect(read().count).to.equal(2);
    expect(read().sum).to.be.closeTo(first + second, 1e-9);
    const thirds = metrics.thirds.startTimer()();
    expect(thirds).to.be.within(0, 1);
    expect(registry.snapshot().histogram('thirds_seconds')!.sum).to.equal(thirds);
    registry.close();
  });
});
