// What JavaScript does not refuse before it runs: each gives an error of the library that says what to
// write instead.

import { expect } from 'chai';
import { createRegistry, defineCatalogue, VsrMetricsError } from '../../../lib/index.js';
import { thrownBy } from '../catalogue/thrown.js';

const shop = defineCatalogue({
  name: 'shop',
  families: {
    sales: {
      kind: 'counter',
      name: 'sales_total',
      help: 'S',
      labels: { item: 'any', zone: ['a', 'b'] },
    },
    visits: { kind: 'counter', name: 'visits_total', help: 'V' },
    level: { kind: 'gauge', name: 'level', help: 'L' },
    inFlight: { kind: 'gauge', name: 'in_flight', help: 'F', combine: 'sum' },
    size: { kind: 'histogram', name: 'size_bytes', help: 'B', buckets: [1, 10] },
    latency: {
      kind: 'histogram',
      name: 'latency_seconds',
      help: 'D',
      buckets: [1],
      labels: { to: 'any' },
    },
  },
});

describe('a mistake', () => {
  const registry = createRegistry({ catalogue: shop });
  // As JavaScript sees it.
  // biome-ignore lint/suspicious/noExplicitAny: what is called here is not declared
  const metrics = registry.metrics as any;
  after(() => registry.close());

  const cases: readonly (readonly [string, () => unknown, string])[] = [
    ['a step without labels', () => metrics.sales.inc(), 'with({ item: ..., zone: ... }).inc(...)'],
    ['a record without labels', () => metrics.latency.record(1), 'with({ to: ... }).record(...)'],
    ['a timer without labels', () => metrics.latency.startTimer(), '.startTimer(...)'],
    ['labels as in prom-client', () => metrics.sales.labels('x'), 'with({ item: ..., zone: ... })'],
    ['labels of a counter that has none', () => metrics.visits.with({ a: 'b' }), 'no labels'],
    ['labels of a gauge that has none', () => metrics.level.with({}), 'recording into it directly'],
    ['labels of a histogram that has none', () => metrics.size.labels('b'), 'no labels'],
    ['a step of the last value', () => metrics.level.inc(), '"sum" for the property combine'],
    ['a step down of the last value', () => metrics.level.dec(2), 'set()'],
    // biome-ignore lint/suspicious/noExplicitAny: nothing is given
    ['no options', () => (createRegistry as any)(), 'the options of a registry'],
    // biome-ignore lint/suspicious/noExplicitAny: something else is given
    ['a catalogue as the options', () => (createRegistry as any)(shop), 'has no option'],
  ];
  for (const [title, run, message] of cases) {
    it(`says what to write: ${title}`, () => {
      const error = thrownBy(run);
      expect(error).to.be.instanceOf(VsrMetricsError);
      expect(error.message).to.include(message);
    });
  }

  it('is no property that others see', () => {
    expect(Object.keys(metrics.visits)).not.to.include('with');
    metrics.inFlight.inc();
    metrics.inFlight.dec(3);
    expect(registry.snapshot().value('in_flight')).to.equal(-2);
  });
});
