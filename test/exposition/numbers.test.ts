import { expect } from 'chai';
import fc from 'fast-check';
import { fillString } from '../../lib/exposition/fill.js';

/** Numbers as they stand in a rendering: one a line. */
function written(values: readonly number[]): string[] {
  const template = {
    pieces: Buffer.alloc(values.length, '\n'),
    pieceEnds: Uint32Array.from(values, (_, index) => index + 1),
    valueIndex: Int32Array.from(values, (_, index) => index),
    ascii: true,
  };
  return fillString(template, Float64Array.from(values)).split('\n').slice(1);
}

function expected(value: number): string {
  return Number.isFinite(value) || Number.isNaN(value)
    ? String(value)
    : `${value > 0 ? '+' : '-'}Inf`;
}

function check(values: readonly number[]): void {
  expect(written(values)).to.deep.equal(values.map(expected));
}

function fromBits(high: number, low: number): number {
  return new Float64Array(Uint32Array.of(low, high).buffer)[0]!;
}

/** A number and its nearest neighbours on both sides, each with both signs. */
function around(value: number): number[] {
  const bits = new BigUint64Array(Float64Array.of(value).buffer)[0]!;
  const steps = [-2n, -1n, 0n, 1n, 2n].map((step) => BigInt.asUintN(63, bits + step));
  const near = [...new Float64Array(BigUint64Array.from(steps).buffer)];
  return [...near, ...near.map((each) => -each)];
}

describe('numbers in a rendering', () => {
  it('read as JavaScript writes them, any pattern of 64 bits', () => {
    const word = fc.nat({ max: 0xffffffff });
    const bits = fc.tuple(word, word).map(([high, low]) => fromBits(high, low));
    fc.assert(fc.property(fc.array(bits, { minLength: 200, maxLength: 400 }), check), {
      numRuns: 200,
    });
  });

  it('read as JavaScript writes them, of the sizes that are measured', () => {
    const decimals = fc.tuple(fc.maxSafeInteger(), fc.integer({ min: 0, max: 12 }));
    const measured = decimals.map(([digits, point]) => digits / 10 ** point);
    fc.assert(fc.property(fc.array(measured, { minLength: 100, maxLength: 200 }), check), {
      numRuns: 200,
    });
  });

  it('are right around every power of two, subnormal ones too', () => {
    for (let power = -1074; power <= 1023; power++) check(around(2 ** power));
  });

  it('are right around every power of ten, where the notation changes', () => {
    for (let power = -323; power <= 308; power++) {
      const ten = Number(`1e${power}`);
      check([...around(ten), ...around(5 * ten), ...around(9.99 * ten)]);
    }
  });

  it('are right for integers around those that a double can tell apart', () => {
    const limit = Number.MAX_SAFE_INTEGER;
    check(Array.from({ length: 64 }, (_, index) => limit - 32 + index));
    check(Array.from({ length: 1200 }, (_, index) => index - 100));
    check(Array.from({ length: 16 }, (_, digits) => Number('9'.repeat(digits + 1))));
  });

  it('have the spelling of the formats where JavaScript has its own', () => {
    expect(written([NaN, Infinity, -Infinity, -0])).to.deep.equal(['NaN', '+Inf', '-Inf', '0']);
  });

  it('that are as long as can be fit in', () => {
    check([-0.0000012345678901234567, -1.2345678901234567e-308, -123456789012345680000]);
  });
});
