import { expect } from 'chai';
import {
  activeForMs,
  BatchMetrics,
} from '../../../examples/vsr-cluster/instrumentation/batch-metrics.js';
import { Instrumentation } from '../../../examples/vsr-cluster/instrumentation/instrumentation.js';
import { steppedStopwatch } from '../../../examples/vsr-cluster/instrumentation/stopwatch.js';
import { kimberlite, vsr } from '../../../lib/catalogues/index.js';
import { createRegistry } from '../../../lib/index.js';

const labels = { node_id: '1', replica_id: '0' };
const stopwatch = steppedStopwatch(() => 0);

function createVsrRegistry() {
  const catalogue = [vsr, kimberlite] as const;
  return createRegistry({ catalogue, fixedLabels: labels, resourcesEveryMs: false });
}

describe('what a replica records of a batch', () => {
  it('goes to the families of VSR and of Kimberlite, by tenant and by outcome', () => {
    const registry = createVsrRegistry();
    const metrics = new BatchMetrics(registry.metrics, stopwatch);
    metrics.appended(123);
    metrics.written(3, 2, 120);
    metrics.written(4, 1, 3);
    // An entry of nobody: a change of the configuration.
    metrics.written(undefined, 1, 7);
    metrics.timeIs(0);
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
    metrics.timeIs(activeForMs + 2);
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

  it('is recorded at once, and not while recording is switched off', () => {
    const registry = createVsrRegistry();
    const instrumentation = new Instrumentation(registry.metrics, stopwatch);
    const { replica_id } = labels;
    const written = () => registry.snapshot().value('vsr_bytes_written_total', { replica_id });
    instrumentation.batch.written(1, 1, 5);
    expect(written()).to.equal(5);
    instrumentation.isOn = false;
    instrumentation.batch.written(1, 1, 7);
    instrumentation.batch.sent('Prepare', 1);
    expect(written()).to.equal(5);
    instrumentation.isOn = true;
    instrumentation.batch.written(1, 1, 2);
    expect(written()).to.equal(7);
    const sent = { replica_id, message_type: 'Prepare' };
    expect(registry.snapshot().value('vsr_messages_sent_total', sent)).to.equal(0);
    registry.close();
  });
});
