import { expect } from 'chai';
import fc from 'fast-check';
import { renderStatsd, type StatsdFormat } from '../../lib/exposition/index.js';
import { statsdEntries, tooLongSeries } from '../../lib/exposition/statsd.js';
import { longestNumber, longestRate, rateOf } from '../../lib/exposition/statsd-numbers.js';
import { openLedger } from '../export/statsd/catalogue.js';

/** Those of the metrics in question: not what the library says of itself. */
function linesOf(...args: Parameters<typeof renderStatsd>): string[] {
  return renderStatsd(...args).filter((line) => line.includes('ledger_'));
}

describe('renderStatsd', () => {
  it('gives what counters grew by, and nothing of those that did not', () => {
    const { metrics, ...registry } = opened();
    const ok = metrics.transfers.with({ outcome: 'ok', account: 'a' });
    const other = metrics.transfers.with({ outcome: 'rejected', account: 'a' });
    ok.inc(5);
    other.inc(2);
    const first = registry.snapshot();
    expect(linesOf(first)).to.deep.equal([
      'ledger_transfers_total.ok.a:5|c',
      'ledger_transfers_total.rejected.a:2|c',
    ]);
    ok.inc(0.25);
    expect(linesOf(registry.snapshot(), first)).to.deep.equal([
      'ledger_transfers_total.ok.a:0.25|c',
    ]);
    expect(linesOf(first, first)).to.deep.equal([]);
  });

  it('counts a series that started anew from nothing', () => {
    const { metrics, ...registry } = opened();
    const labels = { outcome: 'ok', account: 'a' } as const;
    metrics.transfers.with(labels).inc(100);
    const before = registry.snapshot();
    metrics.transfers.remove(labels);
    metrics.transfers.with(labels).inc(3);
    expect(linesOf(registry.snapshot(), before)).to.deep.equal(['ledger_transfers_total.ok.a:3|c']);
  });

  it('sets negative gauges to 0 first, and sends those that stay, too', () => {
    const { metrics, ...registry } = opened();
    metrics.balance.with({ account: 'debt' }).set(-12.5);
    metrics.balance.with({ account: 'none' }).set(0);
    const snapshot = registry.snapshot();
    const expected = [
      'ledger_balance.debt:0|g\nledger_balance.debt:-12.5|g',
      'ledger_balance.none:0|g',
    ];
    expect(linesOf(snapshot)).to.deep.equal(expected);
    expect(linesOf(snapshot, snapshot)).to.deep.equal(expected);
  });

  it('gives percentiles of the interval: times in ms, others as gauges', () => {
    const { metrics, ...registry } = opened();
    metrics.apply.record(50, 1000);
    const before = registry.snapshot();
    metrics.apply.record(0.001, 99);
    metrics.apply.record(0.1);
    metrics.size.record(100, 3);
    expect(linesOf(registry.snapshot(), before)).to.deep.equal([
      'ledger_apply_latency_seconds.p50:1|ms',
      'ledger_apply_latency_seconds.p95:1|ms',
      'ledger_apply_latency_seconds.p99:1|ms',
      `ledger_apply_latency_seconds.min:${registry.least(before) * 1000}|ms`,
      'ledger_apply_latency_seconds.max:100|ms',
      'ledger_apply_latency_seconds.count:100|c',
      'ledger_batch_bytes.p50:100|g',
      'ledger_batch_bytes.p95:100|g',
      'ledger_batch_bytes.p99:100|g',
      'ledger_batch_bytes.min:100|g',
      'ledger_batch_bytes.max:100|g',
      'ledger_batch_bytes.count:3|c',
    ]);
  });

  it('gives the values themselves, with their count as sample rate', () => {
    const { metrics, ...registry } = opened();
    metrics.size.record(7);
    metrics.size.record(100, 49);
    for (const histograms of ['h', 'd'] as const) {
      const lines = linesOf(registry.snapshot(), undefined, { histograms });
      expect(lines[0]).to.match(new RegExp(`^ledger_batch_bytes:7(\\.\\d+)?\\|${histograms}$`));
      const [, value, rate] = /:([\d.]+)\|[hd]\|@([\d.]+)$/.exec(lines[1]!)!;
      expect(Number(value)).to.be.closeTo(100, 0.1);
      expect(Math.floor(1 / Number(rate))).to.equal(49);
    }
  });

  it('keeps to a number of lines a histogram, and to its count', () => {
    const { metrics, ...registry } = opened();
    for (let value = 1; value <= 5000; value++) metrics.size.record(value);
    const lines = linesOf(registry.snapshot(), undefined, { histograms: 'd' });
    expect(lines).to.have.length.within(150, 200);
    const count = (line: string) => Math.floor(1 / Number(/@(.*)$/.exec(line)?.[1] ?? 1));
    expect(lines.reduce((sum, line) => sum + count(line), 0)).to.equal(5000);
  });

  it('makes tags of labels, and takes from both what would end them', () => {
    const { metrics, ...registry } = opened();
    const account = 'a.b|c#d,e:f g\n@Größe/😀';
    metrics.transfers.with({ outcome: 'ok', account }).inc();
    metrics.transfers.with({ outcome: 'ok', account: '' }).inc(2);
    const snapshot = registry.snapshot();
    expect(linesOf(snapshot)).to.deep.equal([
      'ledger_transfers_total.ok.a_b_c_d_e_f_g__Gr__e___:1|c',
      'ledger_transfers_total.ok._:2|c',
    ]);
    expect(linesOf(snapshot, undefined, { tags: 'dogstatsd', prefix: 'eu.' })).to.deep.equal([
      'eu.ledger_transfers_total:1|c|#outcome:ok,account:a.b_c_d_e:f g_@Größe/😀',
      'eu.ledger_transfers_total:2|c|#outcome:ok,account:',
    ]);
  });

  it('knows how long lines can become before anything is recorded', () => {
    const double = fc.double({ noDefaultInfinity: true, noNaN: true });
    const formats: StatsdFormat[] = [
      {},
      { tags: 'dogstatsd', histograms: 'd' },
      { histograms: 'h' },
    ];
    fc.assert(
      fc.property(
        fc.string({ maxLength: 30 }),
        double,
        fc.constantFrom(...formats),
        (account, value, format) => {
          const { metrics, ...registry } = opened();
          metrics.transfers.with({ outcome: 'ok', account }).inc(Math.abs(value));
          metrics.balance.with({ account }).set(value);
          metrics.apply.record(Math.abs(value), 12345678901);
          const snapshot = registry.snapshot();
          for (const { text, series } of statsdEntries(snapshot, () => undefined, format)) {
            const length = Buffer.byteLength(text);
            expect(tooLongSeries(snapshot.layout, format, length - 1).has(series), text).to.equal(
              true,
            );
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('writes rates that stand for the very count, whatever it is', () => {
    const counts = fc.oneof(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 2 ** 45 }));
    fc.assert(
      fc.property(counts, (count) => {
        const text = rateOf(count);
        expect(text).to.match(/^\d+\.?\d*$/);
        expect(Math.floor(1 / Number(text))).to.equal(count);
        expect(text.length).to.be.at.most(longestRate);
      }),
      { numRuns: 3000 },
    );
  });

  it('has no number that is longer than the longest', () => {
    const double = fc.double({ noDefaultInfinity: true, noNaN: true });
    fc.assert(
      fc.property(fc.oneof(double, fc.double({ min: -1e-5, max: 0 })), (value) => {
        expect(String(value).length).to.be.at.most(longestNumber);
      }),
      { numRuns: 5000 },
    );
  });
});

function opened() {
  const registry = openLedger();
  return {
    metrics: registry.metrics,
    snapshot: () => registry.snapshot(),
    /** The smallest value of an interval is known as exactly as its cells are. */
    least: (before: ReturnType<typeof registry.snapshot>) =>
      registry.snapshot().histogramSince(before, 'ledger_apply_latency_seconds')!.min,
  };
}
