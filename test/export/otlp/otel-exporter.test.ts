import { expect } from 'chai';
import { defaultOtelConfig, OtelExporter } from '../../../lib/export/otlp/index.js';
import { createRegistry, VsrMetricsError } from '../../../lib/index.js';
import { fixture } from '../../fixtures/catalogue.js';
import { until } from '../../support/until.js';
import { pointsOf } from './received.js';
import { closeReceivers, startReceiver } from './receivers.js';

function open() {
  return createRegistry({ catalogue: fixture });
}

describe('OtelExporter', () => {
  afterEach(closeReceivers);

  it('has no endpoint unless it is told one, and says so', async () => {
    const registry = open();
    const { otlpEndpoint, serviceVersion, ...others } = defaultOtelConfig();
    expect(otlpEndpoint).to.equal(undefined);
    expect(serviceVersion).to.match(/^\d+\.\d+\.\d+/);
    expect(others).to.deep.equal({
      exportIntervalSecs: 10,
      serviceName: 'unknown_service:node',
    });
    const exporter = new OtelExporter({ registry, ...defaultOtelConfig() });
    const [init, early] = [exporter.initOtlp(), exporter.exportMetrics()].map((promise) =>
      promise.catch((error) => error),
    );
    for (const error of [await init, await early]) {
      expect(error).to.be.instanceOf(VsrMetricsError);
      expect(error.code).to.equal('VSR_METRICS_EXPORTER_OPTIONS');
    }
    expect((await init).message).to.include('endpoint');
    expect(await exporter.close()).to.equal(true);
    registry.close();
  });

  it('pushes at intervals, on demand and at the end', async () => {
    const receiver = await startReceiver('http/protobuf');
    const registry = open();
    const exporter = new OtelExporter({
      registry,
      otlpEndpoint: receiver.endpoint,
      exportIntervalSecs: 1,
      serviceName: 'ledger',
    });
    await exporter.initOtlp();
    await exporter.initOtlp();
    registry.metrics.count.inc(1);
    expect(await exporter.exportMetrics()).to.equal(true);
    const values = () => pointsOf(receiver.requests, 'fixture_total').map(({ value }) => value);
    expect(values()).to.deep.equal([1]);
    registry.metrics.count.inc(1);
    await until(() => values().includes(2));
    registry.metrics.count.inc(1);
    expect(await exporter.close()).to.equal(true);
    expect(values().at(-1)).to.equal(3);
    expect(receiver.requests[0]!.resource['service.name']).to.equal('ledger');
    registry.close();
  });
});

describe('exportStatsd', () => {
  it('gives the lines of what is new', () => {
    const registry = open();
    const exporter = new OtelExporter({ registry });
    registry.metrics.count.inc(3);
    registry.metrics.last.set(5);
    expect(exporter.exportStatsd()).to.include.members(['fixture_total:3|c', 'fixture_last:5|g']);
    registry.metrics.count.inc(4);
    expect(exporter.exportStatsd()).to.include('fixture_total:4|c');
    expect(exporter.exportStatsd().filter((line) => line.endsWith('|c'))).to.deep.equal([]);
    registry.close();
  });
});
