import { setTimeout } from 'node:timers/promises';
import { expect } from 'chai';
import { createRegistry, RegistryError, type Snapshot } from '../../lib/index.js';
import { fixture } from '../fixtures/catalogue.js';
import { block } from '../support/busy.js';
import { runFixture } from '../support/fixtures.js';
import { thrownBy } from './catalogue/thrown.js';

/** What comes of recording without a pause for a second and a half, with a snapshot every 50 ms. */
async function seenWhileBlocked(keep: number) {
  const registry = createRegistry({ catalogue: fixture });
  const seen: Snapshot[] = [];
  registry.onSnapshot({ everyMs: 50, keep }, (snapshot) => seen.push(snapshot));
  let recorded = 0;
  block(1500, () => {
    registry.metrics.count.inc();
    recorded++;
  });
  const early = seen.length;
  await new Promise(setImmediate);
  registry.close();
  expect(early).to.equal(0);
  return { seen, recorded };
}

describe('onSnapshot', () => {
  it('takes snapshots while the event loop is blocked', async () => {
    const { seen, recorded } = await seenWhileBlocked(1000);
    const totals = seen.map((snapshot) => snapshot.value('fixture_total')!);
    const times = seen.map(({ takenAt }) => takenAt);
    for (const values of [totals, times]) {
      expect(values).to.deep.equal([...values].sort((a, b) => a - b));
    }
    // 30 were due, less those for which there was no processor. Some may be of the time between the
    // last record and the end.
    const meanwhile = new Set(totals.filter((total) => total > 0 && total < recorded));
    expect(meanwhile.size).to.be.above(5);
  });

  it('keeps the last ones of those that nobody could be told of', async () => {
    const { seen, recorded } = await seenWhileBlocked(8);
    // One more may have come while these were handed over.
    expect(seen.length).to.be.within(8, 9);
    // The first ones were dropped: they had less than a quarter.
    expect(seen[0]!.value('fixture_total')).to.be.above(recorded / 4);
  });

  it('serves several intervals at once, each by its own', async () => {
    const registry = createRegistry({ catalogue: fixture });
    const intervals = [10, 25, 100];
    const counts = intervals.map(() => 0);
    for (const [index, everyMs] of intervals.entries()) {
      registry.onSnapshot({ everyMs, keep: 1000 }, () => counts[index]!++);
    }
    while (counts[2]! < 8) {
      block(30);
      await setTimeout(1);
    }
    registry.close();
    // A busy machine may miss some; intervals that were mixed up would show another order.
    expect(counts[0], 'every 10 ms').to.be.above(counts[1]!);
    expect(counts[1], 'every 25 ms').to.be.above(counts[2]!);
  });

  it('may be stopped inside the listener, and more than once', async () => {
    const registry = createRegistry({ catalogue: fixture });
    let calls = 0;
    const stop = registry.onSnapshot({ everyMs: 2 }, () => {
      calls++;
      stop();
      stop();
    });
    // Several wait when the first one is handed over.
    block(30);
    await setTimeout(30);
    expect(calls).to.equal(1);
    stop();
    registry.close();
  });

  it('hands over nothing after it was stopped', async () => {
    const registry = createRegistry({ catalogue: fixture });
    let calls = 0;
    const stop = registry.onSnapshot({ everyMs: 2 }, () => calls++);
    block(30);
    stop();
    await setTimeout(20);
    expect(calls).to.equal(0);
    registry.close();
  });

  it('may be asked for inside a listener', async () => {
    const registry = createRegistry({ catalogue: fixture });
    const snapshot = await new Promise<Snapshot>((resolve) => {
      const stop = registry.onSnapshot({ everyMs: 1 }, () => {
        stop();
        registry.onSnapshot({ everyMs: 1 }, resolve);
      });
    });
    registry.close();
    expect(snapshot.value('fixture_total')).to.equal(0);
  });

  it('refuses intervals and numbers that make no sense', () => {
    const registry = createRegistry({ catalogue: fixture });
    const listener = () => undefined;
    const numbers = [0, -1, 0.5, Number.NaN, Infinity, 1e12, '10' as unknown as number];
    for (const number of numbers) {
      for (const schedule of [{ everyMs: number }, { everyMs: 10, keep: number }]) {
        const error = thrownBy(() => registry.onSnapshot(schedule, listener));
        expect(error).to.be.instanceOf(RegistryError);
        expect(error.code).to.equal('VSR_METRICS_REGISTRY_OPTIONS');
        expect(error.message).to.include('keep' in schedule ? 'keep' : 'everyMs');
      }
    }
    registry.close();
  });

  it('makes what a listener throws an uncaught exception, and goes on', async () => {
    const { code, stdout } = await runFixture('throwing-listener', { args: ['handled'] });
    const { seen, snapshots } = JSON.parse(stdout);
    expect(code).to.equal(0);
    expect(seen).to.deep.equal(['the listener failed']);
    // Those that waited with it, and later ones.
    expect(snapshots).to.be.greaterThan(10);
  });

  it('ends the process when nobody catches what a listener throws', async () => {
    const { code, stdout, stderr } = await runFixture('throwing-listener', {
      args: ['unhandled'],
    });
    expect(code).to.be.greaterThan(0);
    expect(stderr).to.include('Error: the listener failed');
    expect(stdout).to.equal('');
  });

  it('ends a worker when nobody catches what its listener throws', async () => {
    const { code, stdout } = await runFixture('throwing-listener', { args: ['worker'] });
    expect(JSON.parse(stdout)).to.deep.equal({ seen: ['the listener failed'] });
    expect(code).to.equal(0);
  });

  it('holds no process alive', async () => {
    const { code, stdout } = await runFixture('background', { args: ['main'] });
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: 'started\n' });
  });

  it('holds no worker alive', async () => {
    const { code, stdout } = await runFixture('background', { args: ['worker'] });
    expect({ code, stdout }).to.deep.equal({
      code: 0,
      stdout: 'started\nworker ended with 0\n',
    });
  });

  it('survives workers that are terminated in the middle of it', async () => {
    const { code, stdout, stderr } = await runFixture('terminated-workers', { args: ['25'] });
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    expect(JSON.parse(stdout)).to.deep.equal({ total: 25, goesOn: true });
  });

  it('can be stopped when snapshots take longer than their interval', async () => {
    const { code, stdout } = await runFixture('slow-snapshots');
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: 'done\n' });
  });

  it('can be stopped with a call to the listener on its way', async () => {
    const { code, stdout, stderr } = await runFixture('stopped-late');
    expect({ code, stdout, stderr }).to.deep.equal({ code: 0, stdout: 'done\n', stderr: '' });
  });
});

describe('The native thread', () => {
  it('goes on when only a worker had loaded the package, and has ended', async () => {
    const { code, stdout, stderr } = await runFixture('worker-only');
    expect({ code, stdout, stderr }).to.deep.equal({
      code: 0,
      stdout: 'worker ended with 0\nworker ended with 0\nstill here\n',
      stderr: '',
    });
  });
});
