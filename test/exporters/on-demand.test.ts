import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect } from 'chai';
import { createExporter } from '../../lib/exporters/index.js';
import { createRegistry, ExporterError } from '../../lib/index.js';
import { pointsOf } from '../export/otlp/received.js';
import { closeReceivers, startReceiver } from '../export/otlp/receivers.js';
import { fixture } from '../fixtures/catalogue.js';

function open() {
  return createRegistry({ catalogue: fixture });
}

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
    await exporter.close();
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
    await exporter.close();
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
    await exporter.close();
    const error = await fetch(`http://${endpoint}/metrics`).catch((error) => error);
    expect(error).to.be.instanceOf(TypeError);
    registry.close();
  });

  it('refuses endpoints that make no sense', () => {
    for (const type of ['Otlp', 'Prometheus', 'StatsD'] as const) {
      expect(() => createExporter({ type, endpoint: 'ftp://x y' })).to.throw(
        ExporterError,
        'endpoint',
      );
    }
  });
});
