import { expect } from 'chai';
import { type OtlpProtocol, startOtlp } from '../../../lib/export/otlp/index.js';
import { createRegistry, type Snapshot } from '../../../lib/index.js';
import { fixture } from '../../fixtures/catalogue.js';
import { until } from '../../support/until.js';
import { type Point, pointsOf } from './received.js';
import { closeReceivers, startReceiver } from './receivers.js';

const protocols: readonly OtlpProtocol[] = ['grpc', 'http/protobuf', 'http/json'];

/** Everything a point of a cumulative export says is what the snapshot says. */
function expectSame(points: readonly Point[], snapshot: Snapshot): void {
  let compared = 0;
  for (const { info, series } of snapshot.families) {
    // These count the export itself.
    if (info.name.startsWith('vsr_metrics_export')) continue;
    const own = points.filter(({ metric }) => metric === info.name);
    const isSet = ({ offset }: { offset: number }) => !Number.isNaN(snapshot.values[offset]!);
    expect(own, info.name).to.have.length(series.filter(isSet).length);
    for (const each of series.filter(isSet)) {
      const labels = Object.fromEntries(each.info.labels);
      const point = own.find(({ attributes }) =>
        Object.entries(labels).every(([name, value]) => attributes[name] === value),
      )!;
      expect(point.attributes).to.deep.equal(labels);
      expect(point.description).to.equal(info.help);
      expect(point.start).to.be.closeTo(each.info.createdAt, 0.001);
      const reading = snapshot.read(each);
      if (reading === undefined) {
        expect(point.kind).to.equal(info.kind === 'counter' ? 'sum' : 'gauge');
        expect(point.value).to.equal(snapshot.values[each.offset]);
      } else {
        expect(point).to.include({ kind: 'histogram', count: reading.count, value: reading.sum });
        expect(point.min).to.equal(reading.count === 0 ? undefined : reading.min);
        expect(point.max).to.equal(reading.count === 0 ? undefined : reading.max);
        expect(point.bounds).to.deep.equal(info.bounds);
        let seen = 0;
        const upTo = point.counts!.map((count) => (seen += count));
        expect(upTo).to.deep.equal(reading.buckets().map(({ count }) => count));
      }
      if (info.kind === 'counter') expect(point.isMonotonic).to.equal(true);
      compared++;
    }
  }
  expect(compared).to.be.greaterThan(5);
}

function record({ metrics }: ReturnType<typeof open>): void {
  metrics.count.inc(12.25);
  metrics.last.set(-7.5);
  for (const seconds of [0, 0.05, 0.1, 0.5, 1, 1e12]) metrics.seconds.record(seconds);
  metrics.thirds.record(1 / 3);
  for (const to of ['', 'a "b"\n', 'ünïcode 🙂']) metrics.served.with({ to }).inc();
}

function open() {
  return createRegistry({ catalogue: fixture, defaultLabels: { service: 'ledger' } });
}

describe('startOtlp', () => {
  afterEach(closeReceivers);

  for (const protocol of protocols) {
    it(`sends what the snapshot says, over ${protocol}`, async () => {
      const receiver = await startReceiver(protocol);
      const registry = open();
      record(registry);
      const { endpoint } = receiver;
      const headers = { authorization: 'Bearer secret' };
      const otlp = await startOtlp({ registry, endpoint, protocol, headers, everyMs: 60_000 });
      expect(await otlp.flush()).to.equal(true);
      expectSame(receiver.requests[0]!.points, registry.snapshot());
      expect(receiver.headers.authorization).to.equal('Bearer secret');
      if (protocol !== 'grpc') expect(receiver.headers.path).to.equal('/v1/metrics');

      record(registry);
      expect(await otlp.close()).to.equal(true);
      expectSame(receiver.requests[1]!.points, registry.snapshot());
      expect(receiver.requests).to.have.length(2);
      registry.close();
    });

    it(`sends each thing once in delta, over ${protocol}`, async () => {
      const receiver = await startReceiver(protocol);
      const registry = open();
      const { endpoint } = receiver;
      const temporality = 'delta';
      const otlp = await startOtlp({ registry, endpoint, protocol, temporality, everyMs: 20 });
      const { count, seconds, last } = registry.metrics;
      for (let step = 0; step < 5; step++) {
        count.inc(step);
        seconds.record(step + 0.5, 3);
        last.set(step);
        const wanted = otlp.counts.succeeded + 2;
        await until(() => otlp.counts.succeeded >= wanted);
      }
      await otlp.close();
      const counted = pointsOf(receiver.requests, 'fixture_total');
      expect(counted.reduce((sum, { value }) => sum + value!, 0)).to.equal(10);
      const timed = pointsOf(receiver.requests, 'fixture_seconds');
      expect(timed.reduce((sum, each) => sum + each.count!, 0)).to.equal(15);
      expect(timed.reduce((sum, { value }) => sum + value!, 0)).to.be.closeTo(37.5, 1e-9);
      const buckets = [0, 1, 2, 3].map((at) =>
        timed.reduce((sum, { counts }) => sum + counts![at]!, 0),
      );
      expect(buckets).to.deep.equal([0, 3, 12, 0]);
      for (const points of [counted, timed]) {
        expect(points.every(({ temporality }) => temporality === 1)).to.equal(true);
        // Each begins where the one before has ended.
        expect(points.slice(1).map(({ start }) => start)).to.deep.equal(
          points.slice(0, -1).map(({ time }) => time),
        );
      }
      expect(pointsOf(receiver.requests, 'fixture_last').at(-1)!.value).to.equal(4);
      registry.close();
    });
  }

  it('says what the numbers are of', async () => {
    const receiver = await startReceiver('http/protobuf');
    const registry = open();
    const { endpoint } = receiver;
    const resourceAttributes = { 'host.name': 'replica-host' };
    const otlp = await startOtlp({ registry, endpoint, resourceAttributes, serviceName: 'ledger' });
    await otlp.close();
    const { resource, scope } = receiver.requests[0]!;
    expect(resource).to.include({ 'service.name': 'ledger', 'host.name': 'replica-host' });
    expect(resource).not.to.have.property('service.version'); // ours is not theirs
    expect(scope).to.match(/^vsr-metrics \d/);
    const units = ['fixture_seconds', 'fixture_total'].map(
      (name) => pointsOf(receiver.requests, name)[0]!.unit,
    );
    expect(units).to.deep.equal(['s', '']);
    registry.close();
  });

  it('keeps start times while a series lives, and gives a new one when it starts anew', async () => {
    const receiver = await startReceiver('http/protobuf');
    const registry = open();
    const otlp = await startOtlp({ registry, endpoint: receiver.endpoint, everyMs: 60_000 });
    const { served } = registry.metrics;
    const send = async (to: string) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      await otlp.flush();
      const [point] = pointsOf(receiver.requests.slice(-1), 'served_total', { to });
      return point;
    };
    served.with({ to: 'a' }).inc(5);
    const first = (await send('a'))!;
    served.with({ to: 'a' }).inc(5);
    const second = (await send('a'))!;
    expect([first.value, second.value]).to.deep.equal([5, 10]);
    expect(second.start).to.equal(first.start);
    expect(second.time).to.be.greaterThan(first.time);

    served.remove({ to: 'a' });
    expect(await send('a')).to.equal(undefined);
    served.with({ to: 'a' }).inc(2);
    const returned = (await send('a'))!;
    expect(returned.value).to.equal(2);
    expect(returned.start).to.be.greaterThan(second.time);

    registry.reset();
    served.with({ to: 'a' }).inc(1);
    const reset = (await send('a'))!;
    expect(reset.value).to.equal(1);
    expect(reset.start).to.be.greaterThan(returned.time);
    await otlp.close();
    registry.close();
  });

  it('sends exponential histograms when told to', async () => {
    for (const protocol of protocols) {
      const receiver = await startReceiver(protocol);
      const registry = open();
      const { endpoint } = receiver;
      const otlp = await startOtlp({ registry, endpoint, protocol, histograms: 'exponential' });
      for (const seconds of [0, 1, 2, 4, 8]) registry.metrics.seconds.record(seconds);
      await otlp.close();
      const [point] = pointsOf(receiver.requests, 'fixture_seconds');
      expect(point).to.include({ kind: 'exponentialHistogram', count: 5, zeroCount: 1, value: 15 });
      expect(point).to.include({ min: 0, max: 8 });
      // Powers of two are the upper edges of their buckets: 1 = 2^0 lies in bucket -1.
      const perOctave = 2 ** point!.scale!;
      const filled = point!.counts!.flatMap((count, at) =>
        count > 0 ? [point!.offset! + at] : [],
      );
      const wanted = [0, 1, 2, 3].map((exponent) => exponent * perOctave - 1);
      expect(filled).to.deep.equal(wanted);
      registry.close();
    }
  });
});
