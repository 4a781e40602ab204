// What happens at the edges: a process that is killed, a disk that is full, a file that is damaged, a
// process that was stopped with the directory in its hands, no thread to be had.

import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { attachRegistry, createRegistry, RegistryError, readRegistry } from '../../lib/index.js';
import { proofCatalogue } from '../prove/catalogue.js';
import { variants } from '../prove/edges/catalogue.js';
import { compare } from '../prove/edges/checks.js';
import { Forker } from '../prove/edges/processes.js';
import { regionWord, rowsOf, wordsOfSeat } from '../prove/edges/tally.js';
import { buildSharedPage, mapPage } from '../prove/shared-page.js';
import { compileFixture } from '../support/compile-fixture.js';
import { runFixture } from '../support/fixtures.js';
import { inPackage } from '../support/package-root.js';
import { runProgram } from '../support/processes.js';
import { until } from '../support/until.js';
import { catchWarnings } from '../support/warnings.js';
import { newFile, RecordingProcess, removeAll } from './processes.js';

/** Where the header has the word of who is changing the directory. */
const directoryLock = 3712;

describe('ownership', () => {
  afterEach(removeAll);

  it('of what a killed process had in use ends, for those who live and for those who look', async () => {
    const file = newFile();
    const registry = createRegistry({ catalogue: proofCatalogue, file });
    registry.metrics.inFlight.set(2);
    const other = await RecordingProcess.start('attach', file);
    await other.tell({ do: 'set', value: 100 });
    expect(registry.snapshot().value('proof_in_flight')).to.equal(102);
    await other.kill();
    expect(readRegistry(file).snapshot().value('proof_in_flight')).to.equal(2);
    await until(() => registry.snapshot().value('proof_in_flight') === 2);
    registry.close();
  });

  it('of a lane begins with its memory: a full disk refuses it, and costs nothing afterwards', async function () {
    this.timeout(60_000);
    const directory = mkdtempSync(join(tmpdir(), 'vsr-metrics-full-'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', directory], {
        stdio: 'pipe',
      });
    } catch (error) {
      rmSync(directory, { recursive: true });
      const [reason] = String(error).split('\n');
      console.log(`        skipped: this user may not mount a tmpfs (${reason})`);
      this.skip();
    }
    try {
      const { code, stdout } = await runFixture('on-full-disk', {
        args: [directory],
        patience: 50_000,
      });
      expect(code).to.equal(0);
      expect(JSON.parse(stdout)).to.deep.equal({
        whileFull: 'VSR_METRICS_REGISTRY_FULL',
        afterwards: 'attached',
        read: [0, 0],
        total: 100,
        fresh: 100,
      });
    } finally {
      execFileSync('umount', ['-l', directory]);
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it('of all that a process has stays with it when it forks, whatever its children do', async function () {
    this.timeout(60_000);
    const file = newFile();
    const page = newFile();
    const addon = buildSharedPage();
    const counted = mapPage(addon, page, wordsOfSeat);
    const registry = createRegistry({ ...variants.same, file });
    const region = regionWord(registry.share().vsrMetricsRegion);
    const forking = compileFixture('forking', ['test/fixtures/cpp/forking.cc']);
    const forker = new Forker(forking, { file, addon, page, seats: 1, seat: 0 });
    expect(await forker.opened).to.equal(undefined);
    const rows = () => rowsOf(counted, 1, region);
    await until(() => rows()[0]!.counts.steps > 10_000);
    expect(registry.snapshot().value('edges_in_use')).to.equal(1);
    await forker.end();
    expect(registry.snapshot().value('edges_in_use')).to.equal(undefined);
    const { inFlight, overflowed } = compare(registry.snapshot(), rows(), new Set());
    expect([inFlight, overflowed]).to.eql([0, 0]);
    registry.close();
  });

  it('of a damaged file is refused or harmless, whichever word of its directory it is', async function () {
    this.timeout(240_000);
    const directory = mkdtempSync('/dev/shm/vsr-metrics-damaged-');
    try {
      const { code, stdout, stderr } = await runFixture('attached-to-damaged', {
        args: [directory],
        patience: 230_000,
      });
      expect(code, stderr).to.equal(0);
      const { made, outcomes } = JSON.parse(stdout);
      expect(made).to.be.above(500);
      const { attached, ...refused } = outcomes;
      expect(attached).to.be.above(50);
      expect(Object.keys(refused)).to.include('VSR_METRICS_REGION_UNREADABLE');
      for (const code of Object.keys(refused)) {
        expect(code).to.match(/^VSR_METRICS_REG(ION_UNREADABLE|ISTRY_(MISMATCH|FULL))$/);
      }
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it('of the directory by a process that was stopped makes nobody wait for long, and throws nothing', async function () {
    this.timeout(60_000);
    const file = newFile();
    const registry = createRegistry({ catalogue: proofCatalogue, file });
    const { grown } = registry.metrics;
    grown.with({ series: 'there' }).inc();
    const other = await RecordingProcess.start('attach', file);
    const release = lockDirectory(file, 1);
    const warnings = catchWarnings(() => {
      for (let times = 0; times < 100; times++) grown.with({ series: `new-${times}` }).inc();
      expect(grown.remove({ series: 'there' })).to.equal(false);
    });
    // Also of what counts the overflow, which finds no series of its own either.
    expect(new Set(warnings.map(({ code }) => code))).to.eql(
      new Set(['VSR_METRICS_OVERFLOWED', 'VSR_METRICS_BUSY']),
    );
    grown.with({ series: 'there' }).inc();
    expect(() => registry.reset())
      .to.throw(RegistryError, `process ${other.pid}`)
      .with.property('code', 'VSR_METRICS_REGISTRY_BUSY');
    const busy = registry.snapshot();
    expect(busy.value('proof_grown_total', { series: '_other' })).to.equal(100);
    expect(busy.value('proof_grown_total', { series: 'there' })).to.equal(2);
    release();
    grown.with({ series: 'new-1' }).inc();
    expect(grown.remove({ series: 'there' })).to.equal(true);
    expect(registry.snapshot().value('proof_grown_total', { series: 'new-1' })).to.equal(1);
    // Had the process died, it would have been found out.
    lockDirectory(file, 1);
    await other.kill();
    grown.with({ series: 'new-2' }).inc();
    expect(registry.snapshot().value('proof_grown_total', { series: 'new-2' })).to.equal(1);
    registry.close();
  });

  it('of a thread is needed: a process that may have none is told so', async function () {
    if (process.platform !== 'linux') {
      console.log('        skipped: needs Linux');
      this.skip();
    }
    const program = inPackage('dist', 'test', 'fixtures', 'without-threads.js');
    // Whoever has all rights is not limited.
    const user = '54321';
    const rights = [`--reuid=${user}`, `--regid=${user}`, '--clear-groups', process.execPath];
    const isRoot = process.getuid!() === 0;
    const { code, stdout, stderr } = isRoot
      ? await runProgram('setpriv', [...rights, program])
      : await runFixture('without-threads');
    if (/EACCES|ENOENT|permission denied|not found|MODULE_NOT_FOUND/i.test(stderr)) {
      console.log(`        skipped: ${stderr.split('\n').find((line) => /error/i.test(line))}`);
      this.skip();
    }
    expect(code, stderr).to.equal(0);
    const error = JSON.parse(stdout);
    expect(error.code).to.equal('VSR_METRICS_REGISTRY_OPTIONS');
    expect(error.message).to.match(/needs a thread of its own/);
  });

  it('of memory is no part of a core dump', function () {
    if (!existsSync('/proc/self/smaps')) {
      console.log('        skipped: needs /proc/self/smaps');
      this.skip();
    }
    const file = newFile();
    const registry = createRegistry({ catalogue: proofCatalogue, file });
    const attached = attachRegistry(registry.share(), { catalogue: proofCatalogue });
    attached.metrics.latency.record(1);
    attached.metrics.inFlight.set(1);
    const mappings = readFileSync('/proc/self/smaps', 'utf8').split(/\n(?=[0-9a-f]+-[0-9a-f]+ )/);
    const flags = mappings
      .filter((mapping) => mapping.includes(file))
      .map((mapping) => /^VmFlags: (.*)$/m.exec(mapping)![1]!.trim().split(' '));
    expect(flags).not.to.have.length(0);
    for (const each of flags) expect(each).to.include('dd');
    attached.close();
    registry.close();
  });
});

/** Says that the process of a slot is changing the directory; returns how to say that it is not. */
function lockDirectory(file: string, slot: number): () => void {
  const descriptor = openSync(file, 'r+');
  const word = Buffer.alloc(8);
  readSync(descriptor, word, 0, 8, directoryLock);
  word.writeUInt32LE(slot + 1, 0);
  word.writeUInt32LE(word.readUInt32LE(4) + 1, 4);
  writeSync(descriptor, word, 0, 8, directoryLock);
  return () => {
    word.writeUInt32LE(0, 0);
    writeSync(descriptor, word, 0, 8, directoryLock);
    closeSync(descriptor);
  };
}
