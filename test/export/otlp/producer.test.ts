import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { expect } from 'chai';
import { createMetricProducer } from '../../../lib/export/otlp/index.js';
import { createRegistry } from '../../../lib/index.js';
import { fixture } from '../../fixtures/catalogue.js';
import { pointsOf } from './received.js';
import { closeReceivers, startReceiver } from './receivers.js';

describe('createMetricProducer', () => {
  afterEach(closeReceivers);

  it("adds a registry to what OpenTelemetry's own reader collects and exports", async () => {
    const receiver = await startReceiver('http/protobuf');
    const registry = createRegistry({ catalogue: fixture });
    const reader = new PeriodicExportingMetricReader({
      exporter: new OTLPMetricExporter({ url: `${receiver.endpoint}/v1/metrics` }),
      exportIntervalMillis: 3_600_000,
      metricProducers: [createMetricProducer({ registry })],
    });
    const resource = resourceFromAttributes({ 'service.name': 'ledger' });
    const provider = new MeterProvider({ resource, readers: [reader] });
    provider.getMeter('theirs').createCounter('their_total').add(2);
    registry.metrics.count.inc(5);
    await provider.forceFlush();
    registry.metrics.count.inc(5);
    await provider.shutdown();
    registry.close();

    const points = pointsOf(receiver.requests, 'fixture_total');
    expect(points.map(({ value }) => value)).to.deep.equal([5, 10]);
    expect(points[0]!.start).to.equal(points[1]!.start);
    expect(receiver.requests[0]!.resource['service.name']).to.equal('ledger');
    const [their] = pointsOf(receiver.requests, 'their_total');
    expect(their).to.not.equal(undefined);
  });

  it('hands over what is new since it was last asked, in delta', async () => {
    const registry = createRegistry({ catalogue: fixture });
    const producer = createMetricProducer({ registry, temporality: 'delta' });
    const values: unknown[] = [];
    for (const amount of [1, 2, 4]) {
      registry.metrics.count.inc(amount);
      const { resourceMetrics, errors } = await producer.collect();
      expect(errors).to.deep.equal([]);
      const metrics = resourceMetrics.scopeMetrics[0]!.metrics;
      const counter = metrics.find(({ descriptor }) => descriptor.name === 'fixture_total')!;
      values.push(counter.dataPoints[0]!.value);
    }
    registry.close();
    expect(values).to.deep.equal([1, 2, 4]);
  });

  it('says why there is nothing to collect', async () => {
    const gone = new Error('the file is gone');
    const producer = createMetricProducer({
      registry: {
        snapshot: () => {
          throw gone;
        },
      },
    });
    const { resourceMetrics, errors } = await producer.collect();
    expect(errors).to.deep.equal([gone]);
    expect(resourceMetrics.scopeMetrics).to.deep.equal([]);
  });
});
