import { expect } from 'chai';
import fc from 'fast-check';
import { createRegistry, defineCatalogue } from '../../../lib/index.js';

const catalogue = defineCatalogue({
  name: 'test',
  families: {
    last: { kind: 'gauge', name: 'last_value', help: 'The last value.' },
    sum: { kind: 'gauge', name: 'sum_value', help: 'A sum.', combine: 'sum' },
    min: { kind: 'gauge', name: 'min_value', help: 'A minimum.', combine: 'min' },
    max: { kind: 'gauge', name: 'max_value', help: 'A maximum.', combine: 'max' },
  },
});

const combining = ['sum', 'min', 'max'] as const;
const all = ['last', ...combining] as const;

function open() {
  const registry = createRegistry({ catalogue, capacity: { lanes: 2, series: 16 } });
  const value = (key: (typeof all)[number]) => registry.snapshot().value(`${key}_value`);
  return { registry, metrics: registry.metrics, value };
}

describe('Gauge', () => {
  it('is absent until it is set, and again when it is unset', () => {
    const { registry, metrics, value } = open();
    for (const key of all) {
      expect(value(key), key).to.equal(undefined);
      metrics[key].set(0);
      expect(value(key), key).to.equal(0);
      metrics[key].unset();
      expect(value(key), key).to.equal(undefined);
      metrics[key].set(-2);
      expect(value(key), key).to.equal(-2);
    }
    for (const key of combining) {
      metrics[key].unset();
      metrics[key].inc(3);
      expect(value(key), key).to.equal(3);
    }
    registry.close();
  });

  it('is 0 from the start where its catalogue says so', () => {
    const zeros = defineCatalogue({
      name: 'zeros',
      families: {
        depth: { kind: 'gauge', name: 'depth', help: 'Depth.', initial: 0 },
        busy: { kind: 'gauge', name: 'busy', help: 'Busy.', combine: 'sum', initial: 0 },
      },
    });
    const registry = createRegistry({ catalogue: zeros });
    const snapshot = registry.snapshot();
    expect([snapshot.value('depth'), snapshot.value('busy')]).to.eql([0, 0]);
    registry.close();
  });

  it('reads what was set last, negative or huge as it may be', () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(fc.array(number, { minLength: 1 }), (values) => {
        const { metrics, value } = open();
        for (const key of all) {
          for (const set of values) metrics[key].set(set);
          expect(value(key), key).to.equal(values.at(-1));
        }
      }),
      { numRuns: 30 },
    );
  });

  it('that nobody has set has no value', () => {
    const { value } = open();
    for (const key of all) expect(value(key), key).to.equal(undefined);
  });

  it('steps from what was set, and from 0 before', () => {
    for (const key of combining) {
      const { metrics, value } = open();
      metrics[key].inc();
      expect(value(key), key).to.equal(1);
      metrics[key].inc(2.5);
      metrics[key].dec(5);
      expect(value(key), key).to.equal(-1.5);
      metrics[key].dec();
      expect(value(key), key).to.equal(-2.5);
      metrics[key].inc(-1);
      expect(value(key), key).to.equal(-3.5);
      metrics[key].set(10);
      metrics[key].dec();
      expect(value(key), key).to.equal(9);
    }
    const { metrics, value } = open();
    metrics.min.dec(3);
    expect(value('min')).to.equal(-3);
  });

  it('that keeps the last value cannot be stepped', () => {
    const { last } = open().metrics as unknown as { last: Record<string, () => void> };
    for (const name of ['inc', 'dec']) expect(() => last[name]!()).to.throw('combine');
  });

  it('starts again at a reset', () => {
    const { registry, metrics, value } = open();
    for (const key of all) metrics[key].set(7);
    for (const time of [1, 2]) {
      registry.reset();
      for (const key of all) expect(value(key), `${key}, reset ${time}`).to.equal(undefined);
    }
    for (const key of combining) {
      metrics[key].inc(3);
      expect(value(key), key).to.equal(3);
    }
    metrics.last.set(4);
    expect(value('last')).to.equal(4);
  });
});
