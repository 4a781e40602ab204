import { expect } from 'chai';
import { type Client, ours, shown, theirs } from './both.js';

/** One metric of each kind in a registry of their own, with values. */
function fill(client: Client, prefix: string) {
  const registry = new client.Registry();
  const registers = [registry];
  const config = (name: string) => ({
    name: `${prefix}_${name}`,
    help: 'Some',
    labelNames: ['label'],
    registers,
  });
  new client.Counter(config('total')).inc({ label: 'a' }, 2);
  new client.Gauge(config('gauge')).set({ label: 'a' }, -2.5);
  new client.Histogram(config('histogram')).observe({ label: 'a' }, 0.3);
  new client.Summary(config('summary')).observe({ label: 'a' }, 0.3);
  return registry;
}

describe("registries of prom-client and this package's", () => {
  for (const [title, merging] of [
    ['merge into ours', ours],
    ['merge into theirs', theirs],
  ] as const) {
    it(`${title}: one text with both, as if all were prom-client's`, async () => {
      const expected = theirs.Registry.merge([fill(theirs, 'first'), fill(theirs, 'second')]);
      const mixed = merging.Registry.merge([fill(theirs, 'first'), fill(ours, 'second')]);
      for (const registry of [expected, mixed]) registry.setDefaultLabels({ service: 'a' });
      expect(await shown(mixed)).to.deep.equal(await shown(expected));
    });
  }

  it('refuse a name that is there twice', () => {
    const registers = [fill(theirs, 'same'), fill(ours, 'same')];
    const message = 'A metric with the name same_total has already been registered.';
    expect(() => ours.Registry.merge(registers)).to.throw(message);
    expect(() => theirs.Registry.merge(registers)).to.throw(message);
  });

  it("take each other's metrics", async () => {
    const counter = new ours.Counter({ name: 'a_total', help: 'A', registers: [] });
    const registry = new theirs.Registry();
    registry.registerMetric(counter);
    counter.inc(4);
    expect(await registry.metrics()).to.match(/^a_total 4$/m);
  });
});
