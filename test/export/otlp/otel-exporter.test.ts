import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect } from 'chai';
import { createExporter, defaultOtelConfig, OtelExporter } from '../../../lib/export/otlp/index.js';
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
    expect(others).to.deep.equal({ exportIntervalSecs: 10, serviceName: 'kimberlite-vsr' });
    const exporter = new OtelExporter(registry, defaultOtelConfig());
    const [init, early] = [exporter.initOtlp(), exporter.exportMetrics()].map((promise) =>
      promise.catch((error) => error),
    );
    for (const error of [await init, await early]) {
      expect(error).to.be.instanceOf(VsrMetricsError);
      expect(error.code).to.equal('VSR_METRICS_EXPORTER_OPTIONS');
    }
    expect((await init).message).to.include('endpoint');
    expect(await exporter.shutdown()).to.equal(true);
    registry.close();
  });

  it('pushes at intervals, on demand and at the end', async () => {
    const receiver = await startReceiver('http/protobuf');
    const registry = open();
    const exporter = new OtelExporter(registry, {
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
    expect(await exporter.shutdown()).to.equal(true);
    expect(values().at(-1)).to.equal(3);
    expect(receiver.requests[0]!.resource['service.name']).to.equal('ledger');
    registry.close();
  });
});

describe('exportStatsd', () => {
  it('gives the lines of what is new', () => {
    const registry = open();
    const exporter = new OtelExporter(registry);
    registry.metrics.count.inc(3);
    registry.metrics.last.set(5);
    expect(exporter.exportStatsd()).to.include.members(['fixture_total:3|c', 'fixture_last:5|g']);
    registry.metrics.count.inc(4);
    expect(exporter.exportStatsd()).to.include('fixture_total:4|c');
    expect(exporter.exportStatsd().filter((line) => line.endsWith('|c'))).to.deep.equal([]);
    registry.close();
  });
});

describe('createExporter', () => {
  afterEach(closeReceivers);

  it('pushes by OTLP when it is told to, and rejects when that fails', async () => {
    const receiver = await startReceiver('http/protobuf');
    const registry = open();
    const exporter = createExporter({ type: 'Otlp', endpoint: receiver.endpoint });
    registry.metrics.count.inc(4);
    await Promise.all([exporter.export(registry), exporter.export(registry)]);
    expect(pointsOf(receiver.requests, 'fixture_total').map(({ value }) => value)).to.deep.equal([
      4, 4,
    ]);
    receiver.next.push({ status: 400 });
    const error = await exporter.export(registry).catch((error) => error);
    expect(error).to.be.instanceOf(Error);
    await exporter.shutdown();
    registry.close();
  });

  it('sends to a StatsD server', async () => {
    const server = createSocket('udp4').bind(0, '127.0.0.1');
    await once(server, 'listening');
    const registry = open();
    const endpoint = `127.0.0.1:${server.address().port}`;
    const exporter = createExporter({ type: 'StatsD', endpoint });
    const received = once(server, 'message');
    registry.metrics.count.inc(4);
    await exporter.export(registry);
    const [datagram] = (await received) as [Buffer];
    expect(datagram.toString().split('\n')).to.include('fixture_total:4|c');
    await exporter.shutdown();
    server.close();
    registry.close();
  });

  it('shows Prometheus what it was given last', async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const endpoint = `127.0.0.1:${(probe.address() as AddressInfo).port}`;
    await new Promise((resolve) => probe.close(resolve));
    const registry = open();
    const exporter = createExporter({ type: 'Prometheus', endpoint });
    registry.metrics.count.inc(4);
    await exporter.export(registry);
    registry.metrics.count.inc(4);
    const page = await (await fetch(`http://${endpoint}/metrics`)).text();
    expect(page).to.include('\nfixture_total 4\n');
    expect((await fetch(`http://${endpoint}/other`)).status).to.equal(404);
    await exporter.shutdown();
    const error = await fetch(`http://${endpoint}/metrics`).catch((error) => error);
    expect(error).to.be.instanceOf(TypeError);
    registry.close();
  });

  it('refuses endpoints that make no sense', () => {
    for (const type of ['Otlp', 'Prometheus', 'StatsD'] as const) {
      expect(() => createExporter({ type, endpoint: 'ftp://x y' })).to.throw(
        VsrMetricsError,
        'endpoint',
      );
    }
  });
});
