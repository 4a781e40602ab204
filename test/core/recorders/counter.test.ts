import { expect } from 'chai';
import fc from 'fast-check';
import { cellArrays } from '../../../lib/core/recorders/cell-arrays.js';
import { LaneCounter } from '../../../lib/core/recorders/counter.js';
import { LaneExemplars } from '../../../lib/core/recorders/exemplars.js';
import { RejectionLog } from '../../../lib/core/recorders/rejections.js';
import { planSizes } from '../../../lib/core/region/capacity.js';
import { addon } from '../../../lib/core/region/native.js';
import { createRegistry, defineCatalogue } from '../../../lib/index.js';

const catalogue = defineCatalogue({
  name: 'test',
  families: {
    one: { kind: 'counter', name: 'one_total', help: 'One.' },
    other: { kind: 'counter', name: 'other_total', help: 'Another, beside it.' },
  },
});

function open() {
  const registry = createRegistry({ catalogue, capacity: { lanes: 1, series: 16 } });
  const { one, other } = registry.metrics;
  const total = () => registry.snapshot().value('one_total');
  return { registry, one, other, total };
}

describe('Counter', () => {
  it('starts at 0 and adds up steps of 1 and of any size', () => {
    const step = fc.oneof(
      fc.constant(undefined),
      fc.integer({ min: 0, max: 2 ** 40 }),
      fc.integer({ min: 0, max: 100 }).map((quarters) => quarters / 4),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const { one, other, total } = open();
        expect(total()).to.equal(0);
        let sum = 0;
        for (const amount of steps) {
          if (amount === undefined) one.inc();
          else one.inc(amount);
          other.inc();
          sum += amount ?? 1;
        }
        expect(total()).to.equal(sum);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps fractions within floating error', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e9, noNaN: true })), (amounts) => {
        const { one, total } = open();
        for (const amount of amounts) one.inc(amount);
        const sum = amounts.reduce((sum, amount) => sum + amount, 0);
        expect(total()).to.be.closeTo(sum, amounts.length * 2 ** -52 * sum);
      }),
      { numRuns: 60 },
    );
  });

  it('is exact up to 2^53, whichever way it gets there', () => {
    const limit = 2 ** 53;
    const { one, total } = open();
    one.inc(limit - 5);
    for (let count = 1; count <= 4; count++) {
      one.inc();
      expect(total()).to.equal(limit - 5 + count);
    }
    one.inc(1);
    expect(total()).to.equal(limit);
    // A single one is below the precision of the total from here on, but is not forgotten.
    one.inc();
    one.inc();
    expect(total()).to.equal(limit + 2);
  });

  it('has no carry at 2^32 and at 2^53', () => {
    const refused = () => expect.fail('nothing is refused here');
    const log = new RejectionLog(refused, refused);
    const region = new addon.Region(planSizes([], [], { lanes: 1 }));
    const exemplars = new LaneExemplars(region.claimLane(), undefined);
    for (const start of [2n ** 31n, 2n ** 32n, 2n ** 53n]) {
      const arrays = cellArrays(new ArrayBuffer(16));
      arrays.integers[0] = start - 2n;
      const memory = { arrays, ones: 0, exemplars, series: 0 };
      const counter = new LaneCounter(memory, 'one_total', log);
      for (let count = 0; count < 4; count++) counter.inc();
      expect(arrays.integers[0]).to.equal(start + 2n);
    }
  });

  it('takes a step of 0, and of an undefined size as 1', () => {
    const { one, total } = open();
    one.inc(0);
    one.inc(-0);
    expect(total()).to.equal(0);
    one.inc(undefined);
    expect(total()).to.equal(1);
  });

  it('never steps back while it is read', () => {
    const { one, total } = open();
    let before = 0;
    for (let round = 0; round < 2000; round++) {
      if (round % 3 === 0) one.inc(0.1);
      else one.inc();
      const after = total()!;
      expect(after).to.be.greaterThan(before);
      before = after;
    }
  });
});
