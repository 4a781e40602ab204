import { expect } from 'chai';
import type { ResolvedFamily } from '../../lib/core/catalogue/resolve.js';
import type { Counter, Histogram } from '../../lib/core/recorders/interfaces.js';
import { planSizes } from '../../lib/core/region/capacity.js';
import { planHistogram } from '../../lib/core/region/histogram-geometry.js';
import { addon } from '../../lib/core/region/native.js';
import { openRegion } from '../../lib/core/registry.js';

function family(kind: 'counter' | 'histogram', name: string, bounds: number[]): ResolvedFamily {
  return {
    key: name,
    catalogue: 'test',
    kind,
    name,
    help: 'Added',
    unit: undefined,
    combine: 'sum',
    initial: undefined,
    labels: [{ name: 'zone', values: undefined, fixed: undefined }],
    bounds,
    digits: kind === 'histogram' ? 1 : 0,
    range: undefined,
    maxSeries: 10,
    resource: undefined,
    utf8Names: false,
  };
}

/** A histogram that is there from the start makes room for another. */
function openTwo() {
  const latency = family('histogram', 'latency', [0.3, 1, 5]);
  const range = { min: 0.3, max: 5 };
  const geometry = planHistogram({ name: 'latency', bounds: latency.bounds, digits: 1, range });
  const sizes = planSizes([{ family: latency, geometry }], [], {});
  const region = new addon.Region(sizes);
  const first = openRegion(region);
  const second = openRegion(new addon.Region({ attach: region.sharePath() }));
  return { first, second, latency, geometry };
}

describe('families that are added to a registry', () => {
  it('are the same for everybody who adds them', () => {
    const { first, second, latency, geometry } = openTwo();
    const sales = family('counter', 'sales', []);
    for (const registry of [first, second]) {
      const { recorder } = registry.addFamily(sales, undefined).open('{"zone":"a"}');
      (recorder as Counter).inc(2);
      const histogram = registry.addFamily(latency, geometry).open('{"zone":"a"}');
      (histogram.recorder as Histogram).record(0.3);
    }
    const snapshot = second.snapshot();
    expect(snapshot.value('sales', { zone: 'a' })).to.equal(4);
    expect(snapshot.histogram('latency', { zone: 'a' })?.buckets()[0]).to.eql({
      le: 0.3,
      count: 2,
    });
  });

  it('must be declared alike, and not once the registry is closed', () => {
    const { first, second, latency, geometry } = openTwo();
    first.addFamily(latency, geometry);
    const other = family('counter', 'latency', []);
    expect(() => second.addFamily(other, undefined)).to.throw(/latency/);
    first.close();
    expect(() => first.addFamily(family('counter', 'late', []), undefined)).to.throw(/closed/);
  });
});
