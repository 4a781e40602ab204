// Requests that are larger than the receiver takes.

import { expect } from 'chai';
import { type OtlpProtocol, startOtlp } from '../../../lib/export/otlp/index.js';
import { split } from '../../../lib/export/otlp/splitting.js';
import { createRegistry, defineCatalogue } from '../../../lib/index.js';
import { pointsOf } from './received.js';
import { closeReceivers, startReceiver } from './receivers.js';

const shop = defineCatalogue({
  name: 'shop',
  families: {
    sales: {
      kind: 'counter',
      name: 'sales_total',
      help: 'S',
      labels: { item: 'any' },
      maxSeries: 9000,
    },
    latency: { kind: 'histogram', name: 'latency_ms', help: 'L', buckets: [1, 10] },
  },
  waive: { latency_ms: { 'base-unit': 'a test' } },
});

function openShop(items: number, nameLength: number) {
  const registry = createRegistry({
    catalogue: shop,
    capacity: { series: 60_000 }, // and so much room for labels
  });
  for (let item = 0; item < items; item++) {
    registry.metrics.sales.with({ item: `${item}`.padStart(nameLength, '-') }).inc(item);
  }
  registry.metrics.latency.record(3);
  return registry;
}

describe('An OTLP export that is larger than its receiver takes', function () {
  this.timeout(60_000);
  afterEach(closeReceivers);

  it('is split over gRPC, whose receivers take 4 MiB', async () => {
    const receiver = await startReceiver('grpc');
    const registry = openShop(8000, 1000);
    const { endpoint } = receiver;
    const otlp = await startOtlp({
      registry,
      endpoint,
      protocol: 'grpc',
      everyMs: 3_600_000,
      timeoutMs: 20_000,
    });
    expect(await otlp.flush()).to.equal(true);
    const points = pointsOf(receiver.requests, 'sales_total');
    expect(new Set(points.map(({ attributes }) => attributes.item))).to.have.property('size', 8000);
    expect(points.reduce((sum, { value }) => sum + value!, 0)).to.equal((8000 * 7999) / 2);
    expect(pointsOf(receiver.requests, 'latency_ms')).to.have.lengthOf(1);
    expect(otlp.counts).to.include({ succeeded: 1, failed: 0 });
    await otlp.close();
    registry.close();
  });

  for (const protocol of ['grpc', 'http/protobuf', 'http/json'] as const) {
    it(`is halved until it fits, and stays so, over ${protocol}`, async () => {
      const receiver = await startReceiver(protocol, 0, 8000);
      const registry = openShop(100, 400);
      const otlp = await start(registry, receiver.endpoint, protocol);
      for (const temporality of ['first', 'second']) {
        expect(await otlp.flush(), temporality).to.equal(true);
      }
      // Deltas of the second export are 0, and as many.
      const points = pointsOf(receiver.requests, 'sales_total');
      expect(points).to.have.lengthOf(200);
      expect(points.reduce((sum, { value }) => sum + value!, 0)).to.equal(4950);
      await otlp.close();
      registry.close();
    });

    it(`is given up when a single point does not fit, over ${protocol}`, async () => {
      const receiver = await startReceiver(protocol, 0, 50);
      const registry = openShop(1, 400);
      const warnings: string[] = [];
      const onWarning = ({ message }: { message: string }) => warnings.push(message);
      const otlp = await start(registry, receiver.endpoint, protocol, onWarning);
      expect(await otlp.flush()).to.equal(false);
      expect(receiver.requests).to.deep.equal([]);
      expect(otlp.counts.dropped).to.be.greaterThan(0);
      expect(warnings).to.have.lengthOf(1);
      await otlp.close();
      registry.close();
    });
  }

  it('takes gRPC at its word when it has no resources: never, or once more', async () => {
    const receiver = await startReceiver('grpc');
    const registry = openShop(1, 1);
    const otlp = await start(registry, receiver.endpoint, 'grpc', () => undefined);
    receiver.next.push({ status: 8 });
    expect(await otlp.flush()).to.equal(false);
    expect(receiver.attempts).to.have.lengthOf(1);
    receiver.next.push({ status: 8, retryInfo: true });
    expect(await otlp.flush()).to.equal(true);
    expect(receiver.attempts).to.have.lengthOf(3);
    await otlp.close();
    registry.close();
  });

  it('keeps every point, and stretches of time apart', () => {
    const metric = (points: number) => ({
      descriptor: { name: 'a' },
      dataPoints: Array.from({ length: points }, (_, index) => ({ value: index })),
    });
    const first = metric(5);
    const second = { ...metric(2), descriptor: first.descriptor };
    const other = metric(1);
    const scope = { name: 'scope' };
    const scopeMetrics = [
      { scope, metrics: [first, other] },
      { scope, metrics: [second] },
    ];
    const whole = { resource: {}, scopeMetrics } as unknown as Parameters<typeof split>[0];
    const shape = (most: number) =>
      split(whole, most).map((request) =>
        request.scopeMetrics.map(({ metrics }) => metrics.map((each) => each.dataPoints.length)),
      );
    expect(shape(8)).to.deep.equal([[[5, 1], [2]]]);
    expect(shape(7)).to.deep.equal([[[5, 1], [1]], [[1]]]);
    expect(shape(3)).to.deep.equal([[[3]], [[2, 1]], [[2]]]);
    expect(shape(1)).to.have.lengthOf(8);
  });
});

function start(
  registry: ReturnType<typeof openShop>,
  endpoint: string,
  protocol: OtlpProtocol,
  onWarning?: (warning: { message: string }) => void,
) {
  return startOtlp({
    registry,
    endpoint,
    protocol,
    temporality: 'delta',
    everyMs: 3_600_000,
    onWarning,
  });
}
