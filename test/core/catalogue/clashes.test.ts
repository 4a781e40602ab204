import { expect } from 'chai';
import fc from 'fast-check';
import { exposedNames } from '../../../lib/core/catalogue/clashes.js';
import { defineCatalogue } from '../../../lib/core/catalogue/define.js';
import { resolveCatalogue } from '../../../lib/core/catalogue/resolve.js';
import type { FamilyDeclaration } from '../../../lib/core/catalogue/types.js';
import { thrownBy } from './thrown.js';

const counter = (name: string) => ({ kind: 'counter', name, help: 'A' }) as const;
const gauge = (name: string) => ({ kind: 'gauge', name, help: 'A' }) as const;
const histogram = (name: string) => ({ kind: 'histogram', name, help: 'A', buckets: [1] }) as const;

function clash(first: FamilyDeclaration, second: FamilyDeclaration): string {
  const inOne = () => defineCatalogue({ name: 'one', families: { first, second } });
  const error = thrownBy(inOne);
  expect(error.code).to.equal('VSR_METRICS_CATALOGUE_CLASH');

  // Two catalogues that are fine on their own must not meet either, in whichever order.
  const left = defineCatalogue({ name: 'left', families: { first } });
  const right = defineCatalogue({ name: 'right', families: { second } });
  for (const pair of [
    [left, right],
    [right, left],
  ]) {
    const { code, message } = thrownBy(() => resolveCatalogue(pair));
    expect(code).to.equal('VSR_METRICS_CATALOGUE_CLASH');
    expect(message).to.include('left.first').and.to.include('right.second');
  }
  return error.message;
}

describe('names that clash', () => {
  it('are told with both families', () => {
    expect(clash(gauge('a'), gauge('a'))).to.equal(
      'metric "a": one.second (a) and one.first (a) would both expose "a"',
    );
  });

  it('are those of samples too', () => {
    clash(counter('a_total'), histogram('a'));
    clash(counter('a_total'), gauge('a'));
    clash(counter('a_total'), gauge('a_created'));
    clash(counter('a'), gauge('a_total'));
    clash(counter('a'), counter('a_total'));
    clash(counter('a_total'), gauge('a_total'));
    for (const suffix of ['bucket', 'sum', 'count', 'created', 'p50', 'p95', 'p99']) {
      clash(histogram('a'), gauge(`a_${suffix}`));
    }
    clash(histogram('a'), counter('a_count'));
    clash(histogram('a'), counter('a_count_total'));
  });

  it('are not those that only look alike', () => {
    const families = {
      a: histogram('a'),
      b: gauge('a_size'),
      c: counter('a_size_changes_total'),
      d: gauge('a_total_size'),
      e: counter('ab_total'),
      f: gauge('a_sum_total'),
    };
    expect(defineCatalogue({ name: 'one', families }).families).to.have.keys(Object.keys(families));
  });

  it('are found exactly when two families expose a name in common', () => {
    const name = fc
      .tuple(fc.constantFrom('a', 'b'), fc.constantFrom('', '_total', '_count', '_sum', '_created'))
      .map((parts) => parts.join(''));
    const family = fc
      .tuple(fc.constantFrom(counter, gauge, histogram), name)
      .map(([kind, each]) => kind(each));
    fc.assert(
      fc.property(family, family, (first, second) => {
        const taken = exposedNames(first);
        const define = () => defineCatalogue({ name: 'one', families: { first, second } });
        if (exposedNames(second).some((each) => taken.includes(each))) thrownBy(define);
        else define();
      }),
    );
  });
});
