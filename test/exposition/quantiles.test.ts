import { expect } from 'chai';
import { renderOpenMetrics, renderPrometheus } from '../../lib/exposition/index.js';
import { createRegistry, defineCatalogue, type Snapshot } from '../../lib/index.js';

const catalogue = defineCatalogue({
  name: 'latencies',
  families: {
    answer: {
      kind: 'histogram',
      name: 'answer_seconds',
      help: 'Time to answer',
      labels: { host: 'any' },
      buckets: [1, 10, 100, 1000],
    },
    hits: { kind: 'counter', name: 'hits_total', help: 'Hits' },
  },
});

/** The gauges that a rendering has for one host, by the end of their names. */
function quantiles(text: string, host: string): Record<string, number> {
  const gauges = text.matchAll(/^answer_seconds_(p\d+)\{host="(\w+)"\} (.*)$/gm);
  return Object.fromEntries(
    [...gauges]
      .filter((gauge) => gauge[2] === host)
      .map(([, end, , value]) => [end, Number(value)]),
  );
}

function sinceStart(snapshot: Snapshot, host: string): Record<string, number> {
  return quantiles(renderPrometheus(snapshot, { quantiles: {} }), host);
}

function since(previous: Snapshot, snapshot: Snapshot, host: string): Record<string, number> {
  return quantiles(renderPrometheus(snapshot, { quantiles: { previous } }), host);
}

const nothing = { p50: NaN, p95: NaN, p99: NaN };

describe('quantile gauges', () => {
  it('are there when they are asked for', () => {
    const snapshot = createRegistry({ catalogue }).snapshot();
    expect(renderPrometheus(snapshot)).not.to.include('_p50');
    expect(renderPrometheus(snapshot, { quantiles: undefined })).not.to.include('_p50');
    expect(renderOpenMetrics(snapshot)).not.to.include('_p50');
  });

  it('stand behind their histogram, as families of their own', () => {
    const registry = createRegistry({ catalogue });
    registry.metrics.answer.with({ host: 'a' }).record(8, 10);
    const text = renderPrometheus(registry.snapshot(), { quantiles: {} });
    const first = text.indexOf('# HELP answer_seconds_p50');
    expect(text.slice(first, text.indexOf('# HELP vsr_metrics'))).to.equal(`\
# HELP answer_seconds_p50 Time to answer: 50th percentile of the last interval
# TYPE answer_seconds_p50 gauge
answer_seconds_p50{host="a"} 8

# HELP answer_seconds_p95 Time to answer: 95th percentile of the last interval
# TYPE answer_seconds_p95 gauge
answer_seconds_p95{host="a"} 8

# HELP answer_seconds_p99 Time to answer: 99th percentile of the last interval
# TYPE answer_seconds_p99 gauge
answer_seconds_p99{host="a"} 8

# HELP hits_total Hits
# TYPE hits_total counter
hits_total 0

`);
  });

  it('leave every other sample as it is', () => {
    const registry = createRegistry({ catalogue });
    registry.metrics.hits.inc(7);
    registry.metrics.answer.with({ host: 'a' }).record(3);
    registry.metrics.answer.with({ host: 'b' }).record(30);
    const snapshot = registry.snapshot();
    for (const render of [renderPrometheus, renderOpenMetrics]) {
      const extended = render(snapshot, { quantiles: {} }).split('\n');
      const kept = extended.filter((line) => !line.includes('answer_seconds_p'));
      // The empty lines between families went with the gauges' names.
      expect(kept.filter((line) => line !== '')).to.deep.equal(
        render(snapshot)
          .split('\n')
          .filter((line) => line !== ''),
      );
    }
  });

  it('are the percentiles of everything without an earlier snapshot', () => {
    const registry = createRegistry({ catalogue });
    const answer = registry.metrics.answer.with({ host: 'a' });
    for (let value = 1; value <= 1000; value++) answer.record(value);
    const gauges = sinceStart(registry.snapshot(), 'a');
    expect(gauges.p50).to.be.closeTo(500, 0.5);
    expect(gauges.p95).to.be.closeTo(950, 0.95);
    expect(gauges.p99).to.be.closeTo(990, 0.99);
  });

  it('are the percentiles of the interval since an earlier snapshot', () => {
    const registry = createRegistry({ catalogue });
    const answer = registry.metrics.answer.with({ host: 'a' });
    answer.record(900, 1000);
    const previous = registry.snapshot();
    answer.record(2, 100);
    registry.metrics.answer.with({ host: 'new' }).record(4);
    const snapshot = registry.snapshot();
    expect(since(previous, snapshot, 'a')).to.deep.equal({ p50: 2, p95: 2, p99: 2 });
    expect(since(previous, snapshot, 'new')).to.deep.equal({ p50: 4, p95: 4, p99: 4 });
    expect(sinceStart(snapshot, 'a').p95).to.be.closeTo(900, 0.9);
  });

  it('are NaN where nothing was recorded', () => {
    const registry = createRegistry({ catalogue });
    const answer = registry.metrics.answer.with({ host: 'a' });
    expect(sinceStart(registry.snapshot(), 'a')).to.deep.equal(nothing);
    answer.record(5);
    const previous = registry.snapshot();
    expect(since(previous, registry.snapshot(), 'a')).to.deep.equal(nothing);
  });

  it('start again with a series that was removed and came back', () => {
    const registry = createRegistry({ catalogue });
    registry.metrics.answer.with({ host: 'a' }).record(900, 10);
    const previous = registry.snapshot();
    registry.metrics.answer.remove({ host: 'a' });
    registry.metrics.answer.with({ host: 'a' }).record(3);
    expect(since(previous, registry.snapshot(), 'a')).to.deep.equal({ p50: 3, p95: 3, p99: 3 });
  });

  it('follow the interval, not the order in which snapshots are rendered', () => {
    const registry = createRegistry({ catalogue });
    const answer = registry.metrics.answer.with({ host: 'a' });
    const snapshots = [1, 20, 300].map((value) => {
      answer.record(value);
      return registry.snapshot();
    });
    const [one, two, three] = snapshots as [Snapshot, Snapshot, Snapshot];
    expect(since(two, three, 'a').p50).to.be.closeTo(300, 0.3);
    expect(since(one, two, 'a').p50).to.be.closeTo(20, 0.02);
    expect(since(two, three, 'a').p50).to.be.closeTo(300, 0.3);
    expect(sinceStart(two, 'a').p50).to.be.closeTo(1, 0.001);
  });
});
