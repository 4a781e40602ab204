// Files of the layout before this one: those of a program that was not upgraded yet, and crash files.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { layout } from '../../lib/core/region/native.js';
import { attachRegistry, createRegistry, RegistryError, readRegistry } from '../../lib/index.js';
import { proofCatalogue } from '../prove/catalogue.js';
import { inPackage } from '../support/package-root.js';
import { newFile, removeAll } from './processes.js';

/** A file as the last program of its layout left it; what is in it is said there. */
function olderFile(name = 'older-layout.txt'): string {
  const text = readFileSync(inPackage('test', 'fixtures', name), 'utf8');
  const [size, ...lines] = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const bytes = Buffer.alloc(Number.parseInt(size!, 16));
  for (const line of lines) {
    const [offset, hex] = line.split(' ') as [string, string];
    bytes.write(hex, Number.parseInt(offset, 16), 'hex');
  }
  const file = newFile();
  writeFileSync(file, bytes);
  return file;
}

describe('a file of the layout before this one', () => {
  afterEach(removeAll);

  it('is read as it was', () => {
    const reader = readRegistry(olderFile());
    const snapshot = reader.snapshot();
    const name = 'older_steps_total';
    const service = 'ledger';
    const stepsOf = (tenant: string) => snapshot.value(name, { tenant, service });
    // A reset, and two threads since.
    expect(['a', 'b', 'c', '_other', 'gone'].map(stepsOf)).to.eql([11, 1, 0, 3, undefined]);
    expect(snapshot.value('older_depth')).to.equal(19);
    expect(snapshot.value('older_in_flight')).to.equal(2);
    const waits = snapshot.histogram('older_wait_seconds')!;
    expect(waits).to.include({ count: 151, sum: 76.25 });
    expect(waits.buckets().map(({ count }) => count)).to.eql([15, 50, 151, 151]);
    const labelsOf = (metric: string, labels = {}) =>
      snapshot
        .exemplars(snapshot.find(metric, labels)!)
        .map((each) => Object.fromEntries(each.labels));
    expect(labelsOf(name, { tenant: '_other' })).to.eql([{ trace_id: 'trace-e' }]);
    expect(labelsOf('older_wait_seconds')).to.eql([{ trace_id: 'slower' }]);
    expect(snapshot.startedAt).to.equal(1796094122859.036);
    expect(snapshot.find(name, { tenant: 'a' })!.info.createdAt).to.equal(1796094122861.804);
    // Twice: the second time into the same memory.
    expect([...reader.snapshot().values]).to.eql([...snapshot.values]);
  });

  it('has its history, by the time of day', () => {
    const points = readRegistry(olderFile()).history('older_depth');
    expect(points.map(({ value }) => value)).to.eql([18, 18, 18, 18, 18, 18, 18, 18, 18, 19]);
    expect(points.map(({ at }) => at)).to.eql(points.map(({ monotonicMs }) => monotonicMs));
    const [first, second] = readRegistry(olderFile()).history('older_wait_seconds');
    expect(second!.at - first!.at).to.be.within(10_000, 12_000);
    expect(second).to.deep.include({ value: 151, sum: 76.25 });
  });

  it('says how its processes do', () => {
    const reader = readRegistry(olderFile());
    expect(reader.processes().map(({ state }) => state)).to.eql(['dead', 'dead']);
    expect(reader.writer.closed).to.equal(false);
    for (const { heartbeatAgeMs, loopAgeMs } of reader.processes()) {
      expect(heartbeatAgeMs).to.be.at.least(0);
      expect(loopAgeMs).to.be.at.least(0);
    }
  });

  it('is not attached to: both versions are named', () => {
    const file = olderFile();
    expect(() => attachRegistry(file, { catalogue: proofCatalogue })).to.throw(
      RegistryError,
      `${file} has layout version 2; this vsr-metrics has layout version ${layout.version}`,
    );
  });

  it('is kept as a crash file when its program starts with this version', () => {
    const file = olderFile();
    createRegistry({ catalogue: proofCatalogue, file }).close();
    expect(existsSync(`${file}.1`)).to.equal(true);
    expect(readRegistry(`${file}.1`).snapshot().value('older_depth')).to.equal(19);
  });
});

describe('a file of the layout that knew no journals', () => {
  afterEach(removeAll);

  const fileWithout = () => olderFile('layout-without-journals.txt');

  it('is read as it was', () => {
    const reader = readRegistry(fileWithout());
    const snapshot = reader.snapshot();
    expect(snapshot.value('three_steps_total', { tenant: 'a' })).to.equal(5);
    expect(snapshot.value('three_steps_total', { tenant: 'b' })).to.equal(2);
    expect(snapshot.value('three_depth')).to.equal(8);
    const waits = snapshot.histogram('three_wait_seconds')!;
    expect(waits).to.include({ count: 21, sum: 53 });
    expect(waits.buckets().map(({ count }) => count)).to.eql([0, 5, 21, 21]);
    expect(snapshot.exemplars(snapshot.find('three_wait_seconds')!)).to.have.length(1);
    expect(reader.history('three_depth').map(({ value }) => value)).to.include.members([7, 8]);
    expect(reader.processes().map(({ state }) => state)).to.eql(['dead']);
    // Twice: the second time into the same memory.
    expect([...reader.snapshot().values]).to.eql([...snapshot.values]);
  });

  it('is not attached to: both versions are named', () => {
    const file = fileWithout();
    expect(() => attachRegistry(file, { catalogue: proofCatalogue })).to.throw(
      RegistryError,
      `${file} has layout version 3; this vsr-metrics has layout version ${layout.version}`,
    );
  });
});
