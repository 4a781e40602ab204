import { expect } from 'chai';
import fc from 'fast-check';
import { createRegistry, defineCatalogue, LabelError } from '../../../lib/index.js';
import { runFixture } from '../../support/fixtures.js';
import { catchWarnings } from '../../support/warnings.js';
import { thrownBy } from '../catalogue/thrown.js';

const catalogue = defineCatalogue({
  name: 'test',
  families: {
    sent: {
      kind: 'counter',
      name: 'sent_total',
      help: 'Sent.',
      labels: { to: ['a', 'b'], kind: ['x', 'y', 'z'] },
    },
    served: {
      kind: 'counter',
      name: 'served_total',
      help: 'Served.',
      labels: { outcome: ['ok', 'failed'], tenant: 'any' },
      maxSeries: 3,
    },
    depth: { kind: 'gauge', name: 'depth', help: 'Depth.', labels: { queue: 'any' }, maxSeries: 2 },
    seconds: {
      kind: 'histogram',
      name: 'seconds',
      help: 'Time.',
      buckets: [1, 10],
      labels: { tenant: 'any' },
      maxSeries: 2,
    },
  },
});

function open() {
  const registry = createRegistry({ catalogue });
  const { metrics } = registry;
  const series = (name: string) =>
    registry
      .snapshot()
      .family(name)!
      .series.map(({ info }) => Object.fromEntries(info.labels));
  const value = (name: string, labels?: Record<string, string>) =>
    registry.snapshot().value(name, labels);
  const overflowed = (metric: string) => value('vsr_metrics_overflowed_total', { metric });
  return { registry, metrics, series, value, overflowed };
}

/** For calls that a type checker refuses. */
const untyped = (labels: unknown) => labels as { to: 'a'; kind: 'x' };

describe('Labels', () => {
  it('give the same recorder for the same values, whatever their order', () => {
    const { metrics } = open();
    const one = metrics.sent.with({ to: 'a', kind: 'x' });
    expect(metrics.sent.with({ kind: 'x', to: 'a' })).to.equal(one);
    expect(metrics.sent.with({ to: 'b', kind: 'x' })).not.to.equal(one);
    const open1 = metrics.served.with({ outcome: 'ok', tenant: 't' });
    expect(metrics.served.with({ outcome: 'ok', tenant: 't' })).to.equal(open1);
    expect(metrics.served.with({ outcome: 'failed', tenant: 't' })).not.to.equal(open1);
  });

  it('with closed sets are exported as 0 from the start, in the order of their declaration', () => {
    const { series, value, registry } = open();
    expect(series('sent_total')).to.deep.equal(
      ['a', 'b'].flatMap((to) => ['x', 'y', 'z'].map((kind) => ({ to, kind }))),
    );
    expect(value('sent_total', { to: 'b', kind: 'z' })).to.equal(0);
    const [first] = registry.snapshot().family('sent_total')!.series;
    expect(first!.info.labels.map(([name]) => name)).to.deep.equal(['to', 'kind']);
  });

  it('that are open have no series until one is asked for', () => {
    const { metrics, series } = open();
    expect(series('served_total')).to.deep.equal([]);
    metrics.served.with({ tenant: 't', outcome: 'ok' });
    expect(series('served_total')).to.deep.equal([{ outcome: 'ok', tenant: 't' }]);
  });

  it('keep any text as their value', () => {
    const { registry } = open();
    const catalogue = defineCatalogue({
      name: 'texts',
      families: {
        texts: { kind: 'counter', name: 'texts_total', help: 'Texts.', labels: { text: 'any' } },
      },
    });
    registry.close();
    const texts = fc.uniqueArray(fc.string({ unit: 'grapheme', maxLength: 60 }), { maxLength: 20 });
    fc.assert(
      fc.property(texts, (texts) => {
        const registry = createRegistry({ catalogue });
        for (const [index, text] of [...texts, '', '"\\\n\0', '🦊'.repeat(20)].entries()) {
          registry.metrics.texts.with({ text }).inc(index + 1);
        }
        const snapshot = registry.snapshot();
        for (const [index, text] of texts.entries()) {
          expect(snapshot.value('texts_total', { text })).to.be.at.least(index + 1);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('overflow into one series with nothing lost, and a metric that says so', () => {
    const { metrics, series, value, registry, overflowed } = open();
    for (let tenant = 0; tenant < 50; tenant++) {
      const counter = metrics.served.with({ outcome: 'ok', tenant: `t${tenant}` });
      counter.inc(tenant);
      counter.inc();
    }
    expect(series('served_total').map(({ tenant }) => tenant)).to.have.members([
      't0',
      't1',
      't2',
      '_other',
    ]);
    expect(value('served_total', { outcome: '_other', tenant: '_other' })).to.equal(
      47 + (50 * 49) / 2 - 3,
    );
    const family = registry.snapshot().family('served_total')!;
    const { values } = registry.snapshot();
    const total = family.series.reduce((sum, { offset }) => sum + values[offset]!, 0);
    expect(total).to.equal(50 + (50 * 49) / 2);
    expect(overflowed('served_total')).to.equal(47);
  });

  it('that overflowed get a series of their own once there is room', () => {
    const { metrics, value, overflowed } = open();
    for (const queue of ['a', 'b', 'c', 'c', 'c']) metrics.depth.with({ queue }).set(1);
    // Not remembered: every time they were asked for counts.
    expect(overflowed('depth')).to.equal(3);
    metrics.depth.remove({ queue: 'a' });
    metrics.depth.with({ queue: 'c' }).set(3);
    expect(value('depth', { queue: 'c' })).to.equal(3);
    expect(value('depth', { queue: '_other' })).to.equal(1);
  });

  it('that overflow share one recorder, also of gauges and histograms', () => {
    const { metrics, registry, value, overflowed } = open();
    for (const queue of ['p', 'q', 'r', 's'])
      metrics.depth.with({ queue }).set(queue.charCodeAt(0));
    expect(value('depth', { queue: 'q' })).to.equal(113);
    expect(value('depth', { queue: '_other' })).to.equal(115);
    expect(overflowed('depth')).to.equal(2);
    for (const tenant of ['p', 'q', 'r', 's']) metrics.seconds.with({ tenant }).record(5, 2);
    const other = registry.snapshot().histogram('seconds', { tenant: '_other' });
    expect(other?.count).to.equal(4);
    expect(other?.buckets().map(({ count }) => count)).to.deep.equal([0, 4, 4]);
  });

  it('may ask for the overflow series by its name', () => {
    const { metrics, value } = open();
    metrics.depth.with({ queue: '_other' }).set(5);
    expect(value('depth', { queue: '_other' })).to.equal(5);
    metrics.depth.with({ queue: 'a' }).set(1);
    metrics.depth.with({ queue: 'b' }).set(2);
    expect(value('depth', { queue: '_other' })).to.equal(5);
    metrics.depth.with({ queue: 'c' }).set(3);
    expect(value('depth', { queue: '_other' })).to.equal(3);
  });

  it('that overflow take no room from other families, however often they are asked for', () => {
    const crowded = defineCatalogue({
      name: 'crowded',
      families: {
        seconds: {
          kind: 'histogram',
          name: 'crowded_seconds',
          help: 'Time.',
          buckets: [1],
          labels: { tenant: 'any' },
        },
        served: { kind: 'counter', name: 'served_total', help: 'Served.', labels: { to: 'any' } },
      },
    });
    const registry = createRegistry({
      catalogue: crowded,
      capacity: { series: 100, histograms: 4 },
    });
    for (let tenant = 0; tenant < 500; tenant++) {
      registry.metrics.seconds.with({ tenant: String(tenant) }).record(2);
    }
    for (let to = 0; to < 80; to++) registry.metrics.served.with({ to: String(to) }).inc();
    const snapshot = registry.snapshot();
    const { series } = snapshot.family('crowded_seconds')!;
    expect(series).to.have.length(4);
    const counts = series.map((each) => snapshot.read(each)!.count);
    expect(counts.reduce((sum, count) => sum + count, 0)).to.equal(500);
    expect(snapshot.family('served_total')!.series).to.have.length(80);
    expect(snapshot.value('served_total', { to: '79' })).to.equal(1);
  });

  it('are looked up alike where a program forbids code made from strings', async () => {
    const allowed = await runFixture('looked-up-labels');
    const flags = ['--disallow-code-generation-from-strings'];
    const forbidden = await runFixture('looked-up-labels', { flags });
    expect([allowed.stderr, forbidden.stderr]).to.deep.equal(['', '']);
    const [first, second] = [JSON.parse(allowed.stdout), JSON.parse(forbidden.stdout)];
    expect([first.forbidden, second.forbidden]).to.deep.equal([false, true]);
    const missing = 'VSR_METRICS_LABEL_MISSING';
    const each = [true, true, false, 'VSR_METRICS_LABEL_UNKNOWN', ...Array(4).fill(missing)];
    expect(first.found).to.deep.equal([...each, ...each, ...each]);
    expect(second.found).to.deep.equal(first.found);
  });

  it('whose names are wrong give an error that names the metric, the given and the allowed', () => {
    const { metrics } = open();
    const cases: [code: string, labels: unknown, given: string, allowed: string][] = [
      ['VSR_METRICS_LABEL_MISSING', { to: 'a' }, 'given {"to":"a"}', '"to", "kind"'],
      ['VSR_METRICS_LABEL_MISSING', {}, 'given {}', '"to", "kind"'],
      ['VSR_METRICS_LABEL_MISSING', undefined, 'given undefined', '"to", "kind"'],
      ['VSR_METRICS_LABEL_MISSING', null, 'given null', '"to", "kind"'],
      ['VSR_METRICS_LABEL_MISSING', 'a', 'given "a"', '"to", "kind"'],
      ['VSR_METRICS_LABEL_UNKNOWN', { to: 'a', kind: 'x', who: 'me' }, '"who"', '"to", "kind"'],
    ];
    for (const [code, labels, given, allowed] of cases) {
      for (const call of ['with', 'remove'] as const) {
        const error = thrownBy(() => metrics.sent[call](untyped(labels)));
        expect(error, call).to.be.instanceOf(LabelError);
        expect(error.code, call).to.equal(code);
        expect(error.metric).to.equal('sent_total');
        expect(error.message).to.include('"sent_total"').and.include(given).and.include(allowed);
      }
    }
  });

  it('whose values are not taken share a series, which is counted and warned of once', () => {
    const { metrics, value, registry } = open();
    const refused: unknown[] = ['c', '', 7, undefined, null, {}, Symbol('a'), () => 'a', ['a']];
    const warnings = catchWarnings(() => {
      for (const to of refused) metrics.sent.with(untyped({ to, kind: 'x' })).inc();
      for (const to of refused) metrics.sent.with(untyped({ to, kind: 'x' })).inc();
    });
    expect(warnings.map(({ code }) => code)).to.deep.equal(['VSR_METRICS_OVERFLOWED']);
    expect(warnings[0]!.message).to.match(/^sent_total: .*"to".*given "c"; allowed: "a", "b"/);
    expect(value('sent_total', { to: '_other', kind: '_other' })).to.equal(2 * refused.length);
    const labels = { metric: 'sent_total', reason: 'label_value' };
    expect(value('vsr_metrics_overflowed_total', labels)).to.equal(2 * refused.length);
    for (const to of refused) {
      expect(metrics.sent.remove(untyped({ to, kind: 'x' }))).to.equal(false);
    }
    expect(registry.snapshot().family('sent_total')!.series).to.have.length(6 + 1);
  });

  it('that are no text become text where that is plain', () => {
    const { metrics, value } = open();
    const given: [unknown, string][] = [
      [5, '5'],
      [-0.5, '-0.5'],
      [true, 'true'],
      [10n, '10'],
    ];
    for (const [queue, text] of given.slice(0, 2)) {
      const gauge = metrics.depth.with({ queue } as unknown as { queue: string });
      expect(metrics.depth.with({ queue: text })).to.equal(gauge);
      gauge.set(3);
      expect(value('depth', { queue: text })).to.equal(3);
      expect(metrics.depth.remove({ queue } as unknown as { queue: string })).to.equal(true);
    }
    for (const [queue, text] of given.slice(2)) {
      metrics.depth.with({ queue } as unknown as { queue: string }).set(1);
      expect(value('depth', { queue: text })).to.equal(1);
    }
  });

  it('with half of a surrogate pair are one series, however often, and of well-formed text', () => {
    const { metrics, series } = open();
    const halves = ['a\ud800', 'a\udc00', 'a\ufffd'];
    const [first, ...others] = halves.map((queue) => metrics.depth.with({ queue }));
    for (const other of others) expect(other).to.equal(first);
    expect(series('depth')).to.deep.equal([{ queue: 'a\ufffd' }]);
    expect(metrics.depth.remove({ queue: 'a\udfff' })).to.equal(true);
    expect(series('depth')).to.deep.equal([]);
  });

  it('that are fixed are not asked for, and default labels are everywhere', () => {
    const registry = createRegistry({
      catalogue,
      fixedLabels: { to: 'a', tenant: 't' },
      defaultLabels: { service: 'ledger' },
    });
    registry.metrics.seconds.record(2);
    registry.metrics.sent.with({ kind: 'y' }).inc();
    registry.metrics.served.with({ outcome: 'ok' }).inc();
    expect(() => registry.metrics.sent.with({ to: 'a', kind: 'x' } as { kind: 'x' })).to.throw(
      LabelError,
    );
    const snapshot = registry.snapshot();
    for (const { info, series } of snapshot.families) {
      for (const { info: one } of series) {
        expect(Object.fromEntries(one.labels), info.name).to.include({ service: 'ledger' });
      }
    }
    expect(snapshot.family('sent_total')!.series).to.have.length(3);
    expect(snapshot.value('sent_total', { to: 'a', kind: 'y', service: 'ledger' })).to.equal(1);
    expect(snapshot.histogram('seconds', { tenant: 't' })!.count).to.equal(1);
    expect(snapshot.value('served_total', { tenant: 't', outcome: 'failed' })).to.equal(0);
  });
});

describe('Removing a series', () => {
  it('hides it, until it is asked for again and starts from nothing', () => {
    const { metrics, series, value, registry } = open();
    const labels = { outcome: 'ok', tenant: 't' } as const;
    const first = metrics.served.with(labels);
    first.inc(10);
    const { createdAt } = registry.snapshot().find('served_total')!.info;
    expect(metrics.served.remove(labels)).to.equal(true);
    expect(series('served_total')).to.deep.equal([]);
    expect(value('served_total', labels)).to.equal(undefined);
    expect(metrics.served.remove(labels)).to.equal(false);

    const second = metrics.served.with(labels);
    expect(value('served_total', labels)).to.equal(0);
    second.inc(3);
    expect(value('served_total', labels)).to.equal(3);
    expect(registry.snapshot().find('served_total')!.info.createdAt).to.be.greaterThan(createdAt);
  });

  it('never turns a recorder that is still held into that of another series', () => {
    const { metrics, value, registry } = open();
    const held = metrics.served.with({ outcome: 'ok', tenant: 'held' });
    held.inc(5);
    metrics.served.remove({ outcome: 'ok', tenant: 'held' });
    held.inc(1000);
    for (const tenant of ['a', 'b', 'c']) metrics.served.with({ outcome: 'ok', tenant }).inc();
    held.inc(1000);
    for (const tenant of ['a', 'b', 'c']) expect(value('served_total', { tenant })).to.equal(1);

    // Asked for again it is another series: what the old recorder records stays unheard.
    metrics.served.remove({ outcome: 'ok', tenant: 'a' });
    const again = metrics.served.with({ outcome: 'ok', tenant: 'held' });
    expect(again).not.to.equal(held);
    held.inc(2);
    again.inc(4);
    expect(value('served_total', { tenant: 'held' })).to.equal(4);
    const { values } = registry.snapshot();
    const all = registry.snapshot().family('served_total')!.series;
    expect(all.reduce((sum, { offset }) => sum + values[offset]!, 0)).to.equal(4 + 2);
  });

  it('makes room for another one', () => {
    const { metrics, series, overflowed } = open();
    for (let round = 0; round < 20; round++) {
      const tenant = `t${round}`;
      metrics.served.with({ outcome: 'ok', tenant }).inc();
      expect(series('served_total')).to.deep.equal([{ outcome: 'ok', tenant }]);
      metrics.served.remove({ outcome: 'ok', tenant });
    }
    expect(overflowed('served_total')).to.equal(undefined);
  });

  it('works for every kind', () => {
    const { metrics, registry, value } = open();
    metrics.depth.with({ queue: 'q' }).set(7);
    metrics.seconds.with({ tenant: 't' }).record(3, 5);
    metrics.sent.with({ to: 'a', kind: 'x' }).inc();
    metrics.depth.remove({ queue: 'q' });
    metrics.seconds.remove({ tenant: 't' });
    metrics.sent.remove({ to: 'a', kind: 'x' });
    for (const name of ['depth', 'seconds']) {
      expect(registry.snapshot().family(name)!.series).to.deep.equal([]);
    }
    expect(registry.snapshot().family('sent_total')!.series).to.have.length(5);
    metrics.depth.with({ queue: 'q' });
    expect(value('depth', { queue: 'q' })).to.equal(undefined);
    metrics.depth.with({ queue: 'q' }).set(4);
    expect(value('depth', { queue: 'q' })).to.equal(4);
    metrics.seconds.with({ tenant: 't' }).record(0.5, 2);
    const reading = registry.snapshot().histogram('seconds')!;
    expect(reading.buckets().map(({ count }) => count)).to.deep.equal([2, 2, 2]);
    expect(reading.sum).to.equal(1);
    expect(reading.max).to.be.closeTo(0.5, 0.0005);
    metrics.sent.with({ to: 'a', kind: 'x' }).inc();
    expect(value('sent_total', { to: 'a', kind: 'x' })).to.equal(1);
  });

  it('works for the overflow series, which comes back when it is needed', () => {
    const { metrics, value, series } = open();
    for (const queue of ['a', 'b', 'c']) metrics.depth.with({ queue }).set(1);
    expect(metrics.depth.remove({ queue: '_other' })).to.equal(true);
    expect(value('depth', { queue: '_other' })).to.equal(undefined);
    metrics.depth.with({ queue: 'd' }).set(4);
    expect(value('depth', { queue: '_other' })).to.equal(4);
    metrics.depth.remove({ queue: '_other' });
    metrics.depth.with({ queue: '_other' }).set(5);
    expect(value('depth', { queue: '_other' })).to.equal(5);
    // It does not count against maxSeries, neither when it comes nor when it goes.
    metrics.depth.remove({ queue: 'a' });
    metrics.depth.with({ queue: 'e' }).set(6);
    metrics.depth.with({ queue: 'f' }).set(7);
    expect(series('depth').map(({ queue }) => queue)).to.have.members(['b', 'e', '_other']);
  });

  it('of any order keeps every visible total right', () => {
    const tenants = ['a', 'b', 'c'] as const;
    const step = fc.record({
      tenant: fc.constantFrom(...tenants),
      action: fc.constantFrom('record', 'held', 'remove'),
      amount: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { metrics, value } = open();
        // The first recorder of each: heard until its series is removed, and then never again.
        const held = new Map<string, { inc(amount: number): void }>();
        const unheard = new Set<string>();
        const totals = new Map<string, number>();
        for (const { tenant, action, amount } of steps) {
          const labels = { outcome: 'ok', tenant } as const;
          if (action === 'remove') {
            expect(metrics.served.remove(labels)).to.equal(totals.delete(tenant));
            if (held.has(tenant)) unheard.add(tenant);
          } else {
            const recorder = action === 'held' ? held.get(tenant) : metrics.served.with(labels);
            if (recorder === undefined) continue;
            if (action === 'record') {
              if (!totals.has(tenant)) totals.set(tenant, 0);
              if (!held.has(tenant)) held.set(tenant, recorder);
            }
            recorder.inc(amount);
            if (action === 'held' && unheard.has(tenant)) continue;
            totals.set(tenant, totals.get(tenant)! + amount);
          }
          for (const each of tenants) {
            expect(value('served_total', { tenant: each })).to.equal(totals.get(each));
          }
        }
      }),
      { numRuns: 40 },
    );
  });
});
