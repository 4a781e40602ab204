// The past of a whole cluster against all the values that its members recorded.

import { expect } from 'chai';
import { historyDocument } from '../../lib/dashboard/documents.js';
import { intervalPercentile } from '../../lib/dashboard/interval-percentiles.js';
import { type HistogramPoint, mergedHistory } from '../../lib/dashboard/merged-history.js';
import { createRegistry, defineCatalogue } from '../../lib/index.js';
import { decodeHistory } from '../../lib/server/decode-history.js';

const bounds = [1, 10, 100, Number.POSITIVE_INFINITY];

/** What a member shows at a moment that has recorded all these values. */
function pointOf(at: number, values: readonly number[]): HistogramPoint {
  const buckets = bounds.map((le) => ({ le, count: values.filter((value) => value <= le).length }));
  return { at, value: values.length, buckets };
}

/** A member that records some values before each of its moments. */
function memberOf(first: number, step: number, values: readonly (readonly number[])[]) {
  return values.map((_, index) => pointOf(first + index * step, values.slice(0, index + 1).flat()));
}

function percentilesIn(points: readonly HistogramPoint[], percent: number) {
  return points.map(({ buckets }, index) =>
    intervalPercentile(buckets!, points[index - 1]?.buckets, percent),
  );
}

const many = (count: number, value: number) => Array.from({ length: count }, () => value);

describe('the past of several histograms', () => {
  it('has the percentiles of all their values, and not the highest of theirs', () => {
    const busy = memberOf(0, 1000, [[], many(990, 0.5), many(990, 5)]);
    const idle = memberOf(0, 1000, [[], many(10, 50), many(10, 50)]);
    const all = memberOf(0, 1000, [
      [],
      [...many(990, 0.5), ...many(10, 50)],
      [...many(990, 5), ...many(10, 50)],
    ]);
    const merged = mergedHistory([busy, idle])!;
    expect(merged.map(({ at }) => at)).to.eql([0, 1000, 2000]);
    for (const percent of [50, 95, 99, 99.9]) {
      expect(percentilesIn(merged, percent)).to.eql(percentilesIn(all, percent));
    }
    expect(percentilesIn(merged, 50)[1]).to.be.below(1);
    // The idle one alone would say 50, or more.
    expect(percentilesIn(idle, 50)[1]).to.be.above(10);
  });

  it('take members that were read at other moments for as often as each was', () => {
    const one = memberOf(0, 1000, [[], many(5, 0.5), many(5, 0.5), many(5, 0.5)]);
    const other = memberOf(400, 1000, [[], many(7, 50), many(7, 50)]);
    const merged = mergedHistory([one, other])!;
    expect(merged.map(({ at }) => at)).to.eql([0, 1000, 2000, 3000]);
    // What the first of its moments shows was recorded nobody knows when.
    expect(merged.map(({ value }) => value)).to.eql([0, 5, 17, 29]);
  });

  it('leave out what one recorded before it was seen, or while it began again', () => {
    const steady = memberOf(0, 1000, [[], many(5, 0.5), many(5, 0.5), many(5, 0.5)]);
    const late = [pointOf(2000, many(1_000, 50)), pointOf(3000, many(1_001, 50))];
    expect(mergedHistory([steady, late])!.map(({ value }) => value)).to.eql([0, 5, 10, 16]);
    const again = [
      pointOf(0, many(900, 50)),
      pointOf(1000, many(2, 50)),
      pointOf(2000, many(4, 50)),
    ];
    expect(mergedHistory([steady, again])!.map(({ value }) => value)).to.eql([0, 5, 12, 17]);
  });

  it('are nothing together when their buckets differ or are not known', () => {
    const one = memberOf(0, 1000, [[], many(5, 0.5)]);
    const rough = one.map(({ buckets, ...point }) => ({ ...point, buckets: buckets!.slice(1) }));
    const bare = one.map(({ at, value }) => ({ at, value }));
    expect(mergedHistory([one, rough])).to.equal(undefined);
    expect(mergedHistory([one, bare])).to.equal(undefined);
    expect(mergedHistory([])).to.equal(undefined);
  });

  it('come from servers with their buckets, and are put together', async () => {
    const catalogue = defineCatalogue({
      name: 'past',
      families: {
        latency: {
          kind: 'histogram',
          name: 'past_latency_seconds',
          help: 'Latency',
          buckets: [1, 10, 100],
          labels: { replica: 'any' },
        },
      },
    });
    const registry = createRegistry({ catalogue });
    const pasts: Record<string, readonly HistogramPoint[]> = {
      a: memberOf(0, 1000, [[], many(990, 0.5), many(990, 5)]),
      b: memberOf(0, 1000, [[], many(10, 50), many(10, 50)]),
    };
    for (const replica of ['a', 'b']) registry.metrics.latency.with({ replica }).record(99);
    const source = {
      snapshot: () => registry.snapshot(),
      history: (_: string, { labels }: { labels?: Readonly<Record<string, string>> } = {}) =>
        pasts[labels!.replica!]!.map((point) => ({ ...point, monotonicMs: point.at })),
    };
    const name = 'past_latency_seconds';
    const here = (await historyDocument(source, name, {}))!;
    const sent = decodeHistory(JSON.parse(JSON.stringify(here)));
    expect(sent.map(({ points }) => points)).to.eql([pasts.a, pasts.b]);
    // A server that asks those two says of them what one says that has both.
    const asking = { ...source, history: () => [], fetchHistory: async () => sent };
    const there = (await historyDocument(asking, name, {}))!;
    expect(there).to.eql(here);
    expect(here.merged!.points.map((point) => (point as { value: number }).value)).to.eql([
      0, 1000, 2000,
    ]);
    registry.close();
  });

  it('are refused when another server tells what cannot be', () => {
    const document = (bounds: unknown, counts: unknown) => ({
      bounds,
      series: [{ labels: {}, points: [{ at: 1, value: 2, counts }] }],
    });
    expect(decodeHistory(document([1], [1, 2]))[0]!.points).to.have.length(1);
    for (const counts of [[1], [2, 1], ['1', 2], [1, null], 'x', undefined]) {
      expect(decodeHistory(document([1], counts))[0]!.points).to.eql([]);
    }
    for (const bounds of [[2, 1], [1, 1], 'x', [null], Array.from({ length: 1001 }, (_, i) => i)]) {
      expect(() => decodeHistory(document(bounds, [1, 2]))).to.throw('it is no history');
    }
  });
});
