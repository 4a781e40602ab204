import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  addDefaultChecks,
  cpuCheck,
  createHealthChecks,
  diskCheck,
  eventLoopCheck,
  memoryCheck,
} from '../../../lib/health/index.js';
import { block } from '../../support/busy.js';
import { runOnce } from './running.js';

const mebibyte = 1024 ** 2;

describe('health checks of the machine', () => {
  describe('memory', () => {
    it('says what the process has, and how much of what it can be given is used', async () => {
      const { status, details } = await runOnce(memoryCheck({ unhealthyPercent: 101 }));
      expect(status).to.be.oneOf(['healthy', 'degraded']);
      const resident = Number(details.resident_bytes);
      expect(resident / process.memoryUsage.rss()).to.be.within(0.5, 2);
      expect(Number(details.used_bytes)).to.be.within(resident / 4, Number(details.total_bytes));
      expect(Number(details.used_percent)).to.be.within(0, 100);
    });

    it('finds a process that has grown', async () => {
      const check = memoryCheck({
        degradedPercent: 101,
        unhealthyPercent: 101,
        degradedBytes: process.memoryUsage.rss() + 100 * mebibyte,
      });
      expect(await runOnce(check)).to.include({ status: 'healthy' });
      const grown = Buffer.alloc(200 * mebibyte, 1);
      const { status, message } = await runOnce(check);
      expect([status, grown.length]).to.eql(['degraded', 200 * mebibyte]);
      expect(message).to.match(/^the process has \d+ MiB$/);
    });

    it('holds the share of the memory against its limits', async () => {
      expect(await runOnce(memoryCheck({ degradedPercent: 0, unhealthyPercent: 101 }))).to.include({
        status: 'degraded',
      });
      const { status, message } = await runOnce(memoryCheck({ unhealthyPercent: 0 }));
      expect(status).to.equal('unhealthy');
      expect(message).to.match(/^[\d.]+ % of the memory is used$/);
    });
  });

  describe('disk', () => {
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'vsr-metrics-disk-'));
    });
    afterEach(() => rm(folder, { recursive: true, force: true }));

    it('says what is left', async () => {
      const { bavail, bsize } = await statfs(folder);
      const found = await runOnce(diskCheck({ path: folder, unhealthyPercent: 101 }));
      expect(Number(found.details.free_bytes) / (bavail * bsize)).to.be.within(0.5, 2);
      expect(found.status).to.be.oneOf(['healthy', 'degraded']);
    });

    it('holds it against its limits', async () => {
      const degraded = await runOnce(diskCheck({ path: folder, degradedPercent: 0 }));
      expect(degraded.status).to.be.oneOf(['degraded', 'unhealthy']);
      const { status, message } = await runOnce(diskCheck({ path: folder, unhealthyPercent: 0 }));
      expect(status).to.equal('unhealthy');
      expect(message).to.contain(`of the bytes of ${folder} are used`);
    });

    it('writes where it is told to, and leaves nothing behind', async () => {
      const check = diskCheck({ path: folder, write: true, unhealthyPercent: 101 });
      expect((await runOnce(check)).status).to.be.oneOf(['healthy', 'degraded']);
      expect(await readdir(folder)).to.eql([]);
      await rm(folder, { recursive: true });
      expect(await runOnce(check)).to.include({ status: 'unhealthy' });
    });

    it('finds a file system that is filled, of bytes or of files', async function () {
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m,nr_inodes=50', 'none', folder], {
          stdio: 'pipe',
        });
      } catch (error) {
        // Only root may mount, and not in every container; its limits are tested above.
        const reason = String(error).trim().split('\n').at(-1);
        console.log(`        skipped: this user may not mount a tmpfs (${reason})`);
        this.skip();
      }
      try {
        const look = () => runOnce(diskCheck({ path: folder }));
        expect(await look()).to.include({ status: 'healthy' });
        await writeFile(join(folder, 'data'), Buffer.alloc(3.6 * mebibyte));
        expect(await look()).to.include({ status: 'degraded' });
        await writeFile(join(folder, 'more'), Buffer.alloc(0.3 * mebibyte));
        expect(await look()).to.include({ status: 'unhealthy' });
        await rm(join(folder, 'data'));
        for (let file = 0; file < 47; file++) await writeFile(join(folder, `${file}`), '');
        const { status, message } = await look();
        expect([status, message]).to.eql([
          'unhealthy',
          `${message.split(' ')[0]} % of the files of ${folder} are used`,
        ]);
        const full = execFileSync('sh', ['-c', `cat /dev/zero > ${folder}/rest || true`], {
          stdio: ['ignore', 'pipe', 'ignore'],
        });
        expect(full.length).to.equal(0);
        const written = await runOnce(diskCheck({ path: folder, write: true }));
        expect(written.message).to.match(/^ENOSPC: /);
      } finally {
        execFileSync('umount', [folder]);
      }
    });

    it('is unhealthy where there is no such path', async () => {
      const { status, message } = await runOnce(diskCheck({ path: join(folder, 'gone') }));
      expect([status, message]).to.eql([
        'unhealthy',
        `ENOENT: no such file or directory, statfs '${join(folder, 'gone')}'`,
      ]);
    });
  });

  it('cpu: tells a process that computes from one that waits', async () => {
    // The machine may be busy with something else: what counts here is this process.
    const check = cpuCheck({ degradedPercent: 101 });
    const share = async () => Number((await runOnce(check)).details.process_percent);
    await share();
    const idle = await share();
    block(1000);
    const busy = await share();
    expect(busy).to.be.above(2 * idle);
    expect(await runOnce(cpuCheck({ degradedPercent: 0 }))).to.include({ status: 'degraded' });
    const { status, message, details } = await runOnce(cpuCheck({ unhealthyPercent: 0 }));
    expect([status, message]).to.eql([
      'unhealthy',
      `this process kept the processors ${details.process_percent} % busy, ` +
        `the machine kept the processors ${details.system_percent} % busy`,
    ]);
  });

  it('event loop: knows how long it was blocked, once', async () => {
    const check = eventLoopCheck({ degradedMs: 500, unhealthyMs: 60_000 });
    await runOnce(check);
    block(700);
    const { status, details } = await runOnce(check);
    expect(status).to.equal('degraded');
    expect(Number(details.longest_ms)).to.be.at.least(500);
    for (let run = 0; run < 3; run++) {
      const after = await runOnce(check);
      expect(Number(after.details.longest_ms)).to.be.below(Number(details.longest_ms));
    }
  });

  it('are added together under their usual names', async () => {
    const health = addDefaultChecks(createHealthChecks({ everyMs: 60_000, timeoutMs: 15_000 }));
    const { checks } = await health.run();
    expect(checks.map(({ name }) => name)).to.eql(['memory', 'disk', 'cpu', 'event_loop']);
    for (const { status, name } of checks) expect(status, name).not.to.equal('unknown');
    health.close();
  });

  it('refuse what makes no sense', () => {
    expect(() => memoryCheck({ degradedPercent: Number.NaN })).to.throw(
      'degradedPercent of a memory check does not fit; given NaN; allowed: a number that is not',
    );
    expect(() => diskCheck({ path: '' })).to.throw('path of a disk check does not fit; given ""');
    expect(() => cpuCheck({ unhealthyPercent: -1 })).to.throw('unhealthyPercent of a cpu check');
    expect(() => eventLoopCheck({ degradedMs: '5' as never })).to.throw(
      'degradedMs of a event-loop check',
    );
  });
});
