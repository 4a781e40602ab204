import { expect } from 'chai';
import {
  alignColumns,
  cutTo,
  fitTo,
  formatNumber,
  printable,
  widthOf,
} from '../../lib/cli/text.js';
import { formatQuantity, formatSeconds } from '../../lib/cli/top/quantity.js';
import { sparkline } from '../../lib/cli/top/sparkline.js';

describe('text for terminals', () => {
  it('has the width that a terminal gives it', () => {
    expect(widthOf('plain')).to.equal(5);
    expect(widthOf('naïve')).to.equal(5);
    expect(widthOf('e\u0301')).to.equal(1);
    expect(widthOf('日本')).to.equal(4);
    expect(widthOf('🚀')).to.equal(2);
  });

  it('is cut and filled up to exactly a width', () => {
    expect(fitTo('abc', 5)).to.equal('abc  ');
    expect(fitTo('abc', 5, 'right')).to.equal('  abc');
    expect(fitTo('abcdef', 4)).to.equal('abc~');
    expect(cutTo('abc', 0)).to.equal('');
    // Half of a wide character cannot be shown.
    expect(fitTo('日本語', 4)).to.equal('日~ ');
  });

  it('holds nothing that a terminal would obey', () => {
    expect(printable('a\x1b[2Jb\x07\x9bc\n\u202ed')).to.match(
      /^a\ufffd\[2Jb\ufffd\ufffdc\ufffd\ufffdd$/,
    );
  });

  it('stands in columns', () => {
    expect(
      alignColumns([
        ['name', 'n'],
        ['é', '100'],
        ['long name', ''],
      ]),
    ).to.equal('name         n\né          100\nlong name\n');
  });
});

describe('numbers for terminals', () => {
  const cases: readonly (readonly [value: number, text: string])[] = [
    [0, '0'],
    [7, '7'],
    [1234567, '1234567'],
    [12345678, '12.35M'],
    [1234.5, '1235'],
    [12.345, '12.35'],
    [0.12345, '0.123'],
    [0.00001234, '1.23e-5'],
    [-42, '-42'],
    [999_999_999, '1G'],
    [9.9999e14, '1P'],
    [1e18, '1.00e+18'],
    [Number.NaN, 'NaN'],
    [Number.NEGATIVE_INFINITY, '-Inf'],
  ];
  for (const [value, text] of cases) {
    it(`${value} is ${text}`, () => {
      expect(formatNumber(value)).to.equal(text);
    });
  }

  it('fit into a column', () => {
    for (let exponent = -12; exponent <= 20; exponent++) {
      for (const digits of ['1', '1.5', '9.9994', '9.99996', '1.23456']) {
        for (const unit of [undefined, 'bytes', 'ms', 'seconds', 'days']) {
          const value = Number(`${digits}e${exponent}`);
          expect(formatQuantity(value, unit).length, `${value} ${unit}`).to.be.at.most(8);
        }
      }
    }
  });

  it('of time are in the unit that suits them', () => {
    expect(formatQuantity(0.845, 'ms')).to.equal('845µs');
    expect(formatQuantity(1.5, 'seconds')).to.equal('1.5s');
    expect(formatQuantity(0, 'seconds')).to.equal('0');
    expect(formatQuantity(-2.5, 'ms')).to.equal('-2.5ms');
    expect(['3e-9', '90', '600', '12000', '300000'].map(Number).map(formatSeconds)).to.eql([
      '3ns',
      '90s',
      '10min',
      '3.33h',
      '3.47d',
    ]);
    expect(formatQuantity(1536, 'bytes')).to.equal('1.536kB');
    expect(formatQuantity(12, 'percent')).to.equal('12');
  });
});

describe('sparklines', () => {
  const draw = (values: number[], fromZero = false, unicode = true) =>
    sparkline(values, { width: 6, fromZero, unicode });

  it('show the newest value at the right, between the smallest and the largest', () => {
    expect(draw([0, 1, 2, 3, 4, 5, 6, 7])).to.equal('▁▂▄▅▇█');
    expect(draw([5, 10])).to.equal('    ▁█');
    expect(draw([5, 10], true)).to.equal('    ▅█');
    expect(draw([5, 10], true, false)).to.equal('    =#');
  });

  it('leave gaps, and are flat where nothing changes', () => {
    expect(draw([1, Number.NaN, 2])).to.equal('   ▁ █');
    expect(draw([3, 3, 3])).to.equal('   ▁▁▁');
    expect(draw([])).to.equal('      ');
    expect(draw([-1, 1])).to.equal('    ▁█');
  });
});
