import { expect } from 'chai';
import { vsr } from '../../lib/catalogues/index.js';
import { renderPrometheus } from '../../lib/exposition/index.js';
import { createRegistry, defineCatalogue, type Snapshot } from '../../lib/index.js';
import { allCatalogues, filledRegistry } from './filled.js';

// As it stands in the document that describes the instrumentation of a VSR replica.
const sample = `\
# HELP vsr_operations_total Total operations committed
# TYPE vsr_operations_total counter
vsr_operations_total{replica_id="0",status="success"} 12345
vsr_operations_total{replica_id="1",status="success"} 12340

# HELP vsr_prepare_latency_ms Time from Prepare send to PrepareOk quorum
# TYPE vsr_prepare_latency_ms histogram
vsr_prepare_latency_ms_bucket{replica_id="0",le="0.1"} 450
vsr_prepare_latency_ms_bucket{replica_id="0",le="0.5"} 890
vsr_prepare_latency_ms_bucket{replica_id="0",le="1"} 1200
vsr_prepare_latency_ms_bucket{replica_id="0",le="+Inf"} 1250
vsr_prepare_latency_ms_sum{replica_id="0"} 845.32
vsr_prepare_latency_ms_count{replica_id="0"} 1250
`;

const { operations, prepareLatency } = vsr.families;

/** The two families of the sample, with the buckets that it shows. */
const sampled = defineCatalogue({
  name: 'sample',
  families: {
    operations: { ...operations, help: 'Total operations committed' },
    prepareLatency: { ...prepareLatency, buckets: [0.1, 0.5, 1] },
  },
  waive: { vsr_prepare_latency_ms: { 'base-unit': 'the documents measure in milliseconds' } },
});

/** A rendering put together the slow way: no templates, nothing native. */
function plainText({ families, values }: Snapshot): string {
  const number = (index: number) => {
    const value = values[index]!;
    return Number.isFinite(value) || Number.isNaN(value)
      ? `${value}`
      : `${value > 0 ? '+' : '-'}Inf`;
  };
  const blocks = families.map(({ info: { name, kind, help, bounds }, series }) => {
    const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`];
    for (const { info, offset } of series) {
      const labels = info.labels.map(([label, value]) => `${label}=${JSON.stringify(value)}`);
      const set = (more: string[] = []) =>
        labels.length + more.length === 0 ? '' : `{${[...labels, ...more].join(',')}}`;
      if (kind !== 'histogram') {
        if (kind === 'gauge' && Number.isNaN(values[offset])) continue;
        lines.push(`${name}${set()} ${number(offset)}`);
        continue;
      }
      [...bounds, '+Inf'].forEach((le, index) => {
        lines.push(`${name}_bucket${set([`le="${le}"`])} ${number(offset + index)}`);
      });
      lines.push(`${name}_sum${set()} ${number(offset + bounds.length + 1)}`);
      lines.push(`${name}_count${set()} ${number(offset + bounds.length)}`);
    }
    return `${lines.join('\n')}\n`;
  });
  return blocks.join('\n');
}

describe('renderPrometheus', () => {
  it('reproduces the documented sample byte for byte', () => {
    const { metrics, snapshot } = registryOf(sampled);
    for (const replica_id of ['0', '1']) {
      metrics.operations.with({ replica_id, status: 'success' }).inc(12_345 - 5 * +replica_id);
    }
    const latency = metrics.prepareLatency.with({ replica_id: '0' });
    latency.record(0.0625, 450);
    latency.record(0.375, 440);
    latency.record(0.75, 310);
    latency.record(8.375, 49);
    latency.record(845.32 - 450 * 0.0625 - 440 * 0.375 - 310 * 0.75 - 49 * 8.375);

    expect(renderPrometheus(snapshot())).to.satisfy((text: string) => text.startsWith(sample));
  });

  for (const catalogue of allCatalogues) {
    it(`shows every number of ${catalogue.name} where it belongs`, () => {
      const snapshot = filledRegistry(catalogue).snapshot();
      expect(renderPrometheus(snapshot)).to.equal(plainText(snapshot));
    });
  }

  it('shows HELP and TYPE of a family without series', () => {
    const { snapshot } = registryOf(sampled);
    const text = renderPrometheus(snapshot());
    expect(text.split('\n').slice(0, 6)).to.deep.equal([
      '# HELP vsr_operations_total Total operations committed',
      '# TYPE vsr_operations_total counter',
      '',
      '# HELP vsr_prepare_latency_ms Time from Prepare send to PrepareOk quorum',
      '# TYPE vsr_prepare_latency_ms histogram',
      '',
    ]);
  });

  it('has labels in the order in which the family declares them, default labels too', () => {
    const registry = createRegistry({
      catalogue: defineCatalogue({
        name: 'ordered',
        families: {
          hits: {
            kind: 'counter',
            name: 'hits_total',
            help: 'Hits',
            labels: { z: 'any', a: 'any' },
          },
        },
      }),
      defaultLabels: { service: 'ledger' },
    });
    registry.metrics.hits.with({ a: '1', z: '2' }).inc();
    const line = renderPrometheus(registry.snapshot())
      .split('\n')
      .find((each) => each.startsWith('hits_total{') && each.endsWith(' 1'))!;
    const order = [...line.matchAll(/(\w+)="/g)].map(([, name]) => name);
    expect(order.filter((name) => name !== 'service')).to.deep.equal(['z', 'a']);
    expect(line).to.include('service="ledger"');
  });

  it('escapes what would end a label value or a line', () => {
    const registry = createRegistry({
      catalogue: defineCatalogue({
        name: 'escaped',
        families: {
          hits: {
            kind: 'counter',
            name: 'hits_total',
            help: 'A "quoted" \\ and\na second line',
            labels: { path: 'any' },
          },
        },
      }),
    });
    registry.metrics.hits.with({ path: 'C:\\"temp"\nnext 😀' }).inc();
    const lines = renderPrometheus(registry.snapshot()).split('\n');
    expect(lines[0]).to.equal('# HELP hits_total A "quoted" \\\\ and\\na second line');
    expect(lines).to.include('hits_total{path="C:\\\\\\"temp\\"\\nnext 😀"} 1');
  });

  it('shows series that have come and leaves out those that have gone', () => {
    const { metrics, snapshot } = registryOf(sampled);
    const zero = { replica_id: '0', status: 'success' } as const;
    const one = { replica_id: '1', status: 'success' } as const;
    metrics.operations.with(zero).inc(3);
    const before = snapshot();
    expect(operationsIn(before)).to.deep.equal(['0: 3']);
    metrics.operations.with(one).inc(4);
    metrics.operations.with(zero).inc(1);
    const between = snapshot();
    expect(operationsIn(between)).to.deep.equal(['0: 4', '1: 4']);
    metrics.operations.remove(zero);
    expect(operationsIn(snapshot())).to.deep.equal(['1: 4']);
    // An older snapshot stays what it was.
    expect(operationsIn(before)).to.deep.equal(['0: 3']);
    expect(operationsIn(between)).to.deep.equal(['0: 4', '1: 4']);
  });
});

function operationsIn(snapshot: Snapshot): string[] {
  const samples = /^vsr_operations_total\{replica_id="(\w+)".*\} (\d+)$/gm;
  return [...renderPrometheus(snapshot).matchAll(samples)].map(
    ([, id, value]) => `${id}: ${value}`,
  );
}

function registryOf(catalogue: typeof sampled) {
  const registry = createRegistry({ catalogue });
  return { metrics: registry.metrics, snapshot: () => registry.snapshot() };
}
