import { expect } from 'chai';
import fc from 'fast-check';
import { renderBytes, renderChunks, renderProtobuf } from '../../lib/exposition/index.js';
import { isAbsent } from '../../lib/exposition/present.js';
import { ProtobufWriter } from '../../lib/exposition/protobuf/writer.js';
import { createRegistry, defineCatalogue } from '../../lib/index.js';
import { type DecodedMetric, decodeFamilies, nativeBuckets } from './client-model.js';
import { allCatalogues, filledRegistry } from './filled.js';

const example = defineCatalogue({
  name: 'example',
  families: {
    sent: {
      kind: 'counter',
      name: 'sent_bytes_total',
      help: 'Bytes "sent" 😀',
      labels: { to: 'any' },
    },
    depth: { kind: 'gauge', name: 'depth', help: 'Depth' },
    latency: {
      kind: 'histogram',
      name: 'latency_seconds',
      help: 'Latency',
      buckets: [0.25, 1, 10],
    },
  },
});

const labelsOf = ({ label }: Pick<DecodedMetric, 'label'>) =>
  Object.fromEntries(label.map(({ name, value }) => [name, value]));

const seconds = ({ seconds, nanos }: { seconds: number; nanos: number }) => seconds + nanos / 1e9;

/** The native histogram of these values, as an independent decoder sees it. */
function nativeOf(values: readonly number[], digits: 1 | 2 | 3 = 3) {
  const catalogue = defineCatalogue({
    name: 'single',
    families: { x: { kind: 'histogram', name: 'x', help: 'X', buckets: [1, 1e6], digits } },
  });
  const registry = createRegistry({ catalogue, capacity: { lanes: 1, series: 8, histograms: 1 } });
  for (const value of values) registry.metrics.x.record(value);
  const family = decodeFamilies(renderProtobuf(registry.snapshot())).find(
    ({ name }) => name === 'x',
  )!;
  return family.metric[0]!.histogram!;
}

describe('renderProtobuf', () => {
  for (const catalogue of allCatalogues) {
    it(`has every family, label and number: ${catalogue.name}`, () => {
      const snapshot = filledRegistry(catalogue).snapshot();
      const decoded = decodeFamilies(renderProtobuf(snapshot));
      expect(decoded.map(({ name }) => name)).to.deep.equal(
        snapshot.families.map(({ info }) => info.name),
      );
      snapshot.families.forEach(({ info, series: all }, at) => {
        const series = all.filter((each) => !isAbsent(snapshot, each));
        const family = decoded[at]!;
        expect(family).to.include({ help: info.help, type: info.kind.toUpperCase() });
        expect(family.metric.map(labelsOf)).to.deep.equal(
          series.map((each) => Object.fromEntries(each.info.labels)),
        );
        family.metric.forEach(({ gauge, counter, histogram }, index) => {
          const each = series[index]!;
          const reading = snapshot.read(each);
          if (reading === undefined) {
            expect((gauge ?? counter)!.value).to.equal(snapshot.values[each.offset]);
            return;
          }
          const { sampleCount: count, sampleSum: sum, bucket } = histogram!;
          expect({ count, sum }).to.deep.equal({ count: reading.count, sum: reading.sum });
          expect(
            bucket.map(({ upperBound: le, cumulativeCount: count }) => ({ le, count })),
          ).to.deep.equal(reading.buckets());
        });
      });
    });
  }

  it('has units, creation times and exemplars', () => {
    const registry = createRegistry({ catalogue: example });
    registry.metrics.sent.with({ to: 'a' }).incWithExemplar(3, { trace_id: 'ä', span_id: 'b' });
    registry.metrics.latency.recordWithExemplar(0.5, { trace_id: 'c' });
    registry.metrics.latency.recordWithExemplar(100, {});
    const snapshot = registry.snapshot();
    const [sent, depth, latency] = decodeFamilies(renderProtobuf(snapshot));
    expect([sent!.unit, depth!.unit, latency!.unit]).to.deep.equal(['bytes', undefined, 'seconds']);
    const counter = sent!.metric[0]!.counter!;
    const createdAt = snapshot.find('sent_bytes_total', { to: 'a' })!.info.createdAt;
    expect(seconds(counter.createdTimestamp)).to.be.closeTo(createdAt / 1000, 1e-5);
    expect(labelsOf(counter.exemplar!)).to.deep.equal({ trace_id: 'ä', span_id: 'b' });
    expect(counter.exemplar!.value).to.equal(3);
    expect(seconds(counter.exemplar!.timestamp) * 1000).to.be.closeTo(snapshot.takenAt, 60_000);
    const { bucket } = latency!.metric[0]!.histogram!;
    expect(bucket.map(({ exemplar }) => exemplar?.value)).to.deep.equal([
      undefined,
      0.5,
      undefined,
      100,
    ]);
  });

  it('is the same in bytes, in chunks, and with percentiles', () => {
    const snapshot = filledRegistry(allCatalogues[0]!).snapshot();
    const whole = Buffer.from(renderProtobuf(snapshot, { quantiles: {} }));
    expect(whole.equals(renderBytes('protobuf', snapshot, { quantiles: {} }))).to.equal(true);
    for (const chunkBytes of [1, 5000, 1e9]) {
      const chunks = [...renderChunks('protobuf', snapshot, { quantiles: {}, chunkBytes })];
      expect(Buffer.concat(chunks).equals(whole)).to.equal(true);
    }
    const names = decodeFamilies(whole).map(({ name }) => name);
    expect(names).to.include.members(['vsr_prepare_latency_ms', 'vsr_prepare_latency_ms_p99']);
  });
});

describe('native histograms', () => {
  const value = fc.oneof(
    fc.double({ min: 1e-6, max: 1e9, noNaN: true }),
    fc.constantFrom(0, 1, 2, 4, 1024, 1e-9, 1e12),
  );

  it('count every value once, in a bucket that it belongs to within its precision', () => {
    const error = { 1: 2 ** -4, 2: 2 ** -7, 3: 2 ** -10 };
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 300 }),
        fc.constantFrom(1, 2, 3) as fc.Arbitrary<1 | 2 | 3>,
        (values, digits) => {
          const native = nativeOf(values, digits);
          const buckets = nativeBuckets(native);
          const { schema, zeroThreshold, zeroCount } = native;
          expect(schema).to.be.within(-4, 8);
          expect(native.positiveDelta).to.have.length(buckets.length);
          expect(buckets.length).to.be.at.most(160);
          const total = buckets.reduce((sum, { count }) => sum + count, zeroCount!);
          expect(total).to.equal(values.length);
          expect(zeroCount).to.equal(values.filter((each) => each <= zeroThreshold!).length);
          const ascending = values.filter((each) => each > zeroThreshold!).sort((a, b) => a - b);
          let rank = 0;
          for (const { index, count } of buckets) {
            const low = 2 ** ((index - 1) / 2 ** schema!);
            const high = 2 ** (index / 2 ** schema!);
            for (const each of ascending.slice(rank, rank + count)) {
              if (each > 1e9) continue; // beyond the range only the largest is known
              expect(each).to.be.above(low * (1 - error[digits]));
              expect(each).to.be.at.most(high * (1 + error[digits]));
            }
            rank += count;
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('get coarser instead of larger, and then count the same', () => {
    const narrow = nativeOf([1.001, 1.002, 1.5]);
    expect(narrow.schema).to.equal(8);
    const values = Array.from({ length: 1000 }, (_, index) => 1.02 ** index);
    const wide = nativeOf(values);
    expect(wide.schema).to.be.below(8);
    expect(nativeBuckets(wide).length).to.be.within(80, 160);
  });

  it('are told from classic ones when they are empty', () => {
    const native = nativeOf([]);
    expect(native.zeroThreshold).to.be.above(0);
    expect(native.zeroCount).to.equal(0);
    expect(native.schema).to.equal(8);
  });
});

describe('ProtobufWriter', () => {
  it('writes whole numbers as BigInt arithmetic has them', () => {
    const varint = (number: bigint): number[] => {
      const bytes: number[] = [];
      for (let rest = number; ; rest >>= 7n) {
        if (rest < 128n) return [...bytes, Number(rest)];
        bytes.push(Number(rest & 127n) | 128);
      }
    };
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.integer({ min: -(2 ** 31), max: 2 ** 31 }), (uint, sint) => {
        const out = new ProtobufWriter();
        out.uint(1, uint);
        out.sint(2, sint);
        const zigzag = BigInt.asUintN(64, (BigInt(sint) << 1n) ^ (BigInt(sint) >> 63n));
        expect([...out.bytes()]).to.deep.equal([8, ...varint(BigInt(uint)), 16, ...varint(zigzag)]);
      }),
    );
  });

  it('grows, and puts the length in front of messages of any size', () => {
    for (const size of [0, 1, 127, 128, 4000, 5000, 20_000, 3_000_000]) {
      const out = new ProtobufWriter();
      out.message(1, () => out.message(2, () => out.string(3, 'x'.repeat(size))));
      const text = Buffer.from(out.bytes()).toString('latin1');
      expect(text.endsWith('x'.repeat(size))).to.equal(true);
      const again = new ProtobufWriter();
      again.string(1, text.slice(text.length - size));
      expect(again.bytes().length).to.be.below(out.bytes().length);
    }
  });
});
