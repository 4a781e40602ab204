// Metrics of a Viewstamped Replication replica.
//
//   const registry = createRegistry({ catalogue: vsr, fixedLabels: { replica_id: '0' } });
//   registry.metrics.prepareLatency.since(t0);
//
// Names, units, buckets and help are those of the VSR instrumentation document and do not change.

import { defineCatalogue } from '../core/catalogue/define.js';
import { withPreset } from './preset.js';
import { vsrExtensions } from './vsr-extensions.js';
import {
  byzantineReasons,
  checksummedComponents,
  consensusBuckets,
  messageTypes,
  outcomes,
  replica,
  viewChangeReasons,
} from './vsr-values.js';

const milliseconds = { 'base-unit': 'the VSR instrumentation document measures in ms' } as const;
const perSecond = { 'base-unit': 'the VSR instrumentation document abbreviates sec' } as const;
const count = { 'reserved-suffix': 'the VSR instrumentation document ends it in _count' } as const;

/**
 * The metrics of a VSR replica: latencies, throughput, health, resources, and those of clock
 * synchronisation, sessions, repair, scrubbing, reconfiguration, standbys and profiling.
 *
 * @example
 * ```ts
 * import { createRegistry } from 'vsr-metrics';
 * import { vsr } from 'vsr-metrics/catalogues/vsr';
 *
 * const registry = createRegistry({ catalogue: vsr, fixedLabels: { replica_id: '0' } });
 * const sent = registry.metrics.messagesSent.with({ message_type: 'PrepareOk' });
 * sent.inc();
 * registry.metrics.opNumber.set(12400);
 * ```
 */
export const vsr = withPreset(
  defineCatalogue({
    name: 'vsr',
    families: {
      // ---- latency ----
      prepareLatency: {
        kind: 'histogram',
        name: 'vsr_prepare_latency_ms',
        help: 'Time from Prepare send to PrepareOk quorum',
        unit: 'ms',
        labels: replica,
        buckets: consensusBuckets,
      },
      commitLatency: {
        kind: 'histogram',
        name: 'vsr_commit_latency_ms',
        help: 'Time from PrepareOk quorum to Commit broadcast',
        unit: 'ms',
        labels: replica,
        buckets: consensusBuckets,
      },
      clientLatency: {
        kind: 'histogram',
        name: 'vsr_client_latency_ms',
        help: 'Total client request latency (Prepare → Commit → Apply)',
        unit: 'ms',
        labels: replica,
        buckets: [1, 5, 10, 25, 50, 100, 250, 500, 1000],
      },
      viewChangeLatency: {
        kind: 'histogram',
        name: 'vsr_view_change_latency_ms',
        help: 'Time to complete view change',
        unit: 'ms',
        labels: replica,
        buckets: [10, 50, 100, 250, 500, 1000, 5000],
      },
      recoveryLatency: {
        kind: 'histogram',
        name: 'vsr_recovery_latency_ms',
        help: 'Time to recover from crash',
        unit: 'ms',
        labels: replica,
        buckets: [100, 500, 1000, 5000, 10000, 30000],
      },
      stateTransferLatency: {
        kind: 'histogram',
        name: 'vsr_state_transfer_latency_ms',
        help: 'Time to complete state transfer',
        unit: 'ms',
        labels: replica,
        buckets: [1000, 5000, 10000, 30000, 60000],
      },
      repairLatency: {
        kind: 'histogram',
        name: 'vsr_repair_latency_ms',
        help: 'Time to repair single log entry',
        unit: 'ms',
        labels: replica,
        buckets: [1, 5, 10, 25, 50, 100],
      },

      // ---- throughput ----
      // success: operations that this replica committed and applied, whatever the state machine
      // answered, so that its rate is that of vsr_commit_number. failure: requests that it was to take as
      // the primary and did not: rejected because too many wait, dropped because the view ended or has
      // not settled yet, or timed out before they were in the log.
      operations: {
        kind: 'counter',
        name: 'vsr_operations_total',
        help: 'Total operations committed',
        labels: { ...replica, status: outcomes },
      },
      bytesWritten: {
        kind: 'counter',
        name: 'vsr_bytes_written_total',
        help: 'Total bytes written to log',
        labels: replica,
      },
      messagesSent: {
        kind: 'counter',
        name: 'vsr_messages_sent_total',
        help: 'Total VSR messages sent',
        labels: { ...replica, message_type: messageTypes },
      },
      messagesReceived: {
        kind: 'counter',
        name: 'vsr_messages_received_total',
        help: 'Total VSR messages received',
        labels: { ...replica, message_type: messageTypes },
      },
      byzantineRejections: {
        kind: 'counter',
        name: 'vsr_byzantine_rejections_total',
        help: 'Total Byzantine messages rejected',
        labels: { ...replica, reason: byzantineReasons },
      },
      checksumFailures: {
        kind: 'counter',
        name: 'vsr_checksum_failures_total',
        help: 'Total checksum validation failures',
        labels: { ...replica, component: checksummedComponents },
      },
      repairs: {
        kind: 'counter',
        name: 'vsr_repairs_total',
        help: 'Total log repair operations',
        labels: { ...replica, status: outcomes },
      },
      viewChanges: {
        kind: 'counter',
        name: 'vsr_view_changes_total',
        help: 'Total view changes initiated',
        labels: { ...replica, reason: viewChangeReasons },
      },

      // ---- health ----
      // 0 Normal, 1 ViewChange, 2 Recovering, 3 StateTransfer; only 0 serves clients.
      replicaStatus: {
        kind: 'gauge',
        name: 'vsr_replica_status',
        help: 'Current replica status',
        labels: replica,
      },
      viewNumber: {
        kind: 'gauge',
        name: 'vsr_view_number',
        help: 'Current view number',
        labels: replica,
      },
      commitNumber: {
        kind: 'gauge',
        name: 'vsr_commit_number',
        help: 'Current commit number',
        labels: replica,
      },
      opNumber: {
        kind: 'gauge',
        name: 'vsr_op_number',
        help: 'Current op number',
        labels: replica,
      },
      logSize: {
        kind: 'gauge',
        name: 'vsr_log_size_bytes',
        help: 'Log size in bytes',
        unit: 'bytes',
        labels: replica,
      },
      logEntryCount: {
        kind: 'gauge',
        name: 'vsr_log_entry_count',
        help: 'Number of log entries',
        labels: replica,
      },
      quorumSize: {
        kind: 'gauge',
        name: 'vsr_quorum_size',
        help: 'Required quorum size',
        labels: replica,
      },
      clusterSize: {
        kind: 'gauge',
        name: 'vsr_cluster_size',
        help: 'Current cluster size',
        labels: replica,
      },
      replicaLag: {
        kind: 'gauge',
        name: 'vsr_replica_lag_operations',
        help: 'Operations behind leader',
        unit: 'operations',
        labels: replica,
      },
      pendingRequests: {
        kind: 'gauge',
        name: 'vsr_pending_requests',
        help: 'Number of pending client requests',
        labels: replica,
        initial: 0,
      },
      prepareOkVotes: {
        kind: 'gauge',
        name: 'vsr_prepare_ok_votes',
        help: 'PrepareOk votes for current op',
        labels: replica,
      },

      // ---- resources ----
      memoryUsed: {
        kind: 'gauge',
        name: 'vsr_memory_used_bytes',
        help: 'Memory allocated by VSR',
        unit: 'bytes',
        labels: replica,
        resource: 'processMemoryBytes',
      },
      networkBandwidth: {
        kind: 'gauge',
        name: 'vsr_network_bandwidth_bytes_per_sec',
        help: 'Network I/O rate',
        unit: 'bytes_per_sec',
        // Of the machine as a whole `peer` is empty, which is to Prometheus as if it were not there.
        labels: { ...replica, direction: ['receive', 'transmit'], peer: 'any' },
        resource: {
          receive: 'networkReceivedBytesPerSecond',
          transmit: 'networkTransmittedBytesPerSecond',
        },
      },
      diskIops: {
        kind: 'gauge',
        name: 'vsr_disk_iops',
        help: 'Disk operations per second',
        labels: replica,
        resource: 'diskOperationsPerSecond',
      },
      diskBandwidth: {
        kind: 'gauge',
        name: 'vsr_disk_bandwidth_bytes_per_sec',
        help: 'Disk I/O bandwidth',
        unit: 'bytes_per_sec',
        labels: { ...replica, direction: ['read', 'write'] },
        resource: { read: 'diskReadBytesPerSecond', write: 'diskWrittenBytesPerSecond' },
      },
      cpuUtilization: {
        kind: 'gauge',
        name: 'vsr_cpu_utilization_percent',
        help: 'CPU usage by VSR threads',
        unit: 'percent',
        labels: replica,
        resource: 'processCpuPercent',
      },

      // ---- clocks, sessions, repair, scrubbing, reconfiguration, standbys, profiling ----
      ...vsrExtensions,
    },
    waive: {
      vsr_prepare_latency_ms: milliseconds,
      vsr_commit_latency_ms: milliseconds,
      vsr_client_latency_ms: milliseconds,
      vsr_view_change_latency_ms: milliseconds,
      vsr_recovery_latency_ms: milliseconds,
      vsr_state_transfer_latency_ms: milliseconds,
      vsr_repair_latency_ms: milliseconds,
      vsr_clock_offset_ms: milliseconds,
      vsr_repair_ewma_latency_ms: milliseconds,
      vsr_consensus_rtt_ms: milliseconds,
      vsr_heartbeat_rtt_ms: milliseconds,
      vsr_message_serialization_ms: milliseconds,
      vsr_network_latency_ms: milliseconds,
      vsr_network_bandwidth_bytes_per_sec: perSecond,
      vsr_disk_bandwidth_bytes_per_sec: perSecond,
      vsr_scrub_throughput_ops_per_sec: perSecond,
      vsr_cpu_utilization_percent: {
        'base-unit': 'the VSR instrumentation document gives it from 0 to 100',
      },
      vsr_log_entry_count: count,
      vsr_repair_inflight_count: count,
      vsr_standby_count: count,
      vsr_standby_healthy_count: count,
    },
  }),
  {
    name: 'vsr',
    server: { port: 9090 },
    registry: { resourcesEveryMs: 5000 },
    otlp: {
      everyMs: 10_000,
      timeoutMs: 5000,
      serviceName: 'kimberlite-vsr',
      scopeName: 'kimberlite-vsr',
    },
  },
);
