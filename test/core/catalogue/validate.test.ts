import { expect } from 'chai';
import fc from 'fast-check';
import { defineCatalogue, defineOwnCatalogue } from '../../../lib/core/catalogue/define.js';
import type { FamilyDeclaration } from '../../../lib/core/catalogue/types.js';
import { CatalogueError } from '../../../lib/core/errors.js';
import { thrownBy } from './thrown.js';

const counter = { kind: 'counter', name: 'a_total', help: 'A' } as const;
const gauge = { kind: 'gauge', name: 'a', help: 'A' } as const;
const histogram = { kind: 'histogram', name: 'a_seconds', help: 'A', buckets: [1, 2] } as const;

/** As a caller without a type checker would. */
function define(family: unknown, key = 'a') {
  return defineCatalogue({ name: 'test', families: { [key]: family as FamilyDeclaration } });
}

function refusal(family: unknown, key?: string): string {
  const error = thrownBy(() => define(family, key));
  expect(error).to.be.instanceOf(CatalogueError);
  expect(error.code).to.equal('VSR_METRICS_CATALOGUE_INVALID');
  return error.message;
}

describe('defineCatalogue', () => {
  it('accepts every kind, with everything it may say', () => {
    const { families } = defineCatalogue({
      name: 'test',
      families: {
        one: { ...counter, unit: 'things', labels: { b: ['x', 'y'], c: 'any' }, maxSeries: 5 },
        two: { ...gauge, name: 'two', combine: 'max', labels: {} },
        three: { ...histogram, digits: 2, range: { min: 0.5, max: 4 } },
      },
    });
    expect(Object.keys(families)).to.deep.equal(['one', 'two', 'three']);
    expect(families.one.labels.b).to.deep.equal(['x', 'y']);
  });

  it('freezes what it returns, so that no registry can change another', () => {
    const { families } = define({ ...gauge, labels: { b: ['x'] } });
    expect(() => {
      (families.a as { help: string }).help = 'B';
    }).to.throw(TypeError);
    expect(() => {
      (families.a!.labels!.b as string[]).push('y');
    }).to.throw(TypeError);
  });

  it('names the metric, what was given and what is allowed', () => {
    expect(refusal({ ...gauge, initial: 1 })).to.equal(
      'metric "a": a gauge cannot begin like that; given 1; allowed: 0; leave it out for a gauge that is ' +
        'absent until it is set',
    );
    expect(refusal({ ...gauge, combine: 'avg' })).to.equal(
      'metric "a": unknown combine; given "avg"; allowed: "last", "sum", "min", "max"',
    );
    expect(thrownBy(() => define({ ...gauge, combine: 'avg' })).metric).to.equal('a');
  });

  describe('names', () => {
    const letters = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_'];
    const digits = [...'0123456789'];
    const nameOf = (first: string[], rest: string[]) =>
      fc
        .tuple(fc.constantFrom(...first), fc.array(fc.constantFrom(...rest), { maxLength: 20 }))
        .map(([head, tail]) => head + tail.join(''));

    it('of metrics follow the rules of Prometheus, whatever they are', () => {
      fc.assert(
        fc.property(nameOf([...letters, ':'], [...letters, ...digits, ':']), (name) => {
          if (name.startsWith('vsr_metrics_')) return;
          expect(define({ ...gauge, name }).families.a?.name).to.equal(name);
        }),
      );
    });

    it('of labels follow them too', () => {
      fc.assert(
        fc.property(nameOf(letters, [...letters, ...digits]), (label) => {
          if (label === 'le' || label === 'quantile' || label.startsWith('__')) return;
          const { families } = define({ ...gauge, labels: { [label]: 'any' } });
          expect(families.a?.labels).to.have.property(label, 'any');
        }),
      );
    });

    it('with any other character in them are refused', () => {
      const valid = /^[a-zA-Z0-9_]$/;
      const bad = fc.string({ unit: 'binary', minLength: 1, maxLength: 1 });
      const name = fc
        .tuple(fc.constantFrom('', 'a', 'a_b'), bad, fc.constantFrom('', 'c'))
        .filter(([, character]) => !valid.test(character) && character !== ':')
        .map((parts) => parts.join(''));
      fc.assert(
        fc.property(name, (each) => {
          expect(refusal({ ...gauge, name: each })).to.match(/no valid metric name/);
          expect(refusal({ ...gauge, labels: { [each]: 'any' } })).to.match(/no valid name/);
        }),
      );
    });

    for (const name of ['', '1a', '9', 'a b', 'a-b', 'é', undefined, null, 7, ['a']]) {
      it(`${JSON.stringify(name) ?? 'undefined'} is no metric name`, () => {
        expect(refusal({ ...gauge, name })).to.match(/no valid metric name/);
      });
    }

    for (const label of ['', '1a', 'a:b', 'a-b', 'a.b']) {
      it(`"${label}" is no label name`, () => {
        expect(refusal({ ...gauge, labels: { [label]: 'any' } })).to.match(/no valid name/);
      });
    }

    for (const label of ['le', 'quantile', '__name__', '__x']) {
      it(`the label name ${label} is reserved`, () => {
        expect(refusal({ ...gauge, labels: { [label]: 'any' } })).to.match(/is reserved/);
      });
    }

    for (const key of ['__proto__', '0', '1a', 'a-b', '']) {
      it(`"${key}" is no key`, () => {
        const families = Object.fromEntries([[key, gauge]]);
        const error = thrownBy(() => defineCatalogue({ name: 'test', families }));
        expect(error.message).to.match(/not a plain identifier/);
      });
    }

    it('of the library itself are taken', () => {
      expect(refusal({ ...gauge, name: 'vsr_metrics_own' })).to.match(/the library's own metrics/);
      const own = { name: 'test', families: { a: { ...gauge, name: 'vsr_metrics_own' } } };
      expect(defineOwnCatalogue(own).families.a.name).to.equal('vsr_metrics_own');
    });
  });

  describe('labels', () => {
    it('have an open or a closed domain', () => {
      for (const domain of [undefined, null, 'some', 7, {}]) {
        expect(refusal({ ...gauge, labels: { b: domain } })).to.match(/has no values/);
      }
      expect(refusal({ ...gauge, labels: ['b'] })).to.match(/labels is an object/);
    });

    it('have closed sets of different strings', () => {
      expect(refusal({ ...gauge, labels: { b: [] } })).to.match(/closed set .* is empty/);
      expect(refusal({ ...gauge, labels: { b: ['x', 'y', 'x'] } })).to.match(/"x"/);
      for (const value of ['', 7, null, undefined, '\ud800', 'a\udc00b']) {
        expect(refusal({ ...gauge, labels: { b: ['x', value] } })).to.match(/has a bad value/);
      }
    });

    it('may have any other text as a value', () => {
      fc.assert(
        fc.property(
          fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1 }), { minLength: 1 }),
          (values) => {
            expect(define({ ...gauge, labels: { b: values } }).families.a?.labels?.b).to.deep.equal(
              values,
            );
          },
        ),
      );
    });

    it('limit their series by a whole number, where one of them is open', () => {
      const labels = { b: 'any' };
      for (const maxSeries of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '5', 2 ** 60]) {
        expect(refusal({ ...gauge, labels, maxSeries })).to.match(/maxSeries is no count/);
      }
      expect(refusal({ ...gauge, maxSeries: 5 })).to.match(/no label is open/);
      expect(refusal({ ...gauge, labels: { b: ['x'] }, maxSeries: 5 })).to.match(
        /no label is open/,
      );
    });
  });

  describe('histograms', () => {
    const inRange = fc.double({ min: 1e-6, max: 1e9, noNaN: true });

    it('take any ascending bounds within their range', () => {
      fc.assert(
        fc.property(fc.uniqueArray(inRange, { minLength: 1, maxLength: 30 }), (bounds) => {
          const buckets = bounds.sort((a, b) => a - b);
          define({ ...histogram, buckets });
        }),
      );
    });

    it('refuse bounds in any other order', () => {
      fc.assert(
        fc.property(fc.array(inRange, { minLength: 2, maxLength: 30 }), (buckets) => {
          const ascends = buckets.every(
            (bound, index) => index === 0 || bound > buckets[index - 1]!,
          );
          fc.pre(!ascends);
          expect(refusal({ ...histogram, buckets })).to.match(/not ascending and unique/);
        }),
      );
    });

    it('refuse a bound that is there twice', () => {
      expect(refusal({ ...histogram, buckets: [1, 2, 2, 3] })).to.match(/given \[2,2\]/);
    });

    it('refuse bounds that are no finite numbers', () => {
      for (const bound of [
        Number.NaN,
        Number.POSITIVE_INFINITY,
        -Number.POSITIVE_INFINITY,
        '1',
        null,
      ]) {
        expect(refusal({ ...histogram, buckets: [1, bound] })).to.match(/a bucket bound/);
      }
      for (const buckets of [[], undefined, 5, '12']) {
        expect(refusal({ ...histogram, buckets })).to.match(/needs buckets/);
      }
    });

    it('refuse bounds outside their range, and take those at its ends', () => {
      const range = { min: 0.5, max: 4 };
      define({ ...histogram, range, buckets: [0.5, 4] });
      expect(refusal({ ...histogram, range, buckets: [0.25, 4] })).to.match(/outside the range/);
      expect(refusal({ ...histogram, range, buckets: [0.5, 8] })).to.match(/outside the range/);
      expect(refusal({ ...histogram, buckets: [0, 1] })).to.match(
        /allowed: 0.000001 to 1000000000/,
      );
    });

    it('refuse a range that is none', () => {
      const impossible = [
        { min: 0, max: 1 },
        { min: -1, max: 1 },
        { min: 1, max: 1 },
        { min: 2, max: 1 },
        { min: 1, max: Number.POSITIVE_INFINITY },
        { min: Number.NaN, max: 1 },
        { min: 1 },
        { min: '1', max: '2' },
      ];
      for (const range of impossible) {
        expect(refusal({ ...histogram, range })).to.match(/range is impossible/);
      }
      expect(refusal({ ...histogram, range: [1, 2] })).to.match(/range is an object/);
    });

    it('keep one, two or three digits', () => {
      for (const digits of [1, 2, 3]) define({ ...histogram, digits });
      for (const digits of [0, 4, 1.5, '3', null]) {
        expect(refusal({ ...histogram, digits })).to.match(/digits/);
      }
    });
  });

  describe('resources', () => {
    it('fill gauges, whole or one reading for each value of a label', () => {
      define({ ...gauge, resource: 'processCpuPercent' });
      const resource = { read: 'diskReadBytesPerSecond', write: 'diskWrittenBytesPerSecond' };
      define({ ...gauge, labels: { a: 'any', direction: ['read', 'write'] }, resource });
      expect(refusal({ ...gauge, resource })).to.match(
        /no label has these values.*\["read","write"]/,
      );
      expect(refusal({ ...gauge, labels: { direction: ['read'] }, resource })).to.match(/no label/);
      expect(refusal({ ...gauge, labels: { direction: 'any' }, resource })).to.match(/no label/);
    });

    it('are known by name', () => {
      for (const resource of ['cpu', '', 7, null, {}, { a: 'cpu' }, ['processCpuPercent']]) {
        expect(refusal({ ...gauge, labels: { b: ['a', '0'] }, resource })).to.match(
          /unknown resource/,
        );
      }
      expect(refusal({ ...counter, resource: 'processCpuPercent' })).to.match(/unknown property/);
    });

    it('fill one cell for all threads: there is nothing to combine', () => {
      const filled = { ...gauge, resource: 'processMemoryBytes' };
      define({ ...filled, combine: 'last' });
      for (const combine of ['sum', 'min', 'max']) {
        expect(refusal({ ...filled, combine })).to.equal(
          'metric "a": the operating system fills this gauge, so threads have nothing to combine; ' +
            `given {"combine":"${combine}"}; allowed: resource, or combine, or combine "last"`,
        );
      }
    });
  });

  describe('shape', () => {
    it('knows the properties of each kind', () => {
      expect(refusal({ ...gauge, buckets: [1] })).to.match(/unknown property; given "buckets"/);
      expect(refusal({ ...counter, combine: 'sum' })).to.match(/unknown property/);
      expect(refusal({ ...histogram, bukets: [1] })).to.match(/unknown property/);
      expect(refusal({ ...histogram, range: { min: 1, max: 2, step: 1 } })).to.match(/"step"/);
    });

    it('is checked all the way down', () => {
      expect(refusal({ ...gauge, kind: 'summary' })).to.match(/unknown kind; given "summary"/);
      expect(refusal({ ...gauge, help: undefined })).to.match(/help is a string/);
      expect(refusal({ ...gauge, help: '\ud800' })).to.match(/half of a surrogate pair/);
      expect(refusal({ ...gauge, unit: 'per second' })).to.match(/unit is not a word/);
      for (const family of [null, 7, 'gauge', [gauge]]) {
        expect(refusal(family)).to.match(/the family "a" is an object/);
      }
      for (const whole of [null, 7, []]) {
        expect(thrownBy(() => defineCatalogue(whole as never)).message).to.match(/is an object/);
      }
      const unnamed = { name: '', families: {} };
      expect(thrownBy(() => defineCatalogue(unnamed)).message).to.match(/needs a name/);
      const listed = { name: 'test', families: [gauge] as never };
      expect(thrownBy(() => defineCatalogue(listed)).message).to.match(/families is an object/);
      const misspelt = { name: 'test', families: {}, wave: {} };
      expect(thrownBy(() => defineCatalogue(misspelt)).message).to.match(/given "wave"/);
    });

    it('wants waivers of declared metrics, of known conventions, with reasons', () => {
      const refused = (waive: unknown) =>
        thrownBy(() =>
          defineCatalogue({ name: 'test', families: { a: gauge }, waive: waive as never }),
        ).message;
      expect(refused({ b: { help: 'why' } })).to.match(/not declared; given "b"/);
      expect(refused({ a: { nothing: 'why' } })).to.match(/given "nothing"/);
      expect(refused({ a: { help: ' ' } })).to.match(/has no reason/);
      expect(refused({ a: ['help'] })).to.match(/gives a reason/);
      expect(refused(['a'])).to.match(/waive is an object/);
    });
  });

  it('throws its own errors on anything at all, and no others', () => {
    const anything = fc.anything({ withBigInt: true, withNullPrototype: true, withMap: true });
    const family = fc.record(
      {
        kind: fc.constantFrom('counter', 'gauge', 'histogram'),
        name: anything,
        help: anything,
        unit: anything,
        labels: fc.oneof(anything, fc.dictionary(fc.constantFrom('b', 'c'), anything)),
        maxSeries: anything,
        buckets: fc.oneof(anything, fc.array(anything)),
        digits: anything,
        range: fc.oneof(anything, fc.record({ min: anything, max: anything })),
      },
      { requiredKeys: ['kind'] },
    );
    fc.assert(
      fc.property(family, (each) => {
        for (const given of [
          each,
          { ...histogram, ...each },
          { ...histogram, ...each, name: 'a' },
        ]) {
          try {
            define(given);
          } catch (error) {
            expect(error).to.be.instanceOf(CatalogueError);
          }
        }
      }),
    );
  });
});
