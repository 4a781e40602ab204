// Exemplars: kept beside the numbers, seen by every reader, and never in the way of a value.

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import fc from 'fast-check';
import { SnapshotCombiner, selectSeries } from '../../../lib/core/reading/combined-snapshot.js';
import { nextSequence } from '../../../lib/core/recorders/exemplars.js';
import {
  attachRegistry,
  createRegistry,
  defineCatalogue,
  type ExemplarLabels,
  RegistryError,
  readRegistry,
  type Snapshot,
} from '../../../lib/index.js';
import { latency, proofCatalogue, steps } from '../../prove/catalogue.js';
import { newFile, RecordingProcess, removeAll } from '../../sharing/processes.js';
import { catchWarnings } from '../../support/warnings.js';

const catalogue = defineCatalogue({
  name: 'test',
  families: {
    counter: { kind: 'counter', name: 'test_total', help: 'A counter.' },
    seconds: { kind: 'histogram', name: 'test_seconds', help: 'Aligned.', buckets: [1, 10] },
    thirds: { kind: 'histogram', name: 'thirds_seconds', help: 'Split.', buckets: [1 / 3, 10] },
    tenants: { kind: 'counter', name: 'tenants_total', help: 'Open.', labels: { tenant: 'any' } },
  },
});

const capacity = { lanes: 2, series: 64, histograms: 4 };

function open(options: { exemplarContext?: () => ExemplarLabels | undefined } = {}) {
  const registry = createRegistry({ catalogue, capacity, ...options });
  const rejected = (metric: string, reason: string) =>
    registry.snapshot().value('vsr_metrics_rejected_total', { metric, reason }) ?? 0;
  return { registry, ...registry.metrics, rejected };
}

/** Of one series: bucket, value and labels of each exemplar. */
function shown(snapshot: Snapshot, name: string, labels = {}) {
  return snapshot
    .exemplars(snapshot.find(name, labels)!)
    .map(({ bucket, value, labels }) => [bucket, value, Object.fromEntries(labels)]);
}

describe('Exemplars', () => {
  afterEach(removeAll);

  it('of a series are not those of another one that had its slot before', () => {
    const { registry, tenants } = open();
    tenants.with({ tenant: 'a' }).incWithExemplar(1, { trace_id: 'first' });
    const slotOf = (tenant: string) => registry.snapshot().find('tenants_total', { tenant })!.info;
    const before = slotOf('a');
    tenants.remove({ tenant: 'a' });
    const other = tenants.with({ tenant: 'b' });
    expect(slotOf('b')).to.include({ slot: before.slot, generation: before.generation + 1 });
    expect(shown(registry.snapshot(), 'tenants_total', { tenant: 'b' })).to.eql([]);
    other.incWithExemplar(2, { trace_id: 'second' });
    expect(shown(registry.snapshot(), 'tenants_total', { tenant: 'b' })).to.eql([
      [0, 2, { trace_id: 'second' }],
    ]);
    registry.close();
  });

  it('are kept one a bucket, the last one', () => {
    const { registry, seconds, thirds } = open();
    const before = Date.now();
    for (const [index, value] of [0.25, 1, 5, 10, 11, 1e12].entries()) {
      seconds.recordWithExemplar(value, { trace_id: `trace ${index}`, span_id: `${index}` });
    }
    thirds.recordWithExemplar(1 / 3, {});
    const snapshot = registry.snapshot();
    expect(shown(snapshot, 'test_seconds')).to.deep.equal([
      [0, 1, { trace_id: 'trace 1', span_id: '1' }],
      [1, 10, { trace_id: 'trace 3', span_id: '3' }],
      [2, 1e12, { trace_id: 'trace 5', span_id: '5' }],
    ]);
    expect(shown(snapshot, 'thirds_seconds')).to.deep.equal([[0, 1 / 3, {}]]);
    expect(snapshot.histogram('test_seconds')).to.include({ count: 6, max: 1e12 });
    const [first] = snapshot.exemplars(snapshot.find('test_seconds')!);
    expect(first!.takenAt).to.be.within(before, Date.now());
  });

  it('of counters tell what was added', () => {
    const { registry, counter } = open();
    counter.incWithExemplar(3, { trace_id: 'a' });
    counter.inc(100);
    counter.incWithExemplar(0.5, { trace_id: 'b' });
    expect(registry.snapshot().value('test_total')).to.equal(103.5);
    expect(shown(registry.snapshot(), 'test_total')).to.deep.equal([[0, 0.5, { trace_id: 'b' }]]);
  });

  it('of a timed operation lie in the bucket of the time', () => {
    const { registry, seconds } = open();
    seconds.sinceWithExemplar(registry.now(), { trace_id: 'a' });
    const snapshot = registry.snapshot();
    const [exemplar] = snapshot.exemplars(snapshot.find('test_seconds')!);
    expect(exemplar!.value).to.equal(snapshot.histogram('test_seconds')!.sum);
    catchWarnings(() => seconds.sinceWithExemplar(undefined as unknown as number, {}));
    catchWarnings(() => seconds.sinceWithExemplar(Number.NaN, {}));
    expect(registry.snapshot().histogram('test_seconds')!.count).to.equal(1);
  });

  it('keep labels as they were given: any text, 128 characters', () => {
    const { registry, counter } = open();
    const name = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9_]{0,20}$/);
    const value = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
    const labels = fc.dictionary(name, value, { maxKeys: 4 });
    const size = (given: Record<string, string>) =>
      Object.entries(given).reduce((sum, [n, v]) => sum + [...n, ...v].length, 0);
    fc.assert(
      fc.property(
        labels.filter((given) => size(given) <= 128),
        (given) => {
          counter.incWithExemplar(1, given);
          expect(shown(registry.snapshot(), 'test_total')).to.deep.equal([[0, 1, { ...given }]]);
        },
      ),
    );
    counter.incWithExemplar(1, { a: '😀'.repeat(127) });
    expect(shown(registry.snapshot(), 'test_total')[0]![2]).to.deep.equal({ a: '😀'.repeat(127) });
    counter.incWithExemplar(1, { trace_id: 'x', span_id: undefined, empty: '' });
    expect(shown(registry.snapshot(), 'test_total')[0]![2]).to.deep.equal({ trace_id: 'x' });
  });

  it('that are not valid are counted, and their value is recorded', () => {
    const { registry, counter, seconds, rejected } = open();
    const refused: [reason: string, labels: unknown][] = [
      ['exemplar_too_long', { trace_id: 'x'.repeat(121) }],
      ['exemplar_too_long', { a: '😀'.repeat(128) }],
      ['exemplar_too_long', { a: 'x'.repeat(1e6) }],
      ['exemplar_invalid', { trace_id: 5 }],
      ['exemplar_invalid', { 'trace-id': 'x' }],
      ['exemplar_invalid', { __trace: 'x' }],
      ['exemplar_invalid', { '': 'x' }],
      ['exemplar_invalid', 'trace'],
      ['exemplar_invalid', null],
    ];
    const counts = new Map<string, number>();
    const warnings = catchWarnings(() => {
      for (const [reason, labels] of refused) {
        counter.incWithExemplar(1, labels as ExemplarLabels);
        seconds.recordWithExemplar(0.5, labels as ExemplarLabels);
        counts.set(reason, (counts.get(reason) ?? 0) + 1);
      }
    });
    // null is as good as nothing given, without a context.
    counts.set('exemplar_invalid', counts.get('exemplar_invalid')! - 1);
    for (const [reason, count] of counts) {
      expect(rejected('test_total', reason), reason).to.equal(count);
      expect(rejected('test_seconds', reason), reason).to.equal(count);
    }
    expect(warnings).to.have.length(4);
    expect(registry.snapshot().value('test_total')).to.equal(refused.length);
    expect(registry.snapshot().value('test_seconds')).to.equal(refused.length);
    expect(shown(registry.snapshot(), 'test_total')).to.deep.equal([]);
    expect(shown(registry.snapshot(), 'test_seconds')).to.deep.equal([]);
  });

  it('are not kept of values that are not recorded', () => {
    const { registry, counter, seconds, rejected } = open();
    catchWarnings(() => {
      for (const value of [Number.NaN, -1, Infinity, '5', undefined]) {
        seconds.recordWithExemplar(value as number, { trace_id: 'x' });
      }
      counter.incWithExemplar(-1, { trace_id: 'x' });
    });
    expect(registry.snapshot().value('test_seconds')).to.equal(0);
    expect(rejected('test_seconds', 'not_a_number')).to.equal(2);
    expect(shown(registry.snapshot(), 'test_seconds')).to.deep.equal([]);
    expect(shown(registry.snapshot(), 'test_total')).to.deep.equal([]);
  });

  it('take their labels from the context, if there are any', () => {
    let active: ExemplarLabels | undefined;
    const { registry, counter, seconds } = open({ exemplarContext: () => active });
    seconds.recordWithExemplar(0.5);
    expect(registry.snapshot().hasExemplars).to.equal(false);
    active = { trace_id: 'active', span_id: '1' };
    seconds.recordWithExemplar(0.25);
    counter.incWithExemplar(2, { trace_id: 'given' });
    seconds.record(0.125);
    active = undefined;
    seconds.recordWithExemplar(0.0625);
    expect(shown(registry.snapshot(), 'test_seconds')).to.deep.equal([
      [0, 0.25, { trace_id: 'active', span_id: '1' }],
    ]);
    expect(shown(registry.snapshot(), 'test_total')).to.deep.equal([[0, 2, { trace_id: 'given' }]]);
    expect(registry.snapshot().value('test_seconds')).to.equal(4);
  });

  it('go without, where the context throws', () => {
    const { registry, seconds, rejected } = open({
      exemplarContext: () => {
        throw new Error('no span');
      },
    });
    catchWarnings(() => seconds.recordWithExemplar(0.5));
    expect(rejected('test_seconds', 'exemplar_context_failed')).to.equal(1);
    expect(registry.snapshot().value('test_seconds')).to.equal(1);
    const notCallable = 'trace' as unknown as () => undefined;
    expect(() => open({ exemplarContext: notCallable })).to.throw(RegistryError, /exemplarContext/);
  });

  it('go with a reset, and with their series', () => {
    const { registry, counter, tenants } = open();
    counter.incWithExemplar(1, { trace_id: 'x' });
    registry.reset();
    expect(shown(registry.snapshot(), 'test_total')).to.deep.equal([]);
    const labels = { tenant: 'a' };
    tenants.with(labels).incWithExemplar(1, { trace_id: 'x' });
    expect(shown(registry.snapshot(), 'tenants_total', labels)).to.have.length(1);
    tenants.remove(labels);
    tenants.with(labels).inc();
    expect(shown(registry.snapshot(), 'tenants_total', labels)).to.deep.equal([]);
  });

  it('of a series that came after another one at its place are shown', () => {
    const { registry, tenants } = open();
    for (const trace_id of ['first', 'second', 'third']) {
      tenants.with({ tenant: trace_id }).incWithExemplar(1, { trace_id });
      const snapshot = registry.snapshot();
      expect(shown(snapshot, 'tenants_total', { tenant: trace_id })).to.deep.equal([
        [0, 1, { trace_id }],
      ]);
      tenants.remove({ tenant: trace_id });
    }
  });

  it('take turns, also where their sequence wraps', () => {
    const most = 2 ** 32 - 1;
    expect(nextSequence(0, 0)).to.equal(1);
    expect(nextSequence(1, 2)).to.equal(3);
    expect(nextSequence(most, most - 1)).to.equal(0);
    expect(nextSequence(most, 0)).to.equal(1);
    expect(nextSequence(0, most)).to.equal(1);
  });

  it('take memory for those series only that have any, and only so much', () => {
    const { seconds, counter, rejected, registry } = (() => {
      const registry = createRegistry({ catalogue, capacity: { ...capacity, exemplars: 1 } });
      const rejected = (metric: string, reason: string) =>
        registry.snapshot().value('vsr_metrics_rejected_total', { metric, reason }) ?? 0;
      return { registry, ...registry.metrics, rejected };
    })();
    const tenants = registry.metrics.tenants;
    catchWarnings(() => {
      counter.incWithExemplar(1, { trace_id: 'first' });
      // Its section is a page: a few more find room there.
      for (let tenant = 0; tenant < 8; tenant++) {
        tenants.with({ tenant: `${tenant}` }).incWithExemplar(1, { trace_id: 'x' });
      }
      seconds.recordWithExemplar(1, { trace_id: 'late' });
      counter.incWithExemplar(1, { trace_id: 'last' });
    });
    expect(rejected('tenants_total', 'exemplar_memory_exhausted')).to.be.within(1, 8);
    expect(shown(registry.snapshot(), 'test_seconds')).to.deep.equal([]);
    expect(registry.snapshot().value('test_seconds')).to.equal(1);
    expect(shown(registry.snapshot(), 'test_total')).to.deep.equal([[0, 1, { trace_id: 'last' }]]);

    const none = createRegistry({ catalogue, capacity: { ...capacity, exemplars: 0 } });
    catchWarnings(() => none.metrics.counter.incWithExemplar(1, { trace_id: 'x' }));
    expect(none.snapshot().hasExemplars).to.equal(false);
    expect(none.snapshot().value('test_total')).to.equal(1);
  });

  it('of several threads are the newest of all, and stay when the thread is gone', async () => {
    const registry = createRegistry({ catalogue: proofCatalogue });
    registry.metrics.latency.recordWithExemplar(0.0005, { trace_id: 'before' });
    registry.metrics.steps.incWithExemplar(1, { trace_id: 'main' });
    const program = new URL('../../sharing/programs/counting-worker.js', import.meta.url);
    const workerData = { shared: registry.share(), times: 1, trace: 'worker' };
    await once(new Worker(program, { workerData }), 'exit');
    const snapshot = registry.snapshot();
    expect(shown(snapshot, latency)).to.deep.equal([
      [0, 0.0005, { trace_id: 'before' }],
      [1, 0.01, { trace_id: 'worker' }],
    ]);
    const attached = attachRegistry(registry.share(), { catalogue: proofCatalogue });
    attached.metrics.latency.recordWithExemplar(0.01, { trace_id: 'after' });
    expect(shown(registry.snapshot(), latency)[1]).to.deep.equal([1, 0.01, { trace_id: 'after' }]);
    expect(shown(attached.snapshot(), steps)).to.deep.equal([[0, 1, { trace_id: 'main' }]]);
  });

  it('of a process that was killed can be read from its file', async () => {
    const file = newFile();
    const child = await RecordingProcess.start('create', file);
    await child.tell({ do: 'inc', times: 3, trace: 'a1b2' });
    await child.kill();
    const snapshot = readRegistry(file).snapshot();
    expect(snapshot.value(steps)).to.equal(3);
    expect(shown(snapshot, steps)).to.deep.equal([[0, 1, { trace_id: 'a1b2' }]]);
  });

  it('keep their series when snapshots are combined or series left out', () => {
    const [first, second] = [open(), open()];
    first.counter.incWithExemplar(1, { trace_id: 'first' });
    first.tenants.with({ tenant: 'a' }).incWithExemplar(2, { trace_id: 'tenant' });
    second.counter.incWithExemplar(3, { trace_id: 'second' });
    const parts = [first, open(), second].map(({ registry }, file) => ({
      snapshot: registry.snapshot(),
      labels: { file: `${file}` },
    }));
    const { snapshot } = new SnapshotCombiner().combine(parts);
    expect(shown(snapshot, 'test_total', { file: '0' })).to.deep.equal([
      [0, 1, { trace_id: 'first' }],
    ]);
    expect(shown(snapshot, 'test_total', { file: '1' })).to.deep.equal([]);
    expect(shown(snapshot, 'test_total', { file: '2' })).to.deep.equal([
      [0, 3, { trace_id: 'second' }],
    ]);
    const selected = selectSeries(snapshot, ({ family }) => family.name === 'tenants_total');
    expect(shown(selected, 'tenants_total')).to.deep.equal([[0, 2, { trace_id: 'tenant' }]]);
  });
});
