import { expect } from 'chai';
import { kalki, kotoba, vsr } from '../../lib/catalogues/index.js';
import { canonicalNumber } from '../../lib/exposition/canonical-number.js';
import {
  renderBytes,
  renderChunks,
  renderOpenMetrics,
  renderPrometheus,
} from '../../lib/exposition/index.js';
import { createRegistry, defineCatalogue } from '../../lib/index.js';
import { allCatalogues, filledRegistry } from './filled.js';
import { needPythonParser, parseWithPython } from './programs.js';

const example = defineCatalogue({
  name: 'example',
  families: {
    sent: {
      kind: 'counter',
      name: 'sent_bytes_total',
      help: 'Bytes "sent"',
      labels: { to: 'any' },
    },
    latency: {
      kind: 'histogram',
      name: 'latency_seconds',
      help: 'Latency',
      buckets: [0.00001, 0.25, 1, 2_500_000],
    },
    size: { kind: 'gauge', name: 'size_bytes_limit', help: 'Size', unit: 'bytes' },
  },
  waive: { size_bytes_limit: { 'unit-suffix': 'to see that UNIT is left out' } },
});

describe('renderOpenMetrics', () => {
  it('writes families, samples and numbers as the format wants them', () => {
    const registry = createRegistry({ catalogue: example });
    registry.metrics.sent.with({ to: 'a' }).inc(1500);
    registry.metrics.latency.record(0.5);
    registry.metrics.size.set(-1.5);
    const snapshot = registry.snapshot();
    const sent = snapshot.find('sent_bytes_total', { to: 'a' })!.info;
    const latency = snapshot.find('latency_seconds')!.info;
    const created = ({ createdAt }: { createdAt: number }) => String(Math.floor(createdAt) / 1000);
    const text = renderOpenMetrics(snapshot);
    expect(text.slice(0, text.indexOf('# TYPE vsr_metrics_'))).to.equal(`\
# TYPE sent_bytes counter
# UNIT sent_bytes bytes
# HELP sent_bytes Bytes \\"sent\\"
sent_bytes_total{to="a"} 1500
sent_bytes_created{to="a"} ${created(sent)}
# TYPE latency_seconds histogram
# UNIT latency_seconds seconds
# HELP latency_seconds Latency
latency_seconds_bucket{le="1e-05"} 0
latency_seconds_bucket{le="0.25"} 0
latency_seconds_bucket{le="1.0"} 1
latency_seconds_bucket{le="2.5e+06"} 1
latency_seconds_bucket{le="+Inf"} 1
latency_seconds_sum 0.5
latency_seconds_count 1
latency_seconds_created ${created(latency)}
# TYPE size_bytes_limit gauge
# HELP size_bytes_limit Size
size_bytes_limit -1.5
`);
  });

  it('has exemplars behind buckets and totals, and only there', () => {
    const registry = createRegistry({ catalogue: example });
    const { sent, latency, size } = registry.metrics;
    sent.with({ to: 'a' }).inc(7);
    sent.with({ to: 'b' }).incWithExemplar(5, { trace_id: 'quoted "x"\n', span_id: '1' });
    latency.recordWithExemplar(0.25, { trace_id: 'ab' });
    latency.recordWithExemplar(1e9, {});
    size.set(5);
    const snapshot = registry.snapshot();
    const takenAt = (name: string, labels = {}) =>
      snapshot.exemplars(snapshot.find(name, labels)!).map((each) => each.takenAt / 1000);
    const [bytes] = takenAt('sent_bytes_total', { to: 'b' });
    const [quarter, beyond] = takenAt('latency_seconds');
    const text = renderOpenMetrics(snapshot, { quantiles: {} });
    const lines = text.split('\n').filter((line) => line.includes(' # '));
    expect(lines).to.deep.equal([
      `sent_bytes_total{to="b"} 5 # {trace_id="quoted \\"x\\"\\n",span_id="1"} 5 ${bytes}`,
      `latency_seconds_bucket{le="0.25"} 1 # {trace_id="ab"} 0.25 ${quarter}`,
      `latency_seconds_bucket{le="+Inf"} 2 # {} 1000000000 ${beyond}`,
    ]);
    for (const chunkBytes of [1, 200, 1e9]) {
      const chunks = [...renderChunks('openmetrics', snapshot, { quantiles: {}, chunkBytes })];
      expect(Buffer.concat(chunks).toString()).to.equal(text);
    }
    const bytesOfText = renderBytes('openmetrics', snapshot, { quantiles: {} });
    expect(Buffer.from(bytesOfText).toString()).to.equal(text);
    expect(renderPrometheus(snapshot)).not.to.match(/^[^#\n].*#/m);
  });

  it('says when a series was created, in seconds', () => {
    const before = Math.floor(Date.now()) / 1000;
    const registry = createRegistry({ catalogue: example });
    const text = renderOpenMetrics(registry.snapshot());
    const created = Number(/^latency_seconds_created (.*)$/m.exec(text)![1]);
    expect(created).to.be.within(before - 0.01, Date.now() / 1000 + 0.01);
  });

  it('ends with # EOF and has no empty line', () => {
    for (const catalogue of allCatalogues) {
      const text = renderOpenMetrics(filledRegistry(catalogue).snapshot());
      expect(text.endsWith('\n# EOF\n')).to.equal(true);
      expect(text.indexOf('# EOF')).to.equal(text.length - 6);
      expect(text).not.to.include('\n\n');
    }
  });

  it('ends counters in _total once, however the catalogue names them', () => {
    const text = renderOpenMetrics(filledRegistry(kalki).snapshot()).split('\n');
    expect(text).to.include('# TYPE kalki_queries_processed counter');
    expect(text).to.include('# TYPE kalki_requests counter');
    expect(text.some((line) => /^kalki_queries_processed_total\b/.test(line))).to.equal(true);
    expect(text.some((line) => /^kalki_requests_total\b/.test(line))).to.equal(true);
    expect(text.some((line) => line.includes('_total_total'))).to.equal(false);
  });

  it('keeps the names of gauges that end in _total', () => {
    const text = renderOpenMetrics(filledRegistry(kotoba).snapshot()).split('\n');
    expect(text).to.include('# TYPE kotoba_cluster_nodes_total gauge');
    expect(text.some((line) => /^kotoba_cluster_nodes_total\b/.test(line))).to.equal(true);
  });

  it('has le as canonical numbers', () => {
    const canonical: Record<string, number> = {
      '0.0': 0,
      '0.001': 0.001,
      '0.002': 0.002,
      '0.01': 0.01,
      '0.1': 0.1,
      '0.9': 0.9,
      '0.95': 0.95,
      '0.99': 0.99,
      '0.999': 0.999,
      '1.0': 1,
      '1.7': 1.7,
      '10.0': 10,
      '1e-10': 1e-10,
      '1e-09': 1e-9,
      '1e-05': 1e-5,
      '0.0001': 1e-4,
      '0.00025': 2.5e-4,
      '100000.0': 1e5,
      '123456.5': 123456.5,
      '1e+06': 1e6,
      '1.234567e+06': 1234567,
      '1e+10': 1e10,
      '1e+23': 1e23,
      '1.1e+23': 1.1e23,
      '1e+100': 1e100,
      '-2.5': -2.5,
    };
    for (const [text, number] of Object.entries(canonical)) {
      expect(canonicalNumber(number)).to.equal(text);
    }
  });

  describe('for the reference parser', function () {
    this.timeout(60_000);
    before(async function () {
      await needPythonParser(this);
    });

    for (const catalogue of allCatalogues) {
      it(`is valid and complete: ${catalogue.name}`, async () => {
        const snapshot = filledRegistry(catalogue).snapshot();
        const text = renderOpenMetrics(snapshot, { quantiles: {} });
        const parsed = await parseWithPython('openmetrics', text);
        for (const { info, series } of snapshot.families) {
          const name = info.kind === 'counter' ? info.name.replace(/_total$/, '') : info.name;
          const family = parsed.find((each) => each.name === name)!;
          expect(family, name).to.include({ type: info.kind, help: info.help });
          if (name.endsWith(`_${info.unit}`)) expect(family.unit).to.equal(info.unit);
          const suffix = { counter: '_total', gauge: '', histogram: '_count' }[info.kind];
          const values = family.samples.filter((sample) => sample.name === name + suffix);
          expect(values.map((sample) => sample.value)).to.deep.equal(
            series.map(({ info: { labels } }) =>
              snapshot.value(info.name, Object.fromEntries(labels)),
            ),
          );
        }
      });
    }

    it('has valid exemplars', async () => {
      const registry = createRegistry({ catalogue: example });
      const labels = { trace_id: 'x'.repeat(112), tail: '"\\\n😀' };
      registry.metrics.sent.with({ to: 'a' }).incWithExemplar(5, labels);
      for (const value of [0, 0.00001, 0.5, 1e12]) {
        registry.metrics.latency.recordWithExemplar(value, value === 0.5 ? labels : {});
      }
      const snapshot = registry.snapshot();
      const parsed = await parseWithPython('openmetrics', renderOpenMetrics(snapshot));
      const exemplars = parsed.flatMap(({ samples }) =>
        samples.flatMap(({ name, exemplar }) => (exemplar === null ? [] : [{ name, ...exemplar }])),
      );
      expect(exemplars.map(({ name, value, labels }) => [name, value, labels])).to.deep.equal([
        ['sent_bytes_total', 5, labels],
        ['latency_seconds_bucket', 0.00001, {}],
        ['latency_seconds_bucket', 0.5, labels],
        ['latency_seconds_bucket', 1e12, {}],
      ]);
      for (const { timestamp } of exemplars) {
        expect(timestamp! * 1000).to.be.closeTo(snapshot.takenAt, 60_000);
      }
    });

    it('that would notice what is wrong', async () => {
      const text = renderOpenMetrics(filledRegistry(vsr).snapshot());
      const broken = [
        text.replace('# EOF\n', ''),
        `${text}\n`,
        text.replaceAll('_total{', '{'),
        text.replace('# UNIT vsr_prepare_latency_ms ms', '# UNIT vsr_prepare_latency_ms seconds'),
        text.replace(/^vsr_prepare_latency_ms_bucket.*le="\+Inf".*\n/m, ''),
      ];
      for (const each of broken) {
        const refused = await parseWithPython('openmetrics', each).then(
          () => false,
          () => true,
        );
        expect(refused).to.equal(true);
      }
    });
  });
});
