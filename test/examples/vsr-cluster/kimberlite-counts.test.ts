import { expect } from 'chai';
import { KimberliteCounts } from '../../../examples/vsr-cluster/instrumentation/kimberlite-counts.js';
import { kimberlite, vsr } from '../../../lib/catalogues/index.js';
import { createRegistry } from '../../../lib/index.js';

describe('what Kimberlite counts', () => {
  it('is recorded once, with the next tick, by tenant and by outcome', () => {
    const labels = { node_id: '1' };
    const registry = createRegistry({
      catalogue: [vsr, kimberlite],
      fixedLabels: { ...labels, replica_id: '0' },
    });
    const counts = new KimberliteCounts(registry.metrics);
    const kmb = (name: string, more = {}) =>
      registry.snapshot().value(`kmb_${name}`, { ...labels, ...more });
    // Clients 3 and 11 belong to one tenant.
    for (const [client, bytes] of [
      [3, 100],
      [11, 20],
      [4, 3],
    ] as const) {
      counts.appended(client, bytes);
    }
    counts.committed(2);
    counts.answered({ queries: 1, failedQueries: 2, writes: 3, failedWrites: 4 });
    counts.answered({ queries: 10, failedQueries: 20, writes: 30, failedWrites: 40 });
    expect(kmb('log_entries_total')).to.equal(0);
    counts.record();
    // Nothing happened since.
    counts.record();
    expect(kmb('log_entries_total')).to.equal(3);
    expect(kmb('log_bytes_total')).to.equal(123);
    expect(kmb('consensus_commits_total')).to.equal(2);
    expect(kmb('active_tenants')).to.equal(2);
    expect(kmb('tenant_log_entries_total', { tenant_id: 'tenant-3' })).to.equal(2);
    expect(kmb('tenant_log_entries_total', { tenant_id: 'tenant-4' })).to.equal(1);
    const requests = (method: string, status: string) => kmb('requests_total', { method, status });
    expect(requests('query', 'success')).to.equal(11);
    expect(requests('query', 'error')).to.equal(22);
    expect(requests('write', 'success')).to.equal(33);
    expect(requests('write', 'error')).to.equal(44);
    registry.close();
  });
});
