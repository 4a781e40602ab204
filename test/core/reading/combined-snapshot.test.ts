import { expect } from 'chai';
import { SnapshotCombiner, selectSeries } from '../../../lib/core/reading/combined-snapshot.js';
import {
  renderJson,
  renderOpenMetrics,
  renderPrometheus,
  type toJson,
} from '../../../lib/exposition/index.js';
import { createRegistry, defineCatalogue, type Snapshot } from '../../../lib/index.js';

const latency = { kind: 'histogram', name: 'shop_wait_seconds', help: 'Wait' } as const;

function shop(values: readonly number[], buckets: readonly number[] = [1, 10]): Snapshot {
  const catalogue = defineCatalogue({
    name: 'shop',
    families: {
      sales: {
        kind: 'counter',
        name: 'shop_sales_total',
        help: 'Sales',
        labels: { till: 'any', file: 'any' },
      },
      wait: { ...latency, buckets },
    },
  });
  const registry = createRegistry({ catalogue });
  for (const value of values) {
    registry.metrics.sales.with({ till: 'a', file: 'own' }).inc(value);
    registry.metrics.wait.record(value);
  }
  return registry.snapshot();
}

function single(kind: 'counter' | 'gauge', name: string): Snapshot {
  const family = { kind, name, help: 'x', labels: { a: ['1'] } } as const;
  const registry = createRegistry({
    catalogue: defineCatalogue({
      name: 'single',
      families: { family: family as never },
      waive: kind === 'gauge' && name.endsWith('_total') ? { [name]: { 'total-suffix': 'x' } } : {},
    }),
  });
  const { metrics } = registry as unknown as {
    metrics: { family: { with(labels: object): { set?(value: number): void } } };
  };
  metrics.family.with({ a: '1' }).set?.(0);
  return registry.snapshot();
}

/** Every sample line of a family's names. */
function lines(text: string, start: string): string[] {
  return text.split('\n').filter((line) => line.startsWith(start));
}

describe('combined snapshots', () => {
  const labelled = (...snapshots: Snapshot[]) =>
    snapshots.map((snapshot, index) => ({ snapshot, labels: { file: `f${index}` } }));

  it('hold every series of every part, told apart by the labels of its part', () => {
    const parts = labelled(shop([1]), shop([2, 20]), shop([]));
    const { snapshot, omitted } = new SnapshotCombiner().combine(parts);
    expect(omitted).to.eql([]);
    expect(lines(renderPrometheus(snapshot), 'shop_sales_total')).to.eql([
      'shop_sales_total{file="f0",till="a",exported_file="own"} 1',
      'shop_sales_total{file="f1",till="a",exported_file="own"} 22',
    ]);
    expect(snapshot.value('shop_sales_total', { file: 'f1' })).to.equal(22);
    const wait = snapshot.histogram('shop_wait_seconds', { file: 'f1' })!;
    expect([wait.count, wait.min, wait.percentile(99)]).to.eql([2, 2, 20]);
    expect(snapshot.histogram('shop_wait_seconds', { file: 'f2' })!.count).to.equal(0);
    expect(snapshot.takenAt).to.equal(Math.max(...parts.map((part) => part.snapshot.takenAt)));
    expect(snapshot.startedAt).to.equal(Math.min(...parts.map((part) => part.snapshot.startedAt)));
  });

  it('do not need every histogram of a family to have the same buckets', () => {
    const parts = labelled(shop([1, 5, 50]), shop([1, 5, 50], [0.5, 5, 7]));
    const { snapshot } = new SnapshotCombiner().combine(parts);
    const counts = (file: string) => [
      `shop_wait_seconds_bucket{file="${file}",le=`,
      `shop_wait_seconds_count{file="${file}"}`,
    ];
    for (const text of [renderPrometheus(snapshot), renderOpenMetrics(snapshot)]) {
      const of = (file: string) =>
        counts(file).flatMap((start) => lines(text, start).map((line) => line.split(' ')[1]));
      expect(of('f0')).to.eql(['1', '2', '3', '3']);
      expect(of('f1')).to.eql(['0', '2', '2', '3', '3']);
    }
    const quantiles = renderPrometheus(snapshot, { quantiles: {} });
    expect(lines(quantiles, 'shop_wait_seconds_p99').length).to.equal(2);
    expect(lines(quantiles, 'shop_wait_seconds_p99{file="f1"}')).to.eql([
      'shop_wait_seconds_p99{file="f1"} 50',
    ]);
    const { families } = JSON.parse(renderJson(snapshot)) as ReturnType<typeof toJson>;
    const wait = families.find(({ name }) => name === 'shop_wait_seconds')!;
    expect(wait.series.map((series) => 'buckets' in series && series.buckets.length)).to.eql([
      3, 4,
    ]);
  });

  it('leave out a family whose name means something else before, and say so', () => {
    const parts = labelled(
      single('counter', 'thing_total'),
      single('gauge', 'thing_total'),
      single('gauge', 'thing'),
    );
    const { snapshot, omitted } = new SnapshotCombiner().combine(parts);
    expect(omitted).to.eql([
      { part: 1, metric: 'thing_total', series: 1, reason: 'it is a gauge, and a counter before' },
      {
        part: 2,
        metric: 'thing',
        series: 1,
        reason: 'it would expose "thing", as thing_total does',
      },
    ]);
    expect(lines(renderPrometheus(snapshot), 'thing')).to.eql(['thing_total{file="f0",a="1"} 0']);
  });

  it('have no two series with the same labels', () => {
    const one = single('gauge', 'thing');
    const { snapshot, omitted } = new SnapshotCombiner().combine([
      { snapshot: one, labels: {} },
      { snapshot: one, labels: {} },
      { snapshot: one, labels: { b: '2' } },
    ]);
    expect(omitted.filter(({ metric }) => metric === 'thing')).to.eql([
      { part: 1, metric: 'thing', series: 1, reason: 'another series has the same labels' },
    ]);
    expect(lines(renderPrometheus(snapshot), 'thing')).to.eql([
      'thing{a="1"} 0',
      'thing{b="2",a="1"} 0',
    ]);
  });

  it('keep their layout, which renderers prepare text for, until one of a part changes', () => {
    const registry = createRegistry({
      catalogue: defineCatalogue({
        name: 'shop',
        families: {
          sales: { kind: 'counter', name: 'sales_total', help: 'Sales', labels: { till: 'any' } },
        },
      }),
    });
    const combiner = new SnapshotCombiner();
    const layout = (label = 'x') =>
      combiner.combine([{ snapshot: registry.snapshot(), labels: { label } }]).snapshot.layout;
    registry.metrics.sales.with({ till: 'a' }).inc();
    const first = layout();
    registry.metrics.sales.with({ till: 'a' }).inc();
    expect(layout()).to.equal(first);
    expect(layout('y')).not.to.equal(first);
    const renamed = layout();
    registry.metrics.sales.with({ till: 'b' }).inc();
    expect(layout()).not.to.equal(renamed);
    registry.close();
  });

  it('can be cut down to some series', () => {
    const all = shop([3]);
    const some = selectSeries(all, ({ family }) => family.kind === 'histogram');
    expect(some.families.map(({ info }) => info.name)).to.eql(['shop_wait_seconds']);
    expect(some.histogram('shop_wait_seconds')!.percentile(50)).to.equal(3);
    expect(all.families.length).to.be.above(1);
  });
});
