// A registry whose creator was killed and started again: who was attached moves over whole, or not at
// all.

import { expect } from 'chai';
import { attachRegistry, readRegistry, type Snapshot } from '../../lib/index.js';
import { until } from '../support/until.js';
import { collectWarnings } from '../support/warnings.js';
import { newFile, RecordingProcess, removeAll } from './processes.js';
import { original, type successors } from './programs/succession-catalogues.js';

function start(name: keyof typeof successors, file: string): Promise<RecordingProcess> {
  return RecordingProcess.start(name, file, 'successor-process');
}

/** Attached to a registry, with something recorded in each of its families. */
async function attached() {
  const file = newFile();
  const creator = await start('original', file);
  const registry = attachRegistry(file, { catalogue: original });
  const { metrics } = registry;
  const recorders = {
    a: metrics.a.with({ to: 'x' }),
    b: metrics.b.with({ to: 'new' }),
    inUse: metrics.inUse,
  };
  // More than a registry without spare room could take.
  for (let to = 0; to < 60; to++) metrics.a.with({ to: `${to}` });
  const record = () => {
    recorders.a.inc(7);
    recorders.b.record(5);
    recorders.inUse.set(3);
  };
  record();
  const supersededBy = () =>
    registry
      .snapshot()
      .family('vsr_metrics_superseded')!
      .series.filter(({ offset }) => registry.snapshot().values[offset] === 1)
      .map(({ info }) => info.labels[0]![1]);
  return { file, creator, registry, metrics, record, supersededBy };
}

function numbersIn(snapshot: Snapshot) {
  const { count, sum } = snapshot.histogram('b_seconds', { to: 'new' })!;
  const old = snapshot.histogram('b_seconds', { to: 'old' })!.count;
  return { a: snapshot.value('a_total', { to: 'x' }), count, sum, old };
}

describe('a registry that was superseded', () => {
  afterEach(removeAll);

  it('is left for the new one with every recorder, wherever its families stand', async function () {
    this.timeout(30_000);
    const { file, creator, registry, record, metrics } = await attached();
    await creator.kill();
    await start('otherOrder', file);
    await until(() => registry.snapshot().value('a_total', { to: 'x' }) === 0);
    record();
    metrics.a.with({ to: 'y' }).inc();
    const now = readRegistry(file).snapshot();
    expect(numbersIn(now)).to.eql({ a: 7, count: 1, sum: 5, old: 0 });
    expect(now.value('a_total', { to: 'y' })).to.equal(1);
    expect(now.value('early_total')).to.equal(0);
    // The gauge's value came along.
    expect(now.value('in_use')).to.equal(3);
    const before = readRegistry(`${file}.1`).snapshot();
    expect(numbersIn(before)).to.eql({ a: 7, count: 1, sum: 5, old: 0 });
    registry.close();
  });

  for (const [name, code, why] of [
    ['otherBuckets', 'VSR_METRICS_REGISTRY_MISMATCH', /"b_seconds".*buckets.*1, 10.*2, 20/],
    ['lessRoom', 'VSR_METRICS_REGISTRY_FULL', /"a_total".*capacity\.series/],
    ['oneLane', 'VSR_METRICS_REGISTRY_FULL', /capacity\.lanes/],
  ] as const) {
    it(`is kept as it is when the new one does not fit: ${name}`, async function () {
      this.timeout(60_000);
      const { file, creator, registry, metrics, record, supersededBy } = await attached();
      await creator.kill();
      let successor: RecordingProcess | undefined;
      const warnings = await collectWarnings(async () => {
        successor = await start(name, file);
        await until(() => supersededBy().length > 0);
      });
      expect(supersededBy()).to.eql([code]);
      expect(warnings.map((warning) => warning.code)).to.eql(['VSR_METRICS_SUPERSEDED']);
      expect(warnings[0]!.message).to.match(why);
      record();
      metrics.a.with({ to: 'y' }).inc();
      expect(numbersIn(registry.snapshot())).to.eql({ a: 14, count: 2, sum: 10, old: 0 });
      expect(registry.snapshot().value('a_total', { to: 'y' })).to.equal(1);
      // Nothing of it stands in the new one.
      const other = readRegistry(file).snapshot();
      for (const { info, series } of other.families) {
        for (const one of series) {
          const numbers = other.read(one)?.count ?? other.values[one.offset]!;
          expect(numbers || 0, info.name).to.equal(0);
        }
      }
      await successor!.kill();
      await start('otherOrder', file);
      await until(() => registry.snapshot().value('a_total', { to: 'x' }) === 0, 30_000);
      record();
      expect(numbersIn(readRegistry(file).snapshot())).to.eql({ a: 7, count: 1, sum: 5, old: 0 });
      expect(supersededBy()).to.eql([]);
      registry.close();
    });
  }
});
