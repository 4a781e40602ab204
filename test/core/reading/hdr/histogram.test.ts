// Against hdr-histogram-js, in JavaScript and in WebAssembly, both ways.

import { deflateSync } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import * as hdr from 'hdr-histogram-js';
import { decodeHistogram, type HdrHistogram } from '../../../../lib/core/reading/hdr/histogram.js';
import { renderPercentileDistribution } from '../../../../lib/exposition/percentile-distribution.js';
import { EncodingError, type HistogramReading } from '../../../../lib/index.js';
import { observation, usualObservation } from '../../../support/doubles.js';
import { inPackage } from '../../../support/package-root.js';
import { runProgram } from '../../../support/processes.js';
import { singleHistogram } from '../../../support/single-histogram.js';
import { thrownBy } from '../../catalogue/thrown.js';

before(() => hdr.initWebAssembly());

it('zlib is loaded by the first histogram that is compressed, and not before', async () => {
  const script = `
    const { createRegistry, defineCatalogue } = await import('vsr-metrics');
    const isLoaded = () => process.moduleLoadList.includes('NativeModule zlib');
    const wait = { kind: 'histogram', name: 'wait_seconds', help: 'Waiting', buckets: [1] };
    const registry = createRegistry({ catalogue: defineCatalogue({ name: 'a', families: { wait } }) });
    registry.metrics.wait.record(0.5);
    const reading = registry.snapshot().histogram('wait_seconds');
    const said = [isLoaded()];
    reading.encode({ compress: false });
    said.push(isLoaded());
    reading.encode();
    said.push(isLoaded());
    console.log(JSON.stringify(said));`;
  const args = ['--input-type=module', '-e', script];
  const { stdout, stderr } = await runProgram(process.execPath, args, { cwd: inPackage() });
  expect(stdout, stderr).to.equal('[false,false,true]\n');
});

const percents = [0, 0.1, 1, 25, 50, 90, 99, 99.9, 99.99, 100];

function recorded(values: readonly number[], digits: 1 | 2 | 3, bounds = [0.001, 0.5, 10]) {
  const { recorder, reading } = singleHistogram({ bounds, digits });
  for (const value of values) recorder.record(value);
  return reading();
}

/** What a histogram holds, so that two can be compared. */
function contents(histogram: HdrHistogram) {
  const { count, unit, digits, range } = histogram;
  return { count, unit, digits, range, cells: [...histogram.cells()] };
}

/** Cells as both sides can tell them: where they start, in units, and how many are in. */
function startsOf(histogram: HdrHistogram) {
  const { unit } = histogram;
  return [...histogram.cells()].map(({ low, count }) => [Math.round(low / unit), count]);
}

function theirStarts(histogram: hdr.Histogram) {
  const starts: [number, number][] = [];
  const js = histogram as hdr.JsHistogram;
  for (let index = 0; index < js.countsArrayLength; index++) {
    const count = js.getCountAtIndex(index);
    if (count > 0) starts.push([js.valueFromIndex(index), count]);
  }
  return starts;
}

describe('HdrHistogram', () => {
  describe('ours in hdr-histogram-js', () => {
    const values = fc.array(observation, { minLength: 1, maxLength: 100 });
    const digits = fc.constantFrom(1, 2, 3);

    it('has the same counts and percentiles', () => {
      fc.assert(
        fc.property(values, digits, (values, digits) => {
          const reading = recorded(values, digits);
          const ours = decodeHistogram(reading.encode());
          for (const useWebAssembly of [false, true]) {
            const theirs = hdr.decodeFromCompressedBase64(reading.encode(), 32, useWebAssembly);
            try {
              expect(theirs.totalCount).to.equal(values.length);
              // What percentile 0 means is a matter of taste: theirs is the lower end.
              for (const percent of percents.slice(1)) {
                const number = ours.percentile(percent) / ours.unit;
                const found = theirs.getValueAtPercentile(percent);
                expect(found, `p${percent}`).to.be.closeTo(number, number * 2 ** -52);
              }
            } finally {
              theirs.destroy();
            }
          }
          expect(startsOf(ours)).to.deep.equal(
            theirStarts(hdr.decodeFromCompressedBase64(reading.encode())),
          );
        }),
        { numRuns: 150 },
      );
    });

    it('has the values of the reading, less one unit', () => {
      const usual = fc.array(usualObservation, { minLength: 1, maxLength: 100 });
      fc.assert(
        fc.property(usual, digits, (values, digits) => {
          const { reading, histogram } = both(values, digits);
          const cells = [...reading.cells()];
          const theirs = [...histogram.cells()];
          // Cells below the precision of a unit are shared; all others are one to one.
          const { unit, range } = histogram;
          const fine = cells.filter(({ low, high }) => low >= unit * 2 ** 11 && high <= range.max);
          const first = theirs.findIndex(
            ({ low }) => low >= (fine[0]?.low ?? Infinity) * (1 - 2 ** -50),
          );
          const tail = theirs.slice(first);
          for (const [at, { high, low, count }] of fine.entries()) {
            expect(tail[at]!.count).to.equal(count);
            expect(tail[at]!.high / histogram.unit).to.be.closeTo(high / histogram.unit - 1, 0.5);
            expect(tail[at]!.low).to.be.closeTo(low, low * 2 ** -50);
          }
        }),
        { numRuns: 100 },
      );
    });

    it('is precise from far below the first bound on', () => {
      for (const digits of [1, 2, 3] as const) {
        for (const value of [1e-6, 3.3e-6, 1e-5, 0.00123, 0.5, 7, 1e3, 1e6]) {
          const { histogram } = both([value], digits);
          const p50 = histogram.percentile(50);
          expect(Math.abs(p50 - value), `${value}, ${digits} digits`).to.be.below(
            value * 10 ** -digits,
          );
        }
      }
    });

    it('counts below a bound exactly', () => {
      const values = [0.0001, 0.001, 0.0010001, 0.5, 0.50001, 10, 10.01];
      const { histogram } = both(values, 3);
      const theirs = hdr.decodeFromCompressedBase64(histogram.encode()) as hdr.JsHistogram;
      for (const bound of [0.001, 0.5, 10]) {
        const below = values.filter((value) => value <= bound).length;
        const last = Math.round(bound / histogram.unit) - 1;
        const counted = theirStarts(theirs)
          .filter(([start]) => start <= last)
          .reduce((sum, [, count]) => sum + count, 0);
        expect(counted).to.equal(below);
      }
    });

    it('has zeros, and values beyond the range', () => {
      const { histogram } = both([0, 0, 1e-9, 5, 1e300], 3);
      expect(histogram.count).to.equal(5);
      expect(histogram.min).to.equal(0);
      expect([...histogram.cells()][0]).to.include({ low: 0, count: 3 });
      expect(histogram.max).to.be.closeTo(histogram.range.max, 1);
    });

    it('may be empty', () => {
      const { histogram } = both([], 3);
      expect(histogram.count).to.equal(0);
      expect([
        histogram.min,
        histogram.max,
        histogram.mean,
        histogram.percentile(50),
      ]).to.deep.equal([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
      expect(hdr.decodeFromCompressedBase64(histogram.encode()).totalCount).to.equal(0);
    });

    it('keeps its unit whatever is recorded', () => {
      const units = [[1e-6], [1e9], [0, 3, 1e200], []].map(
        (values) => both(values, 2).histogram.unit,
      );
      expect(new Set(units).size).to.equal(1);
    });

    it('has large counts', () => {
      const { recorder, reading } = singleHistogram({ bounds: [1] });
      for (const count of [63, 64, 8191, 8192, 2 ** 31, 2 ** 40 + 1]) recorder.record(count, count);
      const text = reading().encode();
      const ours = decodeHistogram(text);
      expect(ours.count).to.equal(reading().count);
      const theirs = hdr.decodeFromCompressedBase64(text, 64);
      expect(theirs.totalCount).to.equal(ours.count);
      expect(startsOf(ours)).to.deep.equal(theirStarts(theirs));
    });
  });

  describe('theirs in ours', () => {
    const numbers = fc.array(
      fc.oneof(
        fc.integer({ min: 0, max: 5000 }),
        // Nearer to 2^53 theirs does not always find the cell that it has put a number into.
        fc.maxSafeNat().map((number) => Math.floor(number / 4)),
        fc.integer({ min: 0, max: 50 }).map((power) => 2 ** power),
      ),
      { maxLength: 60 },
    );

    it('has the same counts and percentiles, and goes back unchanged', () => {
      const anyDigits = fc.integer({ min: 1, max: 5 });
      const anyLowest = fc.constantFrom(1, 2, 3, 1000);
      fc.assert(
        fc.property(numbers, anyDigits, anyLowest, (numbers, digits, lowest) => {
          const theirs = hdr.build({
            numberOfSignificantValueDigits: digits as 1 | 2 | 3 | 4 | 5,
            lowestDiscernibleValue: lowest,
            highestTrackableValue: 2 ** 53 - 1,
          }) as hdr.JsHistogram;
          for (const number of numbers) theirs.recordValue(number);
          const ours = decodeHistogram(hdr.encodeIntoCompressedBase64(theirs));
          expect(ours.unit).to.equal(1);
          expect(ours.digits).to.equal(digits);
          expect(ours.count).to.equal(numbers.length);
          expect(startsOf(ours)).to.deep.equal(theirStarts(theirs));
          if (numbers.length > 0) {
            for (const percent of percents.slice(1)) {
              expect(ours.percentile(percent)).to.equal(theirs.getValueAtPercentile(percent));
            }
          }
          const again = hdr.decodeFromCompressedBase64(ours.encode()) as hdr.JsHistogram;
          expect(theirStarts(again)).to.deep.equal(theirStarts(theirs));
          expect(contents(decodeHistogram(ours.encode()))).to.deep.equal(contents(ours));
        }),
        { numRuns: 60 },
      );
    });

    it('can be printed', () => {
      const theirs = hdr.build({ highestTrackableValue: 1e6, numberOfSignificantValueDigits: 3 });
      for (let value = 1; value <= 2000; value++) theirs.recordValue(value);
      const ours = decodeHistogram(hdr.encodeIntoCompressedBase64(theirs));
      // But for the last line: it counts buckets of the array, which theirs may have more of.
      const lines = (text: string) => text.trim().split('\n').slice(0, -1);
      expect(lines(renderPercentileDistribution(ours))).to.deep.equal(
        lines(theirs.outputPercentileDistribution()),
      );
    });
  });

  describe('encoding', () => {
    const sample = () => both([1, 2, 3, 3, 500], 3).histogram;

    it('is the same without compression, and as bytes', () => {
      const plain = sample().encode({ compress: false });
      expect(Buffer.from(plain, 'base64').readUInt32BE(0)).to.equal(0x1c849313);
      expect(Buffer.from(sample().encode(), 'base64').readUInt32BE(0)).to.equal(0x1c849314);
      expect(contents(decodeHistogram(plain))).to.deep.equal(contents(sample()));
      const bytes = new Uint8Array(Buffer.from(sample().encode(), 'base64'));
      expect(contents(decodeHistogram(bytes))).to.deep.equal(contents(sample()));
      expect(contents(decodeHistogram(`\n ${sample().encode()}\n`))).to.deep.equal(
        contents(sample()),
      );
    });

    const plainWith = (change: (bytes: Buffer) => Buffer | undefined) => {
      const bytes = Buffer.from(sample().encode({ compress: false }), 'base64');
      return change(bytes) ?? bytes;
    };
    const compressed = (plain: Buffer, cookie = 0x1c849314, extra = Buffer.alloc(0)) => {
      const body = Buffer.concat([deflateSync(plain), extra]);
      const header = Buffer.alloc(8);
      header.writeInt32BE(cookie, 0);
      header.writeInt32BE(body.length, 4);
      return Buffer.concat([header, body]);
    };
    const payload = (...numbers: number[]) =>
      plainWith((bytes) => {
        bytes.writeInt32BE(numbers.length, 4);
        return Buffer.concat([bytes.subarray(0, 40), Buffer.from(numbers)]);
      });

    const hostile: readonly (readonly [
      what: string,
      bytes: () => Buffer | string,
      says: RegExp,
    ])[] = [
      ['nothing', () => '', /cookie 0x00000000/],
      ['no base64', () => 'HIST!', /no base64; given "HIST!"/],
      ['base64 cut short', () => sample().encode().slice(0, -1), /no base64/],
      ['something else', () => Buffer.from('{"a": 1, "b": 2}'), /no histogram in V2 encoding/],
      ['V1', () => plainWith((b) => void b.writeInt32BE(0x1c849301)), /given "cookie 0x1c849301"/],
      ['half a header', () => plainWith((b) => b.subarray(0, 30)), /cut off; given 30/],
      ['a payload cut short', () => plainWith((b) => b.subarray(0, -1)), /cut off/],
      ['bytes behind it', () => plainWith((b) => Buffer.concat([b, b])), /bytes follow/],
      ['6 digits', () => plainWith((b) => void b.writeInt32BE(6, 12)), /digits; given 6/],
      ['-1 digits', () => plainWith((b) => void b.writeInt32BE(-1, 12)), /digits; given -1/],
      [
        'lowest 0',
        () => plainWith((b) => void b.writeBigInt64BE(0n, 16)),
        /lowest number; given 0/,
      ],
      [
        'lowest 2^60',
        () => plainWith((b) => void b.writeBigInt64BE(2n ** 60n, 16)),
        /lowest number; given 1152921504606846976; allowed: 1 to 2251799813685248/,
      ],
      ['highest 1', () => plainWith((b) => void b.writeBigInt64BE(1n, 24)), /highest .*given 1;/],
      [
        'highest -1',
        () => plainWith((b) => void b.writeBigInt64BE(-1n, 24)),
        /highest .*given -1;/,
      ],
      ['unit 0', () => plainWith((b) => void b.writeDoubleBE(0, 32)), /unit; given 0/],
      ['unit NaN', () => plainWith((b) => void b.writeDoubleBE(NaN, 32)), /unit; given NaN/],
      ['payload of -1', () => plainWith((b) => void b.writeInt32BE(-1, 4)), /so long; given -1/],
      [
        'payload of 2 GiB',
        () => plainWith((b) => void b.writeInt32BE(0x7fffffff, 4)),
        /so long; given 2147483647/,
      ],
      ['a number cut short', () => payload(0x80), /ends in a number/],
      ['a huge count', () => payload(...Array(8).fill(0xfe), 0xff), /byte 40 is too large/],
      ['a huge run', () => payload(...Array(7).fill(0xff), 0x7f), /byte 40 .*not there|too large/],
      ['a run too far', () => payload(0xff, 0xff, 0x7f, 2), /cell that is not there/],
      ['no zlib', () => Buffer.from([0x1c, 0x84, 0x93, 0x14, 0, 0, 0, 3, 1, 2, 3]), /is damaged/],
      [
        'an empty one',
        () => Buffer.from([0x1c, 0x84, 0x93, 0x14, 0, 0, 0, 0]),
        /no histogram in V2/,
      ],
      ['zlib of nothing', () => compressed(Buffer.alloc(0)), /no histogram in V2/],
      ['zlib cut short', () => compressed(plainWith(() => undefined)).subarray(0, -3), /cut off/],
      [
        'a length beyond its end',
        () => {
          const bytes = compressed(plainWith(() => undefined));
          bytes.writeInt32BE(1 << 30, 4);
          return bytes;
        },
        /cut off; given \d+; allowed: 1073741824 bytes/,
      ],
      [
        'bytes behind zlib',
        () =>
          compressed(
            plainWith(() => undefined),
            0x1c849314,
            Buffer.from('abc'),
          ),
        /damaged: 3 bytes follow its end/,
      ],
      [
        'a bomb',
        () => compressed(plainWith((b) => Buffer.concat([b, Buffer.alloc(64 << 20)]))),
        /longer than it says, \d+ bytes/,
      ],
      [
        'compression twice',
        () => compressed(compressed(plainWith(() => undefined))),
        /no histogram in V2|cut off/,
      ],
    ];
    for (const [what, bytes, says] of hostile) {
      it(`refuses ${what}`, () => {
        const error = thrownBy(() => decodeHistogram(bytes()));
        expect(error).to.be.instanceOf(EncodingError);
        expect(error.message).to.match(says);
      });
    }

    it('refuses or reads anything, and never crashes', () => {
      const plain = Buffer.from(sample().encode({ compress: false }), 'base64');
      const wrapped = Buffer.from(sample().encode(), 'base64');
      const damaged = fc
        .tuple(
          fc.constantFrom(plain, wrapped),
          fc.array(fc.tuple(fc.nat({ max: 200 }), fc.nat({ max: 255 })), { maxLength: 5 }),
          fc.nat({ max: 200 }),
        )
        .map(([from, changes, cut]) => {
          const bytes = Buffer.from(from);
          for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
          return bytes.subarray(0, bytes.length - (cut > 100 ? cut - 100 : 0));
        });
      fc.assert(
        fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 60 })), (bytes) => {
          try {
            const histogram = decodeHistogram(bytes);
            expect(histogram.count).to.be.at.least(0);
            expect([...histogram.cells()].every(({ count }) => count > 0)).to.equal(true);
          } catch (error) {
            expect(error).to.be.instanceOf(EncodingError);
          }
        }),
        { numRuns: 3000 },
      );
    });
  });

  describe('add()', () => {
    it('is what recording both would have been', () => {
      const values = fc.array(observation, { maxLength: 60 });
      fc.assert(
        fc.property(values, values, (one, other) => {
          const sum = both(one, 3).histogram.add(both(other, 3).histogram);
          expect(contents(sum)).to.deep.equal(contents(both([...one, ...other], 3).histogram));
        }),
        { numRuns: 100 },
      );
    });

    it('takes other units and digits, within the precision', () => {
      const fine = both([0.25, 3, 700], 3).histogram;
      const theirs = hdr.build({ numberOfSignificantValueDigits: 2 });
      for (const number of [40, 41, 90_000]) theirs.recordValue(number);
      const sum = fine.add(decodeHistogram(hdr.encodeIntoCompressedBase64(theirs)));
      expect([sum.count, sum.unit, sum.digits]).to.deep.equal([6, fine.unit, 3]);
      expect(sum.percentile(100)).to.be.closeTo(90_000, 900);
      // The number 40 is 40 to 41.
      expect(sum.percentile(50)).to.be.within(40, 41);
    });

    it('makes room for larger ones', () => {
      const small = hdr.build({ highestTrackableValue: 2, autoResize: false });
      small.recordValue(1);
      const large = hdr.build();
      large.recordValue(1e9);
      const [one, other] = [small, large].map((each) =>
        decodeHistogram(hdr.encodeIntoCompressedBase64(each)),
      ) as [HdrHistogram, HdrHistogram];
      const sum = one.add(other);
      expect([sum.count, sum.max]).to.deep.equal([2, other.max]);
      const theirs = hdr.decodeFromCompressedBase64(sum.encode());
      expect([theirs.totalCount, theirs.maxValue]).to.deep.equal([2, sum.max]);
    });
  });
});

function both(values: readonly number[], digits: 1 | 2 | 3) {
  const reading: HistogramReading = recorded(values, digits);
  return { reading, histogram: decodeHistogram(reading.encode()) };
}
