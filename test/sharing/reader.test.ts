import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { addon, layout } from '../../lib/core/region/native.js';
import {
  attachRegistry,
  createRegistry,
  defineCatalogue,
  RegistryError,
  readRegistry,
} from '../../lib/index.js';
import { proofCatalogue, steps } from '../prove/catalogue.js';
import { until } from '../support/until.js';
import { newFile, RecordingProcess, removeAll } from './processes.js';

const pastCatalogue = defineCatalogue({
  name: 'past',
  families: {
    depth: { kind: 'gauge', name: 'past_depth', help: 'Depth', labels: { queue: 'any' } },
  },
});

/** How many bytes this process asked the kernel for meanwhile. */
function bytesReadBy(read: () => unknown): number {
  const total = () => Number(/rchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))![1]);
  const before = total();
  read();
  return total() - before;
}

describe('readRegistry', () => {
  afterEach(removeAll);

  it('says how the writer does: alive, hung, stopped, dead', async function () {
    this.timeout(30_000);
    const file = newFile();
    const child = await RecordingProcess.start('create', file);
    const reader = readRegistry(file, { hungAfterMs: 2500 });
    await until(() => reader.writer.loopAgeMs !== undefined);
    expect(reader.writer).to.include({ state: 'alive', pid: child.pid, closed: false });

    await child.tell({ do: 'block', ms: 5000 });
    await until(() => reader.writer.state === 'hung');
    expect(reader.writer.loopAgeMs).to.be.above(2500);
    expect(reader.writer.heartbeatAgeMs).to.be.below(2500); // the background thread goes on
    await until(() => reader.writer.state === 'alive');

    child.signal('SIGSTOP');
    await until(() => reader.writer.state === 'hung');
    expect(reader.writer.heartbeatAgeMs).to.be.above(2500);
    child.signal('SIGCONT');
    await until(() => reader.writer.state === 'alive');

    await child.kill();
    expect(reader.writer.state).to.equal('dead');
  });

  it('gives its file back when it is closed, and says so when it is used afterwards', () => {
    const file = newFile();
    const registry = createRegistry({ catalogue: proofCatalogue, file });
    registry.metrics.steps.inc(7);
    const descriptors = () => readdirSync('/proc/self/fd').length;
    const before = descriptors();
    const readers = Array.from({ length: 10 }, () => readRegistry(file));
    const snapshot = readers[0]!.snapshot();
    expect(descriptors()).to.equal(before + 10);
    for (const reader of readers) reader.close();
    readers[0]!.close();
    readers[0]![Symbol.dispose]();
    expect(descriptors()).to.equal(before);
    expect(snapshot.value(steps)).to.equal(7);
    const uses = {
      snapshot: () => readers[0]!.snapshot(),
      writer: () => readers[0]!.writer,
      read: () => readers[0]!.read(),
      processes: () => readers[0]!.processes(),
      history: () => readers[0]!.history(steps),
    };
    for (const [name, use] of Object.entries(uses)) {
      expect(use, name).to.throw(RegistryError, /reader of .* is closed/);
    }
    registry.close();
  });

  it('reads what a stopped and a dead process had recorded', async () => {
    const file = newFile();
    const child = await RecordingProcess.start('create', file);
    await child.tell({ do: 'inc', times: 41 });
    child.signal('SIGSTOP');
    const reader = readRegistry(file);
    expect(reader.snapshot().value(steps)).to.equal(41);
    child.signal('SIGCONT');
    await child.tell({ do: 'inc' });
    await child.kill();
    expect(reader.snapshot().value(steps)).to.equal(42);
  });

  it('does not attach: whoever looks at the registry sees nothing of it', () => {
    const file = newFile();
    const registry = createRegistry({ catalogue: proofCatalogue, file });
    const blocks = () => readRegistry(file).processes().length;
    expect(blocks()).to.equal(1); // reading is not attaching
    registry.close();
  });

  it('follows the file when its program starts again', async () => {
    const file = newFile();
    const first = await RecordingProcess.start('create', file);
    await first.tell({ do: 'inc', times: 5 });
    const reader = readRegistry(file);
    expect(reader.snapshot().value(steps)).to.equal(5);
    await first.kill();
    const second = await RecordingProcess.start('create', file);
    await second.tell({ do: 'inc', times: 2 });
    expect(reader.snapshot().value(steps)).to.equal(2);
  });

  it('keeps a history that survives the process', async function () {
    this.timeout(20_000);
    const file = newFile();
    const registry = createRegistry({ catalogue: proofCatalogue, file });
    registry.metrics.inFlight.set(3);
    const reader = readRegistry(file);
    await until(() => reader.history('proof_in_flight').some(({ value }) => value === 3));
    registry.metrics.inFlight.set(4);
    await until(() => reader.history('proof_in_flight').at(-1)?.value === 4);
    const points = reader.history('proof_in_flight');
    expect(points.map(({ at }) => at)).to.eql(points.map(({ at }) => at).sort((a, b) => a - b));
    expect(points[0]!.value).to.equal(3);
    const [first] = reader.history('proof_latency_seconds');
    expect(first!.buckets!.map(({ le }) => le)).to.eql([0.001, 0.01, 0.1, 1, Infinity]);
    const last = points.at(-1)!.at;
    expect(reader.history('proof_in_flight', { from: last }).length).to.equal(1);
    expect(reader.history('proof_in_flight', { to: 1 })).to.eql([]);
    expect(registry.history('proof_in_flight').length).to.be.at.least(points.length);
    registry.close();
  });

  it('tells the past of a series from that of another one that had its slot before', async () => {
    const file = newFile();
    const registry = createRegistry({ catalogue: pastCatalogue, file });
    const { depth } = registry.metrics;
    const reader = readRegistry(file);
    const past = (queue: string) =>
      reader.history('past_depth', { labels: { queue } }).map(({ value }) => value);
    depth.with({ queue: 'a' }).set(1);
    await until(() => past('a').includes(1));
    const { slot } = reader.snapshot().find('past_depth', { queue: 'a' })!.info;
    depth.remove({ queue: 'a' });
    depth.with({ queue: 'b' }).set(2);
    expect(reader.snapshot().find('past_depth', { queue: 'b' })!.info.slot).to.equal(slot);
    await until(() => past('b').length > 0);
    expect(new Set(past('b'))).to.eql(new Set([2]));
    registry.close();
  });

  it('has every slot of the seconds once', async function () {
    this.timeout(30_000);
    const file = newFile();
    const registry = createRegistry({ catalogue: proofCatalogue, file });
    registry.metrics.inFlight.set(3);
    const reader = readRegistry(file);
    await until(() => reader.history('proof_in_flight').length >= 5, 20_000);
    const slots = reader
      .history('proof_in_flight')
      .map(({ monotonicMs }) => Math.floor(monotonicMs / 1000));
    expect(new Set(slots).size, slots.join()).to.equal(slots.length);
    registry.close();
  });

  it('copies of a file what is asked for: no history for a snapshot, and that once', async function () {
    if (process.platform !== 'linux') {
      console.log('        skipped: needs Linux');
      this.skip();
    }
    this.timeout(20_000);
    const file = newFile();
    const historyBytes = 600e6;
    const registry = createRegistry({
      catalogue: proofCatalogue,
      file,
      capacity: { historyBytes },
    });
    registry.metrics.inFlight.set(3);
    const reader = readRegistry(file);
    await until(() => reader.history('proof_in_flight').length > 0);
    const first = bytesReadBy(() => reader.snapshot());
    expect(first).to.be.below(1e6);
    const one = bytesReadBy(() => reader.history('proof_in_flight'));
    const names = Array.from({ length: 50 }, () => 'proof_in_flight');
    const fifty = bytesReadBy(() => names.map((name) => reader.history(name)));
    // A second may begin meanwhile, and another one in all that the machine does besides.
    expect(fifty).to.be.below(50 * first + 3 * one + 200_000);
    registry.close();
  });

  it('reads whatever can be made: what is too large to be read is refused', () => {
    const { mostBytesRead } = layout;
    const make = (capacity: object) =>
      createRegistry({ catalogue: proofCatalogue, file: newFile(), capacity }).close();
    expect(() => make({ historyBytes: mostBytesRead + 1 })).to.throw(
      RegistryError,
      `to ${mostBytesRead}`,
    );
    expect(() => make({ series: 2 ** 22, lanes: 64 })).to.throw(
      RegistryError,
      /too large to be read/,
    );
  });

  it('does not show what a dead process set in gauges that combine, while another one lives', async () => {
    const file = newFile();
    const first = await RecordingProcess.start('create', file);
    const second = await RecordingProcess.start('attach', file);
    await first.tell({ do: 'set', value: 2 });
    await second.tell({ do: 'set', value: 100 });
    const reader = readRegistry(file);
    const value = () => reader.snapshot().value('proof_in_flight');
    expect(value()).to.equal(102);
    // Nobody is there to clear up.
    first.signal('SIGSTOP');
    await second.kill();
    expect(value()).to.equal(2);
    await first.kill();
    // All that is known now is how it was.
    expect(value()).to.equal(102);
  });

  it('knows from the locks alone whether anybody records into a file', async () => {
    const file = newFile();
    expect(addon.isRegionInUse(file)).to.equal(false);
    writeFileSync(file, 'hello');
    expect(addon.isRegionInUse(file)).to.equal(false);
    rmSync(file);
    const first = await RecordingProcess.start('create', file);
    const second = await RecordingProcess.start('attach', file);
    expect(addon.isRegionInUse(file)).to.equal(true);
    await first.kill();
    expect(addon.isRegionInUse(file)).to.equal(true);
    await second.kill();
    expect(addon.isRegionInUse(file)).to.equal(false);
    expect(addon.isRegionInUse('/dev/shm')).to.equal(false);
  });

  it('reads as another user what that one may read, and never attaches as one', function () {
    const nobody = 65_534;
    if (process.getuid?.() !== 0) {
      console.log('        skipped: needs root, to become another user');
      this.skip();
    }
    const file = newFile();
    const registry = createRegistry({ catalogue: proofCatalogue, file });
    registry.metrics.steps.inc(5);
    process.seteuid!(nobody);
    try {
      expect(() => readRegistry(file)).to.throw(RegistryError, /Permission denied/);
    } finally {
      process.seteuid!(0);
    }
    // Even where it may write.
    for (const mode of [0o644, 0o666]) {
      chmodSync(file, mode);
      process.seteuid!(nobody);
      try {
        const reader = readRegistry(file);
        expect(reader.snapshot().value(steps)).to.equal(5);
        expect(reader.writer.state).to.equal('alive');
        expect(() => attachRegistry(file, { catalogue: proofCatalogue })).to.throw(
          RegistryError,
          file,
        );
      } finally {
        process.seteuid!(0);
      }
    }
    expect(readRegistry(file).processes().length).to.equal(1);
    registry.close();
  });

  it('says of a file that cannot be read why not, and nothing else', () => {
    const file = newFile();
    const registry = createRegistry({ catalogue: proofCatalogue, file });
    const reader = readRegistry(file);
    rmSync(file);
    writeFileSync(file, 'hello');
    expect(() => reader.snapshot()).to.throw(RegistryError, /not a vsr-metrics region$/);
    expect(() => reader.writer).to.throw(RegistryError, /not a vsr-metrics region$/);
    registry.close();
  });

  it('refuses what is no region, and says why', () => {
    const file = newFile();
    expect(() => readRegistry(file)).to.throw(RegistryError, /No such file/);
    writeFileSync(file, 'hello');
    expect(() => readRegistry(file)).to.throw(RegistryError, /not a vsr-metrics region/);
    rmSync(file);
    const registry = createRegistry({ catalogue: proofCatalogue, file });
    const copy = newFile();
    execFileSync('cp', ['--sparse=always', file, copy]);
    const reader = readRegistry(copy);
    truncateSync(copy, 100_000);
    expect(() => reader.snapshot()).to.throw(RegistryError, /truncated/);
    registry.close();
    expect(() => readRegistry('/dev/shm')).to.throw(RegistryError, /no regular file/);
  });
});
