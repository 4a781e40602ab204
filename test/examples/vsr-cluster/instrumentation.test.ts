import { expect } from 'chai';
import fc from 'fast-check';
import type { BatchEvents } from '../../../examples/vsr-cluster/instrumentation/batch-events.js';
import {
  activeForMs,
  BatchMetrics,
} from '../../../examples/vsr-cluster/instrumentation/batch-metrics.js';
import { Instrumentation } from '../../../examples/vsr-cluster/instrumentation/instrumentation.js';
import { Journal } from '../../../examples/vsr-cluster/instrumentation/journal.js';
import { steppedStopwatch } from '../../../examples/vsr-cluster/instrumentation/stopwatch.js';
import { tenants } from '../../../examples/vsr-cluster/machine/ledger.js';
import { kimberlite, vsr } from '../../../lib/catalogues/index.js';
import { renderPrometheus } from '../../../lib/exposition/index.js';
import { createRegistry } from '../../../lib/index.js';

const labels = { node_id: '1', replica_id: '0' };
const stopwatch = steppedStopwatch(() => 0);

function createVsrRegistry() {
  const catalogue = [vsr, kimberlite] as const;
  return createRegistry({ catalogue, fixedLabels: labels, resourcesEveryMs: false });
}

type Told = (events: BatchEvents) => void;

// Few values each, so that the same comes twice. Sums of them are exact, of eighths of a second too.
const time = fc.integer({ min: 0, max: 3 }).map((eighths) => 125 * eighths);
const number = fc.integer({ min: 1, max: 5 });
const type = fc.constantFrom('Prepare' as const, 'PrepareOk' as const, 'Commit' as const);
const method = fc.constantFrom('query' as const, 'write' as const);
const ending = fc.constantFrom('success' as const, 'failure' as const, 'late' as const);
const peer = fc.integer({ min: 0, max: 2 });
const event: fc.Arbitrary<Told> = fc.oneof(
  fc.tuple(type, number).map(
    (args): Told =>
      (to) =>
        to.received(...args),
  ),
  fc.tuple(type, number).map(
    (args): Told =>
      (to) =>
        to.sent(...args),
  ),
  fc.tuple(peer, type, number, time, time).map(
    ([from, of, bytes, at, took]): Told =>
      (to) =>
        to.arrived(from, of, bytes, at, at + took),
  ),
  fc.tuple(peer, type, number).map(
    (args): Told =>
      (to) =>
        to.departed(...args),
  ),
  fc.tuple(time, time, number).map(
    ([at, took, bytes]): Told =>
      (to) =>
        to.serialized(at, at + took, bytes),
  ),
  fc
    .tuple(fc.option(fc.integer({ min: 0, max: tenants - 1 }), { nil: undefined }), number, number)
    .map(
      (args): Told =>
        (to) =>
          to.written(...args),
    ),
  number.map(
    (bytes): Told =>
      (to) =>
        to.appended(bytes),
  ),
  fc.tuple(time, time, number).map(
    ([at, took, of]): Told =>
      (to) =>
        to.prepared(at, at + took, of),
  ),
  fc.tuple(time, time, time, number).map(
    ([at, took, then, of]): Told =>
      (to) =>
        to.announced(at, at + took, at + took + then, of),
  ),
  number.map(
    (bytes): Told =>
      (to) =>
        to.applied(bytes),
  ),
  number.map(
    (entries): Told =>
      (to) =>
        to.committed(entries),
  ),
  fc.tuple(method, ending, time, time, number).map(
    ([by, how, at, took, of]): Told =>
      (to) =>
        to.answered(by, how, at, at + took, of),
  ),
);

describe('the journal of a replica', () => {
  it('tells the metrics all that it was told, and once', () => {
    const directly = createVsrRegistry();
    const later = createVsrRegistry();
    try {
      const metrics = new BatchMetrics(later.metrics, stopwatch);
      const journal = new Journal();
      const same = new BatchMetrics(directly.metrics, stopwatch);
      // More than it has room for at first, too.
      const events = fc.array(event, { maxLength: 600, size: 'max' });
      fc.assert(
        fc.property(events, (all) => {
          for (const tell of all) {
            tell(journal);
            tell(same);
          }
          journal.replay(metrics);
          journal.replay(metrics);
          expect(seriesOf(later)).to.deep.equal(seriesOf(directly));
        }),
        { numRuns: 50 },
      );
    } finally {
      directly.close();
      later.close();
    }
  });

  it('makes one record of what came and went together', () => {
    const journal = new Journal();
    for (let entry = 0; entry < 3; entry++) {
      journal.prepared(1, 4, 1);
      journal.announced(1, 4, 5, 1);
      journal.answered('query', 'success', 1, 5, 1);
      journal.answered('write', 'success', 1, 5, 1);
    }
    journal.prepared(2, 4, 1);
    const lines: unknown[][] = [];
    const noted = new Proxy({} as BatchEvents, {
      get:
        (_, name) =>
        (...args: unknown[]) => {
          lines.push([name, ...args]);
        },
    });
    journal.replay(noted);
    expect(lines).to.deep.equal([
      ['prepared', 1, 4, 3],
      ['announced', 1, 4, 5, 3],
      ['answered', 'query', 'success', 1, 5, 3],
      ['answered', 'write', 'success', 1, 5, 3],
      ['prepared', 2, 4, 1],
    ]);
  });
});

describe('what a replica records of a batch', () => {
  it('goes to the families of VSR and of Kimberlite, by tenant and by outcome', () => {
    const registry = createVsrRegistry();
    const metrics = new BatchMetrics(registry.metrics, stopwatch);
    metrics.appended(123);
    metrics.written(3, 2, 120);
    metrics.written(4, 1, 3);
    // An entry of nobody: a change of the configuration.
    metrics.written(undefined, 1, 7);
    metrics.showTenants();
    metrics.committed(2);
    metrics.applied(24);
    metrics.answered('query', 'success', 0, 5, 1);
    metrics.answered('write', 'success', 0, 5, 2);
    metrics.answered('write', 'failure', 0, 7, 1);
    // It counts as failed since it was given up; how long it took is told all the same.
    metrics.answered('write', 'late', 0, 9, 1);
    const value = (name: string, more = {}) => {
      const { node_id, replica_id } = labels;
      const own = name.startsWith('kmb') ? { node_id } : { replica_id };
      return registry.snapshot().value(name, { ...own, ...more });
    };
    expect(value('kmb_log_entries_total')).to.equal(4);
    expect(value('kmb_log_bytes_total')).to.equal(130);
    expect(value('vsr_bytes_written_total')).to.equal(130);
    expect(value('vsr_allocated_bytes_total', { site: 'log_append' })).to.equal(123);
    expect(value('kmb_consensus_commits_total')).to.equal(2);
    expect(value('vsr_operations_total', { status: 'success' })).to.equal(2);
    expect(value('kmb_active_tenants')).to.equal(2);
    // Nobody has heard of them for more than a minute.
    metrics.timeIs(activeForMs + 1);
    metrics.written(5, 1, 3);
    metrics.showTenants();
    expect(value('kmb_active_tenants')).to.equal(1);
    const tenant = (tenant_id: string) => value('kmb_tenant_log_entries_total', { tenant_id });
    expect([tenant('tenant-3'), tenant('tenant-4'), tenant('tenant-5')]).to.deep.equal([2, 1, 1]);
    const answered = (by: string, how: string) =>
      value('kmb_requests_total', { method: by, status: how });
    expect(answered('query', 'success')).to.equal(1);
    expect(answered('query', 'error')).to.equal(0);
    expect(answered('write', 'success')).to.equal(2);
    expect(answered('write', 'error')).to.equal(1);
    const { replica_id } = labels;
    const latency = registry.snapshot().histogram('vsr_client_latency_ms', { replica_id })!;
    expect([latency.count, latency.sum]).to.deep.equal([5, 31]);
    registry.close();
  });

  it('is recorded when recording is switched off, and no more from then on', () => {
    const registry = createVsrRegistry();
    const instrumentation = new Instrumentation(registry.metrics, stopwatch);
    const { replica_id } = labels;
    const written = () => registry.snapshot().value('vsr_bytes_written_total', { replica_id });
    instrumentation.batch.written(1, 1, 5);
    expect(written()).to.equal(0);
    instrumentation.isOn = false;
    expect(written()).to.equal(5);
    instrumentation.batch.written(1, 1, 7);
    instrumentation.batch.sent('Prepare', 1);
    instrumentation.isOn = true;
    instrumentation.record(0);
    expect(written()).to.equal(5);
    const sent = { replica_id, message_type: 'Prepare' };
    expect(registry.snapshot().value('vsr_messages_sent_total', sent)).to.equal(0);
    registry.close();
  });
});

/** All that it shows except itself; series come in the order in which they were made. */
function seriesOf(registry: ReturnType<typeof createVsrRegistry>): string[] {
  const lines = renderPrometheus(registry.snapshot()).split('\n');
  return lines.filter((line) => /^(vsr|kmb)_/.test(line)).sort();
}
