import { expect } from 'chai';
import { toMetricData } from '../../lib/export/otlp/metric-data.js';
import {
  type JsonSnapshot,
  renderBytes,
  renderJson,
  renderOpenMetrics,
  renderPrometheus,
  renderProtobuf,
  renderStatsd,
} from '../../lib/exposition/index.js';
import { createRegistry, defineCatalogue } from '../../lib/index.js';
import { decodeFamilies } from './client-model.js';

const catalogue = defineCatalogue({
  name: 'pond',
  families: {
    depth: {
      kind: 'gauge',
      name: 'pond_depth_meters',
      help: 'Depth',
      labels: { pond: 'any' },
    },
    frogs: { kind: 'gauge', name: 'pond_frogs', help: 'Frogs' },
    waves: { kind: 'histogram', name: 'pond_waves', help: 'Waves', buckets: [1, 2] },
    fish: { kind: 'gauge', name: 'pond_fish', help: 'Fish', combine: 'sum', initial: 0 },
  },
});

describe('a gauge that nobody has set, or that was unset', () => {
  function open() {
    const registry = createRegistry({ catalogue });
    const { depth, frogs, fish } = registry.metrics;
    depth.with({ pond: 'a' }).set(1.5);
    depth.with({ pond: 'b' });
    frogs.set(3);
    frogs.unset();
    fish.inc();
    return registry;
  }

  it('has no sample in the text formats, and keeps HELP and TYPE', () => {
    const registry = open();
    const snapshot = registry.snapshot();
    for (const text of [
      renderPrometheus(snapshot),
      renderOpenMetrics(snapshot),
      renderPrometheus(snapshot, { quantiles: {} }),
      Buffer.from(renderBytes('prometheus', snapshot)).toString(),
    ]) {
      expect(text).to.include('pond_depth_meters{pond="a"} 1.5\n');
      expect(text).to.match(/^# HELP pond_frogs Frogs$/m);
      expect(text).to.match(/^# TYPE pond_frogs gauge$/m);
      expect(text).not.to.match(/^pond_frogs |pond="b"/m);
      expect(text).to.match(/^pond_fish 1$/m);
    }
    registry.close();
  });

  it('has none in JSON, protobuf, StatsD and OTLP', () => {
    const registry = open();
    const snapshot = registry.snapshot();
    const { families } = JSON.parse(renderJson(snapshot)) as JsonSnapshot;
    const series = Object.fromEntries(families.map((each) => [each.name, each.series.length]));
    expect(series).to.include({ pond_depth_meters: 1, pond_frogs: 0, pond_fish: 1 });
    const counts = decodeFamilies(renderProtobuf(snapshot)).map(
      ({ name, metric }) => [name, metric.length] as const,
    );
    expect(Object.fromEntries(counts)).to.include({ pond_depth_meters: 1, pond_frogs: 0 });
    expect(renderStatsd(snapshot).join('\n')).to.equal('pond_depth_meters.a:1.5|g\npond_fish:1|g');
    const data = toMetricData({ to: snapshot, isDelta: false }, 'explicit');
    const points = data.map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints.length]);
    expect(Object.fromEntries(points)).to.include({ pond_depth_meters: 1 });
    expect(Object.fromEntries(points)).not.to.have.property('pond_frogs');
    registry.close();
  });

  it('is there as soon as it is set, and again without a sample when it is unset', () => {
    const registry = open();
    const { frogs } = registry.metrics;
    const lines = () => renderPrometheus(registry.snapshot()).match(/^pond_frogs .*$/gm) ?? [];
    const seen = [lines()];
    frogs.set(4);
    seen.push(lines());
    frogs.set(0);
    seen.push(lines());
    frogs.unset();
    seen.push(lines());
    expect(seen).to.eql([[], ['pond_frogs 4'], ['pond_frogs 0'], []]);
    registry.close();
  });
});
