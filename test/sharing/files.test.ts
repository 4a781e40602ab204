import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { planSizes } from '../../lib/core/region/capacity.js';
import { addon } from '../../lib/core/region/native.js';
import { attachRegistry, createRegistry, RegistryError, readRegistry } from '../../lib/index.js';
import { proofCatalogue, steps } from '../prove/catalogue.js';
import { until } from '../support/until.js';
import { newFile, RecordingProcess, removeAll } from './processes.js';

describe('a registry in a file', () => {
  afterEach(removeAll);

  it('is readable and writable by its user alone', () => {
    const file = newFile();
    const registry = createRegistry({ catalogue: proofCatalogue, file });
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    registry.close();
  });

  it('is refused while the process that made it lives, with its pid', async () => {
    const file = newFile();
    const creator = await RecordingProcess.start('create', file);
    expect(() => createRegistry({ catalogue: proofCatalogue, file })).to.throw(
      RegistryError,
      `pid ${creator.pid}`,
    );
  });

  it('is refused when this very process has it', () => {
    const file = newFile();
    const registry = createRegistry({ catalogue: proofCatalogue, file });
    closeSync(openSync(file, 'r')); // opening and closing it must not lose the lock
    expect(() => createRegistry({ catalogue: proofCatalogue, file })).to.throw(
      RegistryError,
      `pid ${process.pid}`,
    );
    registry.close();
  });

  it('is kept when its process was killed: the last three', async () => {
    const file = newFile();
    for (let times = 1; times <= 5; times++) {
      const creator = await RecordingProcess.start('create', file);
      await creator.tell({ do: 'inc', times });
      await creator.kill();
    }
    const kept = [file, `${file}.1`, `${file}.2`, `${file}.3`];
    expect(kept.map((path) => readRegistry(path).snapshot().value(steps))).to.eql([5, 4, 3, 2]);
    expect(existsSync(`${file}.4`)).to.equal(false);
  });

  it('is replaced when its process had closed it', async () => {
    const file = newFile();
    const creator = await RecordingProcess.start('create', file);
    await creator.tell({ do: 'close' });
    await creator.kill();
    createRegistry({ catalogue: proofCatalogue, file }).close();
    expect(existsSync(`${file}.1`)).to.equal(false);
  });

  it('does not follow a symbolic link', () => {
    const file = newFile();
    const target = newFile();
    symlinkSync(target, file);
    expect(() => createRegistry({ catalogue: proofCatalogue, file })).to.throw(/symbolic link/);
    expect(existsSync(target)).to.equal(false);
  });

  it('does not overwrite what is no region', () => {
    const file = newFile();
    writeFileSync(file, 'precious');
    expect(() => createRegistry({ catalogue: proofCatalogue, file })).to.throw(/no region/);
    expect(readFileSync(file, 'utf8')).to.equal('precious');
  });

  it('is refused on a disk without an opt-in', function () {
    const directory = mkdtempSync(join(tmpdir(), 'vsr-metrics-'));
    const type = execFileSync('stat', ['-f', '-c', '%T', directory], { encoding: 'utf8' }).trim();
    if (type === 'tmpfs') {
      console.log(`        skipped: ${directory} is on tmpfs, so there is no disk to refuse`);
      this.skip();
    }
    const file = join(directory, 'a.metrics');
    try {
      expect(() => createRegistry({ catalogue: proofCatalogue, file })).to.throw(/allowDisk: true/);
      const registry = createRegistry({ catalogue: proofCatalogue, file, allowDisk: true });
      registry.metrics.steps.inc();
      expect(readRegistry(file).snapshot().value(steps)).to.equal(1);
      registry.close();
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('leaves no draft behind when it cannot be made', () => {
    expect(() =>
      createRegistry({ catalogue: proofCatalogue, file: '/dev/shm/no/such/directory' }),
    ).to.throw(RegistryError, /No such file/);
  });

  it('is found by others once it says what is in it, and not before', () => {
    const file = newFile();
    const sizes = planSizes([], [], { lanes: 2 });
    const make = () => new addon.Region({ ...sizes, file, keep: 0, allowDisk: false });
    const region = make();
    expect(existsSync(file)).to.equal(false);
    expect(() => attachRegistry(file, { catalogue: proofCatalogue })).to.throw(/No such file/);
    region.publish();
    expect(readRegistry(file).writer.pid).to.equal(process.pid);
    // Refused as long as this one is there; and nothing of it stays.
    const second = make();
    expect(() => second.publish()).to.throw(`pid ${process.pid}`);
    second.close();
    expect(existsSync(`${file}.new`)).to.equal(false);
    region.close();
    make().close();
    expect(existsSync(`${file}.new`)).to.equal(false);
    // What a process that was killed meanwhile has left is used up by the next.
    writeFileSync(`${file}.new`, 'half a region');
    const registry = createRegistry({ catalogue: proofCatalogue, file });
    expect(existsSync(`${file}.new`)).to.equal(false);
    expect(readRegistry(file).snapshot().value(steps)).to.equal(0);
    registry.close();
  });

  it('takes those who were attached along when it is made anew', async function () {
    this.timeout(20_000);
    const file = newFile();
    const first = await RecordingProcess.start('create', file);
    const attached = attachRegistry(file, { catalogue: proofCatalogue });
    const handle = attached.metrics.steps;
    const open = attached.metrics.grown.with({ series: 'kept' });
    handle.inc(10);
    await first.kill();
    handle.inc(10); // nobody has made a new one yet: this goes to the old
    const second = await RecordingProcess.start('create', file);
    await until(() => attached.snapshot().value(steps) === 0);
    handle.inc(7);
    open.inc(3);
    const now = readRegistry(file).snapshot();
    expect(now.value(steps)).to.equal(7);
    expect(now.value('proof_grown_total', { series: 'kept' })).to.equal(3);
    expect(readRegistry(`${file}.1`).snapshot().value(steps)).to.equal(20);
    expect(await second.tell({ do: 'value' })).to.equal(7);
    attached.close();
  });

  it('says what a full file system needs, and does not die of it later', function () {
    this.timeout(60_000);
    const directory = mkdtempSync(join(tmpdir(), 'vsr-metrics-small-'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', directory], {
        stdio: 'pipe',
      });
    } catch (error) {
      rmSync(directory, { recursive: true });
      console.log(
        `        skipped: this user may not mount a tmpfs (${String(error).split('\n')[0]})`,
      );
      this.skip();
    }
    try {
      const tiny = join(directory, 'a.metrics');
      const fill = join(directory, 'fill');
      const registry = createRegistry({
        catalogue: proofCatalogue,
        file: tiny,
        capacity: { historyBytes: 0 },
      });
      // Another file takes all that is left.
      try {
        writeFileSync(fill, Buffer.alloc(4 << 20));
      } catch {
        // That is what it is for.
      }
      // Cells cannot be had any more: values spill, and still count in their bucket and in the sum.
      for (let index = 0; index < 1000; index++)
        registry.metrics.latency.record(1e-6 * 1.02 ** index);
      registry.metrics.steps.inc();
      const snapshot = registry.snapshot();
      const reading = snapshot.histogram('proof_latency_seconds')!;
      expect(reading.count).to.equal(1000);
      const expected = (le: number) =>
        Array.from({ length: 1000 }, (_, index) => 1e-6 * 1.02 ** index).filter((v) => v <= le)
          .length;
      expect(reading.buckets().map(({ count }) => count)).to.eql(
        [0.001, 0.01, 0.1, 1, Infinity].map(expected),
      );
      expect(snapshot.value(steps)).to.equal(1);
      // Series that find no room share the overflow series.
      for (let series = 0; series < 500; series++) {
        registry.metrics.grown.with({ series: `series-${series}` }).inc();
      }
      const total = registry
        .snapshot()
        .family('proof_grown_total')!
        .series.reduce(
          (sum, { info }) =>
            sum + registry.snapshot().value('proof_grown_total', Object.fromEntries(info.labels))!,
          0,
        );
      expect(total).to.equal(500);
      registry.close();
      expect(() =>
        createRegistry({ catalogue: proofCatalogue, file: join(directory, 'b.metrics') }),
      ).to.throw(RegistryError, /no room for the registry.*MB/);
    } finally {
      execFileSync('umount', ['-l', directory]);
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
