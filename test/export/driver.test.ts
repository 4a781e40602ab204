import { rmSync } from 'node:fs';
import { expect } from 'chai';
import { startExporter } from '../../lib/export/index.js';
import { createRegistry, ExporterError, readRegistry } from '../../lib/index.js';
import { thrownBy } from '../core/catalogue/thrown.js';
import { fixture } from '../fixtures/catalogue.js';
import { block } from '../support/busy.js';
import { runFixture } from '../support/fixtures.js';
import { until } from '../support/until.js';
import { KeepingExporter, never, openRegistry, withExporter } from './exporters.js';

describe('startExporter', () => {
  it('exports at every interval what has been recorded up to then', async () => {
    const registry = openRegistry();
    const exporter = new KeepingExporter();
    await withExporter(registry, exporter, { everyMs: 10 }, async () => {
      registry.metrics.count.inc(7);
      await until(() => exporter.snapshots.some((each) => each.value('fixture_total') === 7));
      await until(() => exporter.snapshots.length > 5);
    });
    registry.close();
    const times = exporter.snapshots.map(({ takenAt }) => takenAt);
    expect(times).to.deep.equal([...times].sort((a, b) => a - b));
    expect(exporter.calls[0]).to.equal('start');
  });

  it('exports what was taken on time while the event loop was blocked', async () => {
    const registry = openRegistry();
    const exporter = new KeepingExporter();
    await withExporter(registry, exporter, { everyMs: 50, keep: 5 }, async () => {
      const start = Date.now();
      block(1000);
      const end = Date.now();
      await until(() => exporter.snapshots.length >= 5);
      const meanwhile = exporter.snapshots.filter(
        ({ takenAt }) => takenAt > start && takenAt < end,
      );
      expect(meanwhile).to.have.length.within(4, 5);
      expect(new Set(meanwhile.map(({ takenAt }) => takenAt)).size).to.equal(meanwhile.length);
    });
    registry.close();
  });

  it('never calls an exporter while it works, and keeps no more snapshots than told', async () => {
    const registry = openRegistry();
    let release: () => void = () => undefined;
    const exporter = new KeepingExporter((call) =>
      call === 'export' ? new Promise((resolve) => (release = resolve)) : undefined,
    );
    const options = { everyMs: 5, keep: 3, closeTimeoutMs: 1 };
    await withExporter(registry, exporter, options, async (running) => {
      await until(() => running.counts.skipped >= 10);
      expect(exporter.calls).to.deep.equal(['start', 'start ended', 'export']);
      // The first one is out; of those that came since the last three wait, whatever came.
      const seen = exporter.snapshots.length;
      const skipped = running.counts.skipped;
      for (let waiting = 0; waiting < 3; waiting++) {
        release();
        await until(() => exporter.snapshots.length > seen + waiting);
      }
      expect(exporter.calls.filter((call) => call === 'export ended')).to.have.length(3);
      const [first, second] = exporter.snapshots;
      expect(second!.takenAt - first!.takenAt).to.be.at.least(5 * (skipped - 1));
    });
    const starts = exporter.calls.filter((call) => !call.endsWith('ended'));
    const ends = exporter.calls.filter((call) => call.endsWith('ended'));
    expect(starts.length - ends.length).to.be.at.most(1);
    registry.close();
  });

  it('catches what an exporter throws, warns once, and tries again', async () => {
    const registry = openRegistry();
    let failures = 3;
    const exporter = new KeepingExporter((call) => {
      if (call === 'export' && failures-- > 0) throw new Error('the disk is full');
    });
    await withExporter(registry, exporter, { everyMs: 10 }, async (running, warnings) => {
      await until(() => running.counts.succeeded > 0);
      expect(running.counts).to.include({ failed: 3 });
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.include('exporter keeping: the disk is full').and.include('_exports_');
    });
    registry.close();
  });

  it('starts an exporter again that could not start', async () => {
    const registry = openRegistry();
    let failures = 2;
    const exporter = new KeepingExporter((call) => {
      if (call === 'start' && failures-- > 0) throw new Error('no route');
    });
    await withExporter(registry, exporter, never, async (running, warnings) => {
      expect(await running.flush()).to.equal(false);
      expect(exporter.snapshots).to.have.length(0);
      expect(await running.flush()).to.equal(true);
      expect(exporter.snapshots).to.have.length(1);
      expect(exporter.calls.filter((call) => call === 'start')).to.have.length(3);
      expect(warnings).to.have.length(1);
    });
    registry.close();
  });

  it('takes anything as an error', async () => {
    const registry = openRegistry();
    const thrown: unknown[] = ['text', undefined, Symbol('odd'), Object.create(null)];
    const exporter = new KeepingExporter((call) => {
      if (call === 'export' && thrown.length > 0) throw thrown.pop();
    });
    await withExporter(registry, exporter, never, async (running) => {
      for (let left = thrown.length; left > 0; left--) {
        expect(await running.flush()).to.equal(false);
      }
      expect(await running.flush()).to.equal(true);
    });
    registry.close();
  });

  it('flushes what was recorded up to then, and says whether it arrived', async () => {
    const registry = openRegistry();
    const exporter = new KeepingExporter();
    await withExporter(registry, exporter, never, async (running) => {
      registry.metrics.count.inc(3);
      expect(await running.flush()).to.equal(true);
      expect(exporter.snapshots.at(-1)!.value('fixture_total')).to.equal(3);
      expect(exporter.calls.slice(-4)).to.deep.equal([
        'export',
        'export ended',
        'flush',
        'flush ended',
      ]);
    });
    registry.close();
  });

  it('exports once more when it is stopped, and then never again', async () => {
    const registry = openRegistry();
    const exporter = new KeepingExporter();
    const running = startExporter({ registry, exporter, everyMs: 5 });
    registry.metrics.count.inc(4);
    const stopped = running.close();
    expect(await stopped).to.equal(true);
    expect(exporter.snapshots.at(-1)!.value('fixture_total')).to.equal(4);
    const calls = [...exporter.calls];
    expect(calls.slice(-4)).to.deep.equal(['flush', 'flush ended', 'close', 'close ended']);
    expect(await running.close()).to.equal(true);
    expect(await running.flush()).to.equal(true);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(exporter.calls).to.deep.equal(calls);
    registry.close();
  });

  it('stops an exporter although its last export fails', async () => {
    const registry = openRegistry();
    const exporter = new KeepingExporter((call) => {
      if (call !== 'start') throw new Error(`no ${call}`);
    });
    await withExporter(registry, exporter, never, async (running) => {
      expect(await running.close()).to.equal(false);
    });
    expect(exporter.calls.filter((call) => call === 'close')).to.have.length(1);
    registry.close();
  });

  it('gives up waiting for an exporter that does not end', async () => {
    const registry = openRegistry();
    const exporter = new KeepingExporter(() => new Promise(() => undefined));
    const options = { ...never, closeTimeoutMs: 20 };
    await withExporter(registry, exporter, options, async (running, warnings) => {
      expect(await running.flush()).to.equal(false);
      expect(await running.close()).to.equal(false);
      expect(warnings[0]).to.include('after 20 ms');
    });
    registry.close();
  });

  it('asks a reader of a file by a timer', async () => {
    const file = `/dev/shm/exported-${process.pid}.metrics`;
    const registry = createRegistry({ catalogue: fixture, file });
    try {
      registry.metrics.count.inc(5);
      const exporter = new KeepingExporter();
      const reader = readRegistry(file);
      await withExporter(reader, exporter, { everyMs: 10 }, async (running) => {
        await until(() => exporter.snapshots.length >= 2);
        expect(exporter.snapshots.at(-1)!.value('fixture_total')).to.equal(5);
        expect(running.counts.lastSuccessAt).to.be.closeTo(Date.now(), 60_000);
      });
      // There is nothing to count in: it is another's registry.
      expect(registry.snapshot().family('vsr_metrics_exports_total')).to.equal(undefined);
    } finally {
      registry.close();
      rmSync(file, { force: true });
    }
  });

  it('counts it as a failure when there is no snapshot to be had', async () => {
    const source = {
      snapshot: () => {
        throw new Error('the file is gone');
      },
    };
    const exporter = new KeepingExporter();
    await withExporter(source, exporter, { everyMs: 5 }, async (running, warnings) => {
      await until(() => running.counts.failed >= 3);
      expect(await running.flush()).to.equal(false);
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.include('the file is gone');
    });
    expect(exporter.calls).to.deep.equal(['start', 'start ended', 'close', 'close ended']);
  });

  it('holds the process while a flush is awaited, and no longer than that', async () => {
    const { code, stdout } = await runFixture('exporting', { args: ['flushed'] });
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: 'started\narrived: false\n' });
  });

  it('refuses options that make no sense', () => {
    const registry = openRegistry();
    for (const wrong of [0, -1, 0.5, Number.NaN, Infinity]) {
      for (const option of ['everyMs', 'keep', 'closeTimeoutMs']) {
        const start = () =>
          startExporter({ registry, exporter: new KeepingExporter(), [option]: wrong });
        const error = thrownBy(start);
        expect(error).to.be.instanceOf(ExporterError);
        expect(error.message).to.include(option);
      }
    }
    registry.close();
  });

  it('exports once more when the program has nothing left to do', async () => {
    const { code, stdout } = await runFixture('exporting', { args: ['arriving'] });
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: 'started\narrived: 3\n' });
  });

  it('holds no process alive', async () => {
    const { code, stdout, stderr } = await runFixture('exporting');
    expect({ code, stdout, stderr }).to.deep.equal({ code: 0, stdout: 'started\n', stderr: '' });
  });
});
