// More than one of everything: registries, contexts, copies of the package.

import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import vm from 'node:vm';
import { expect } from 'chai';
import * as own from '../../lib/index.js';
import { fixture } from '../fixtures/catalogue.js';
import { inPackage } from '../support/package-root.js';

const { createRegistry } = own;

describe('Two registries in one thread', () => {
  it('count each for itself, with one catalogue or two', () => {
    const other = own.defineCatalogue({
      name: 'other',
      families: {
        count: { kind: 'counter', name: 'fixture_total', help: 'Of the same name.' },
        seconds: { kind: 'histogram', name: 'other_seconds', help: 'Time.', buckets: [5] },
      },
    });
    const [first, second, third] = [
      createRegistry({ catalogue: fixture }),
      createRegistry({ catalogue: fixture }),
      createRegistry({ catalogue: other }),
    ];
    first.metrics.count.inc(1);
    second.metrics.count.inc(2);
    third.metrics.count.inc(3);
    for (let time = 0; time < 100; time++) {
      first.metrics.seconds.record(0.5);
      second.metrics.seconds.record(5, 2);
      third.metrics.seconds.record(50, 3);
    }
    const totals = () =>
      [first, second, third].map((each) => each.snapshot().value('fixture_total'));
    expect(totals()).to.deep.equal([1, 2, 3]);
    expect(first.snapshot().histogram('fixture_seconds')!.sum).to.equal(50);
    expect(second.snapshot().histogram('fixture_seconds')!.sum).to.equal(1000);
    expect(third.snapshot().histogram('other_seconds')!.sum).to.equal(15_000);
    first.reset();
    second.close();
    expect(totals()).to.deep.equal([0, 2, 3]);
  });

  it('see the same series when one is attached to the other', () => {
    const first = createRegistry({ catalogue: fixture });
    const second = own.attachRegistry(first.share(), { catalogue: fixture });
    for (const [each, amount] of [
      [first, 1],
      [second, 10],
    ] as const) {
      each.metrics.count.inc(amount);
      each.metrics.count.inc();
      each.metrics.used.set(amount);
      each.metrics.seconds.record(amount);
      each.metrics.thirds.record(amount / 30);
      each.metrics.served.with({ to: 'x' }).inc(amount);
    }
    for (const each of [first, second]) {
      const snapshot = each.snapshot();
      expect(snapshot.value('fixture_total')).to.equal(13);
      expect(snapshot.value('fixture_used')).to.equal(11);
      expect(snapshot.value('served_total', { to: 'x' })).to.equal(11);
      const seconds = snapshot.histogram('fixture_seconds')!;
      expect([seconds.count, seconds.sum, seconds.min, seconds.max]).to.deep.equal([2, 11, 1, 10]);
      expect(
        snapshot
          .histogram('thirds_seconds')!
          .buckets()
          .map(({ count }) => count),
      ).to.deep.equal([2, 2, 2]);
    }
  });
});

describe('A vm context', () => {
  it('can ask for recorders and use them', () => {
    const registry = createRegistry({ catalogue: fixture });
    const context = vm.createContext({ registry });
    const result = vm.runInContext(
      `
      const served = registry.metrics.served.with({ to: 'context' });
      for (let time = 0; time < 1000; time++) {
        served.inc();
        registry.metrics.seconds.record(0.5);
        registry.metrics.seconds.since(registry.now());
      }
      registry.metrics.last.set(new Float64Array([7])[0]);
      let message;
      try {
        registry.metrics.served.with({ nobody: 'x' });
      } catch (error) {
        message = error.message;
      }
      ({ message, total: registry.snapshot().value('served_total') });
      `,
      context,
    );
    expect(result.message).to.include('served_total');
    expect(result.total).to.equal(1000);
    expect(registry.metrics.served.with({ to: 'context' })).to.equal(
      registry.metrics.served.with({ to: 'context' }),
    );
    expect(registry.snapshot().value('fixture_seconds')).to.equal(2000);
    expect(registry.snapshot().value('fixture_last')).to.equal(7);
  });
});

describe('Two copies of the package', () => {
  let folder: string;
  let copy: typeof own;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vsr-metrics-copy-'));
    // The binary as well: a second one, with threads and statics of its own.
    await cp(inPackage('dist', 'lib'), join(folder, 'dist', 'lib'), { recursive: true });
    await cp(inPackage('package.json'), join(folder, 'package.json'));
    await mkdir(join(folder, 'build'));
    await cp(inPackage('build', 'Release'), join(folder, 'build', 'Release'), {
      recursive: true,
      filter: (path) => !path.includes('obj.target'),
    });
    await symlink(inPackage('node_modules'), join(folder, 'node_modules'));
    copy = await import(pathToFileURL(join(folder, 'dist', 'lib', 'index.js')).href);
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it('work side by side', async () => {
    expect(copy.createRegistry).not.to.equal(createRegistry);
    const [mine, theirs] = [
      createRegistry({ catalogue: fixture }),
      copy.createRegistry({ catalogue: fixture }),
    ];
    const done = [mine, theirs].map(
      (each, index) =>
        new Promise<void>((resolve) => {
          each.onSnapshot({ everyMs: 2 }, (snapshot) => {
            if (snapshot.value('fixture_total') === 1000 * (index + 1)) resolve();
          });
        }),
    );
    for (let time = 0; time < 1000; time++) {
      mine.metrics.count.inc();
      theirs.metrics.count.inc(2);
      // Readings of one copy are no starts for the other, but each works for itself.
      mine.metrics.seconds.since(mine.now());
      theirs.metrics.seconds.since(theirs.now());
    }
    await Promise.all(done);
    mine.close();
    theirs.close();
    const [one, other] = [mine.snapshot(), theirs.snapshot()];
    expect([one.value('fixture_total'), other.value('fixture_total')]).to.deep.equal([1000, 2000]);
    for (const snapshot of [one, other]) {
      const { count, max } = snapshot.histogram('fixture_seconds')!;
      expect(count).to.equal(1000);
      expect(max).to.be.lessThan(10);
    }
  });

  it('record into one registry', () => {
    const mine = createRegistry({ catalogue: fixture });
    const theirs = copy.attachRegistry(mine.share(), { catalogue: fixture });
    mine.metrics.count.inc(3);
    theirs.metrics.count.inc(4);
    theirs.metrics.served.with({ to: 'theirs' }).inc();
    for (const each of [mine, theirs]) {
      expect(each.snapshot().value('fixture_total')).to.equal(7);
      expect(each.snapshot().value('served_total', { to: 'theirs' })).to.equal(1);
    }
  });
});
