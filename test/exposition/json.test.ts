import { expect } from 'chai';
import {
  type JsonHistogram,
  type JsonSnapshot,
  type JsonValue,
  renderJson,
  toJson,
} from '../../lib/exposition/index.js';
import { isAbsent } from '../../lib/exposition/present.js';
import { createRegistry, defineCatalogue, type Snapshot } from '../../lib/index.js';
import { allCatalogues, filledRegistry } from './filled.js';

const catalogue = defineCatalogue({
  name: 'ledger',
  families: {
    transfers: {
      kind: 'counter',
      name: 'ledger_transfers_total',
      help: 'Transfers applied',
      labels: { outcome: ['ok', 'rejected'] },
    },
    depth: { kind: 'gauge', name: 'ledger_depth', help: 'Depth', combine: 'sum' },
    latency: {
      kind: 'histogram',
      name: 'ledger_apply_latency_seconds',
      help: 'Time to apply',
      buckets: [0.25, 1],
    },
  },
});

function family(snapshot: Snapshot, name: string) {
  const { families } = JSON.parse(renderJson(snapshot)) as JsonSnapshot;
  return families.find((each) => each.name === name)!;
}

describe('renderJson', () => {
  it('has the documented shape', () => {
    const registry = createRegistry({ catalogue });
    registry.metrics.transfers.with({ outcome: 'ok' }).inc(42);
    registry.metrics.depth.set(-1.5);
    registry.metrics.latency.record(0.125);
    registry.metrics.latency.record(0.5);
    const snapshot = registry.snapshot();
    const createdAt = (name: string, labels = {}) => snapshot.find(name, labels)!.info.createdAt;
    const { takenAt, startedAt, families } = JSON.parse(renderJson(snapshot)) as JsonSnapshot;
    expect({ takenAt, startedAt }).to.deep.equal({
      takenAt: snapshot.takenAt,
      startedAt: snapshot.startedAt,
    });
    expect(families.slice(0, 3)).to.deep.equal([
      {
        name: 'ledger_transfers_total',
        kind: 'counter',
        help: 'Transfers applied',
        unit: null,
        series: ['ok', 'rejected'].map((outcome) => ({
          labels: { outcome },
          createdAt: createdAt('ledger_transfers_total', { outcome }),
          value: outcome === 'ok' ? 42 : 0,
        })),
      },
      {
        name: 'ledger_depth',
        kind: 'gauge',
        help: 'Depth',
        unit: null,
        series: [{ labels: {}, createdAt: createdAt('ledger_depth'), value: -1.5 }],
      },
      {
        name: 'ledger_apply_latency_seconds',
        kind: 'histogram',
        help: 'Time to apply',
        unit: 'seconds',
        series: [
          {
            labels: {},
            createdAt: createdAt('ledger_apply_latency_seconds'),
            count: 2,
            sum: 0.625,
            min: 0.125,
            max: 0.5,
            buckets: [
              { le: 0.25, count: 1 },
              { le: 1, count: 2 },
              { le: '+Inf', count: 2 },
            ],
            percentiles: { '50': 0.125, '90': 0.5, '95': 0.5, '99': 0.5, '99.9': 0.5 },
          },
        ],
      },
    ]);
  });

  it('has exemplars, where there are any', () => {
    const catalogue = defineCatalogue({
      name: 'exemplars',
      families: {
        sent: { kind: 'counter', name: 'sent_total', help: 'Sent' },
        wait: { kind: 'histogram', name: 'wait_seconds', help: 'Wait', buckets: [1] },
      },
    });
    const registry = createRegistry({ catalogue });
    registry.metrics.wait.recordWithExemplar(2, { trace_id: 'a' });
    const snapshot = registry.snapshot();
    const [{ takenAt } = { takenAt: NaN }] = snapshot.exemplars(snapshot.find('wait_seconds')!);
    const [sent, wait] = toJson(snapshot).families;
    expect(sent!.series[0]).not.to.have.property('exemplars');
    expect(wait!.series[0]!.exemplars).to.deep.equal([
      { labels: { trace_id: 'a' }, value: 2, takenAt },
    ]);
  });

  it('has null for what an empty histogram has not got', () => {
    // The object itself: as text, what is no number would be null in any case.
    const { families } = toJson(createRegistry({ catalogue }).snapshot());
    const { series } = families.find(({ kind }) => kind === 'histogram')!;
    const { createdAt, labels, buckets, ...rest } = series[0] as JsonHistogram;
    const none = null;
    expect(rest).to.deep.equal({
      count: 0,
      sum: 0,
      min: none,
      max: none,
      percentiles: { '50': none, '90': none, '95': none, '99': none, '99.9': none },
    });
  });

  it('says when a callback last gave a gauge its value', () => {
    const registry = createRegistry({ catalogue });
    const before = Date.now();
    const stop = registry.metrics.depth.sampleFrom(() => 12);
    const [depth] = family(registry.snapshot(), 'ledger_depth').series as [JsonValue];
    stop();
    registry.close();
    expect(depth.value).to.equal(12);
    expect(depth.sampledAt).to.be.within(before - 1, Date.now() + 1);
  });

  it('is one line of JSON for any catalogue, with every series in it', () => {
    for (const each of allCatalogues) {
      const snapshot = filledRegistry(each).snapshot();
      const text = renderJson(snapshot);
      expect(text.indexOf('\n')).to.equal(text.length - 1);
      const parsed = JSON.parse(text) as JsonSnapshot;
      expect(parsed).to.deep.equal(toJson(snapshot));
      expect(parsed.families.map(({ name, series }) => [name, series.length])).to.deep.equal(
        snapshot.families.map(({ info, series }) => [
          info.name,
          series.filter((each) => !isAbsent(snapshot, each)).length,
        ]),
      );
    }
  });
});
