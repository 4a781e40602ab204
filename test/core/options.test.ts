import { expect } from 'chai';
import {
  callback,
  checkOption,
  either,
  flag,
  group,
  listOf,
  number,
  objectWith,
  oneOf,
  optionsCheck,
  refusals,
  required,
  secret,
  text,
  texts,
  url,
  whole,
} from '../../lib/core/options.js';
import { RegistryError, type VsrMetricsError } from '../../lib/index.js';

interface PingOptions {
  readonly everyMs?: number;
  readonly address: string;
  readonly token?: string;
  readonly limits?: { readonly bytes?: number };
}

const check = optionsCheck<PingOptions>('a ping', refusals.registry, {
  everyMs: whole(1, 100),
  address: required(text('HOST:PORT')),
  token: secret(text('visible characters', /^\S+$/)),
  limits: group<{ readonly bytes?: number }>({ bytes: whole(0, 10) }),
});

function refusalOf(run: () => unknown): VsrMetricsError {
  try {
    run();
  } catch (error) {
    return error as VsrMetricsError;
  }
  throw new Error('nothing was refused');
}

describe('options', () => {
  const messageOf = (given: unknown) => refusalOf(() => check(given as PingOptions)).message;

  it('are refused when there is no such option, with the one that was meant', () => {
    expect(messageOf({ address: 'a', evreyMs: 5 })).to.equal(
      'a ping has no option "evreyMs"; did you mean everyMs?; ' +
        'allowed: "everyMs", "address", "token", "limits"',
    );
    expect(messageOf({ address: 'a', colour: 5 })).to.equal(
      'a ping has no option "colour"; allowed: "everyMs", "address", "token", "limits"',
    );
    expect(messageOf({ address: 'a', limits: { byte: 5 } })).to.equal(
      'a ping has no option "limits.byte"; did you mean bytes?; allowed: "bytes"',
    );
    expect(messageOf({ address: 'a', toString: 5 })).to.include('no option "toString"');
  });

  it('are refused when a value does not fit', () => {
    expect(messageOf({ address: 'a', everyMs: 0 })).to.equal(
      'the option everyMs of a ping does not fit; given 0; allowed: a whole number from 1 to 100',
    );
    expect(messageOf({ everyMs: 1 })).to.include('the option address of a ping does not fit');
    expect(messageOf({ address: 'a', token: 'a b' })).to.equal(
      'the option token of a ping does not fit; allowed: visible characters',
    );
    expect(messageOf({ address: 'a', limits: 5 })).to.equal(
      'the option limits of a ping does not fit; given 5; allowed: an object',
    );
    for (const given of [undefined, null, 5, 'x', ['a']]) {
      expect(messageOf(given)).to.include('the options of a ping do not fit').and.include('object');
    }
  });

  it('that are undefined count as left out', () => {
    check({ address: 'a', everyMs: undefined } as unknown as PingOptions);
    check({ address: 'a', limits: { bytes: 3 }, token: 'x' });
  });

  it('have the error of their part', () => {
    const error = refusalOf(() => check({ address: '' }));
    expect(error).to.be.instanceOf(RegistryError);
    expect(error.code).to.equal('VSR_METRICS_REGISTRY_OPTIONS');
  });

  it('may be of many kinds', () => {
    const kinds = [
      { kind: whole(0, 5), good: [0, 5], bad: [-1, 6, 1.5, NaN, '1', null, true] },
      { kind: number(0, 5), good: [0, 1.5], bad: [NaN, 5.1, '1', Infinity] },
      { kind: flag, good: [true, false], bad: [0, 'true', null] },
      { kind: text(), good: ['a', ' ', '\n'], bad: ['', 5, null] },
      { kind: oneOf(['a', 'b']), good: ['a'], bad: ['c', 0] },
      { kind: listOf(text(), 1), good: [['a']], bad: [[], ['a', 5], 'a'] },
      { kind: callback('f'), good: [() => 1], bad: [{}, 'f'] },
      { kind: objectWith(['go'], 'o'), good: [{ go() {} }], bad: [{}, null, 5] },
      { kind: texts, good: [{ a: 'b' }, {}], bad: [{ a: 1 }, ['a'], null, 'a'] },
      {
        kind: url(['http:'], 'a URL'),
        good: ['http://a', new URL('http://a')],
        bad: ['a', 'ftp://a', 5],
      },
      { kind: either('e', flag, whole(1, 2)), good: [true, 1], bad: [3, 'x'] },
    ];
    for (const { kind, good, bad } of kinds) {
      const checkIt = (given: unknown) => checkOption('x', refusals.registry, 'y', kind, given);
      for (const given of good) expect(() => checkIt(given), String(given)).not.to.throw();
      for (const given of bad) {
        expect(() => checkIt(given), String(given)).to.throw('the option y of x does not fit');
      }
    }
  });

  it('suggest a value that was probably meant', () => {
    const checkIt = () =>
      checkOption('x', refusals.registry, 'y', oneOf(['cumulative', 'delta']), 'cumulatve');
    expect(checkIt).to.throw('did you mean cumulative?');
  });
});
