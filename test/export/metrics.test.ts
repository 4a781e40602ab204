import { expect } from 'chai';
import { type Exporter, type ExportReport, startExporter } from '../../lib/export/index.js';
import { attachRegistry, createRegistry } from '../../lib/index.js';
import { fixture } from '../fixtures/catalogue.js';
import { proofCatalogue } from '../prove/catalogue.js';
import { newFile, RecordingProcess, removeAll } from '../sharing/processes.js';
import { until } from '../support/until.js';
import { KeepingExporter, never, openRegistry, withExporter } from './exporters.js';

describe('The metrics of exporters', () => {
  afterEach(removeAll);

  it('are there once an exporter is used, with the default labels of the registry', async () => {
    const registry = openRegistry();
    const names = () => registry.snapshot().families.map(({ info }) => info.name);
    expect(names().filter((name) => name.startsWith('vsr_metrics_export'))).to.deep.equal([]);
    let failing = false;
    let report: ExportReport | undefined;
    const exporter: Exporter = {
      name: 'counted',
      start: (given) => {
        report = given;
      },
      export: () => {
        if (failing) throw new Error('failing');
        report!.dropped(2);
        report!.retried(3);
      },
    };
    await withExporter(registry, exporter, never, async (running) => {
      const before = Date.now() / 1000;
      await running.flush();
      await running.flush();
      failing = true;
      await running.flush();
      const snapshot = registry.snapshot();
      const labels = { exporter: 'counted', service: 'ledger' };
      const value = (name: string, more = {}) => snapshot.value(name, { ...labels, ...more });
      expect(value('vsr_metrics_exports_total', { outcome: 'success' })).to.equal(2);
      expect(value('vsr_metrics_exports_total', { outcome: 'failure' })).to.equal(1);
      expect(value('vsr_metrics_export_skipped_total')).to.equal(0);
      expect(value('vsr_metrics_export_dropped_total')).to.equal(4);
      expect(value('vsr_metrics_export_retried_total')).to.equal(6);
      const lastSuccess = value('vsr_metrics_export_last_success_timestamp_seconds')!;
      expect(lastSuccess).to.be.at.least(before);
      expect(lastSuccess).to.be.at.most(Date.now() / 1000);
      expect(value('vsr_metrics_export_last_duration_seconds')).to.be.within(0, 60);
      expect(running.counts).to.deep.equal({
        succeeded: 2,
        failed: 1,
        skipped: 0,
        dropped: 4,
        retried: 6,
        lastSuccessAt: lastSuccess * 1000,
      });
    });
    registry.close();
  });

  it('tell exporters of one registry apart', async () => {
    const registry = openRegistry();
    const running = ['one', 'two'].map((name) =>
      startExporter({ registry, exporter: { name, export: () => undefined }, ...never }),
    );
    await running[0]!.flush();
    await Promise.all(running.map((each) => each.close()));
    const exports = (exporter: string) =>
      registry.snapshot().value('vsr_metrics_exports_total', { exporter, outcome: 'success' });
    expect([exports('one'), exports('two')]).to.deep.equal([2, 1]);
    registry.close();
  });

  it('go on in the registry that takes the place of one whose creator died', async () => {
    const file = newFile();
    const creator = await RecordingProcess.start('create', file);
    const registry = attachRegistry(file, { catalogue: proofCatalogue });
    const running = startExporter({ registry, exporter: new KeepingExporter(), ...never });
    const labels = { exporter: 'keeping', outcome: 'success' };
    const exported = () => registry.snapshot().value('vsr_metrics_exports_total', labels);
    await running.flush();
    expect(exported()).to.equal(1);
    await creator.kill();
    await RecordingProcess.start('create', file);
    await until(() => exported() === 0);
    await running.flush();
    expect(exported()).to.equal(1);
    await running.close();
    registry.close();
  });

  it('are done without where the registry has no room for them', async () => {
    const capacity = { lanes: 1, series: 10, histograms: 2 };
    const registry = createRegistry({ catalogue: fixture, capacity });
    for (let index = 0; index < 100; index++) registry.metrics.served.with({ to: String(index) });
    const exporter = new KeepingExporter();
    await withExporter(registry, exporter, never, async (running, warnings) => {
      expect(await running.flush()).to.equal(true);
      expect(running.counts.succeeded).to.equal(1);
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.include('no room');
    });
    registry.close();
  });
});
