// Metrics of a Kimberlite node, as its operating guide lists them. They stand beside vsr's:
//
//   createRegistry({
//     catalogue: [vsr, kimberlite],
//     fixedLabels: { replica_id: '0', node_id: '1' },
//   });
//
// Some quantities appear in both (view, commits, log size): `consensusSource` of vsr-metrics/cluster
// records them under both names at once.

import { defineCatalogue } from '../core/catalogue/define.js';
import { withPreset } from './preset.js';

const node = { node_id: 'any' } as const;

/** The guide gives no bounds; its alerts need an exact count at 0.1 s. */
const requestBuckets = [
  0.0001, 0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
] as const;

/**
 * The metrics of a Kimberlite node.
 *
 * Node ids begin at 1, because `kmb_consensus_leader` is 0 while no leader is known: a node's id is
 * its replica's id plus one.
 *
 * @example
 * ```ts
 * import { createRegistry } from 'vsr-metrics';
 * import { kimberlite } from 'vsr-metrics/catalogues';
 *
 * const { metrics } = createRegistry({ catalogue: kimberlite, fixedLabels: { node_id: '1' } });
 * metrics.requests.with({ method: 'query', status: 'success' }).inc();
 * metrics.tenantLogEntries.with({ tenant_id: 'acme' }).inc(3);
 * ```
 */
export const kimberlite = withPreset(
  defineCatalogue({
    name: 'kimberlite',
    families: {
      // ---- log ----
      logEntries: {
        kind: 'counter',
        name: 'kmb_log_entries_total',
        help: 'Total log entries written',
        labels: node,
      },
      logBytes: {
        kind: 'counter',
        name: 'kmb_log_bytes_total',
        help: 'Total log bytes written',
        unit: 'bytes',
        labels: node,
      },
      // logSize is vsr's.
      kmbLogSize: {
        kind: 'gauge',
        name: 'kmb_log_size_bytes',
        help: 'Current log size',
        unit: 'bytes',
        labels: node,
      },

      // ---- consensus ----
      consensusCommits: {
        kind: 'counter',
        name: 'kmb_consensus_commits_total',
        help: 'Total committed entries',
        labels: node,
      },
      consensusView: {
        kind: 'gauge',
        name: 'kmb_consensus_view',
        help: 'Current consensus view number',
        labels: node,
      },
      consensusLeader: {
        kind: 'gauge',
        name: 'kmb_consensus_leader',
        help: 'Current leader node ID',
        labels: node,
      },
      consensusViewChanges: {
        kind: 'counter',
        name: 'kmb_consensus_view_changes_total',
        help: 'Total view changes',
        labels: node,
      },

      // ---- projection ----
      projectionAppliedPosition: {
        kind: 'gauge',
        name: 'kmb_projection_applied_position',
        help: 'Last applied log position',
        labels: node,
      },
      projectionLag: {
        kind: 'gauge',
        name: 'kmb_projection_lag',
        help: 'Log position lag (head - applied)',
        labels: node,
      },

      // ---- queries and writes ----
      queryDuration: {
        kind: 'histogram',
        name: 'kmb_query_duration_seconds',
        help: 'Query latency distribution',
        unit: 'seconds',
        labels: node,
        buckets: requestBuckets,
      },
      writeDuration: {
        kind: 'histogram',
        name: 'kmb_write_duration_seconds',
        help: 'Write latency distribution',
        unit: 'seconds',
        labels: node,
        buckets: requestBuckets,
      },
      // success: answered with what was asked for. error: answered with a refusal of the state machine,
      // or not at all: rejected, dropped or timed out.
      requests: {
        kind: 'counter',
        name: 'kmb_requests_total',
        help: 'Total requests by method and status',
        labels: { ...node, method: 'any', status: ['success', 'error'] },
      },
      requestsInFlight: {
        kind: 'gauge',
        name: 'kmb_requests_in_flight',
        help: 'Currently processing requests',
        labels: node,
        // Stepped up and down by whichever threads handle requests.
        combine: 'sum',
        initial: 0,
      },

      // ---- tenants ----
      activeTenants: {
        kind: 'gauge',
        name: 'kmb_active_tenants',
        help: 'Number of active tenants',
        labels: node,
      },
      tenantLogEntries: {
        kind: 'counter',
        name: 'kmb_tenant_log_entries_total',
        help: 'Entries per tenant (labeled by tenant_id)',
        labels: { ...node, tenant_id: 'any' },
        // Tenants come and go without an upper limit; past this one they share a series.
        maxSeries: 1000,
      },
    },
  }),
  { name: 'kimberlite', server: { port: 9090 } },
);
