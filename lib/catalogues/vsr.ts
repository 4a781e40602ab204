// Metrics of a Viewstamped Replication replica.
//
//   const registry = createRegistry({ catalogue: vsr, fixedLabels: { replica_id: '0' } });
//   registry.metrics.prepareLatency.since(t0);
//
// Names, units, buckets and help are those of the VSR instrumentation document and do not change.
// replica_id comes first in every family, because that is how the document renders it.

import { defineCatalogue } from '../core/catalogue/define.js';
import {
  allocationSites,
  byzantineReasons,
  checksummedComponents,
  messageTypes,
  outcomes,
  viewChangeReasons,
} from './vsr-labels.js';

const replica = { replica_id: 'any' } as const;

/** Bounds of what happens between replicas of one data centre. */
const consensusBuckets = [0.1, 0.5, 1, 2, 5, 10, 25, 50, 100] as const;
/** Bounds of what happens inside one replica, or on one hop. */
const hopBuckets = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25] as const;

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
 * import { vsr } from 'vsr-metrics/catalogues';
 *
 * const registry = createRegistry({ catalogue: vsr, fixedLabels: { replica_id: '0' } });
 * const sent = registry.metrics.messagesSent.with({ message_type: 'PrepareOk' });
 * sent.inc();
 * registry.metrics.opNumber.set(12400);
 * ```
 */
export const vsr = defineCatalogue({
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
    replicaStatus: {
      kind: 'gauge',
      name: 'vsr_replica_status',
      help: 'Current replica status (0=Normal, 1=ViewChange, 2=Recovering, 3=StateTransfer)',
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
    },
    networkBandwidth: {
      kind: 'gauge',
      name: 'vsr_network_bandwidth_bytes_per_sec',
      help: 'Network I/O rate',
      unit: 'bytes_per_sec',
      labels: { ...replica, direction: ['receive', 'transmit'] },
    },
    diskIops: {
      kind: 'gauge',
      name: 'vsr_disk_iops',
      help: 'Disk operations per second',
      labels: replica,
    },
    diskBandwidth: {
      kind: 'gauge',
      name: 'vsr_disk_bandwidth_bytes_per_sec',
      help: 'Disk I/O bandwidth',
      unit: 'bytes_per_sec',
      labels: { ...replica, direction: ['read', 'write'] },
    },
    cpuUtilization: {
      kind: 'gauge',
      name: 'vsr_cpu_utilization_percent',
      help: 'CPU usage by VSR threads',
      unit: 'percent',
      labels: replica,
    },

    // ---- clock synchronisation ----
    clockOffset: {
      kind: 'gauge',
      name: 'vsr_clock_offset_ms',
      help: 'Estimated clock offset from leader',
      unit: 'ms',
      labels: replica,
    },
    clockSamples: {
      kind: 'counter',
      name: 'vsr_clock_samples_total',
      help: 'Total clock samples collected',
      labels: replica,
    },
    clockSyncErrors: {
      kind: 'counter',
      name: 'vsr_clock_sync_errors_total',
      help: 'Clock synchronization failures',
      labels: replica,
    },

    // ---- client sessions ----
    clientSessionsActive: {
      kind: 'gauge',
      name: 'vsr_client_sessions_active',
      help: 'Number of active client sessions',
      labels: replica,
    },
    clientSessionsEvicted: {
      kind: 'counter',
      name: 'vsr_client_sessions_evicted_total',
      help: 'Total sessions evicted',
      labels: replica,
    },
    duplicateRequests: {
      kind: 'counter',
      name: 'vsr_duplicate_requests_total',
      help: 'Duplicate requests detected',
      labels: replica,
    },

    // ---- repair budgets ----
    repairBudgetAvailable: {
      kind: 'gauge',
      name: 'vsr_repair_budget_available',
      help: 'Available repair credits',
      labels: replica,
    },
    repairEwmaLatency: {
      kind: 'gauge',
      name: 'vsr_repair_ewma_latency_ms',
      help: 'EWMA latency per replica',
      unit: 'ms',
      labels: { ...replica, peer: 'any' },
    },
    repairInflightCount: {
      kind: 'gauge',
      name: 'vsr_repair_inflight_count',
      help: 'Number of inflight repair requests',
      labels: replica,
    },

    // ---- log scrubbing ----
    scrubToursCompleted: {
      kind: 'counter',
      name: 'vsr_scrub_tours_completed_total',
      help: 'Total scrub tours completed',
      labels: replica,
    },
    scrubCorruptionsDetected: {
      kind: 'counter',
      name: 'vsr_scrub_corruptions_detected_total',
      help: 'Total corruptions detected',
      labels: replica,
    },
    scrubThroughput: {
      kind: 'gauge',
      name: 'vsr_scrub_throughput_ops_per_sec',
      help: 'Scrub throughput',
      unit: 'ops_per_sec',
      labels: replica,
    },

    // ---- reconfiguration ----
    reconfigState: {
      kind: 'gauge',
      name: 'vsr_reconfig_state',
      help: 'Reconfiguration state (0=Stable, 1=Joint)',
      labels: replica,
    },
    reconfigTransitions: {
      kind: 'counter',
      name: 'vsr_reconfig_transitions_total',
      help: 'Total reconfigurations',
      labels: replica,
    },
    clusterVersionMajor: {
      kind: 'gauge',
      name: 'vsr_cluster_version_major',
      help: 'Cluster software version (major)',
      labels: replica,
    },
    clusterVersionMinor: {
      kind: 'gauge',
      name: 'vsr_cluster_version_minor',
      help: 'Cluster software version (minor)',
      labels: replica,
    },

    // ---- standby replicas ----
    standbyCount: {
      kind: 'gauge',
      name: 'vsr_standby_count',
      help: 'Number of registered standbys',
      labels: replica,
    },
    standbyHealthyCount: {
      kind: 'gauge',
      name: 'vsr_standby_healthy_count',
      help: 'Number of healthy standbys',
      labels: replica,
    },
    standbyLag: {
      kind: 'gauge',
      name: 'vsr_standby_lag_operations',
      help: 'Standby lag behind cluster',
      unit: 'operations',
      labels: { ...replica, standby_id: 'any' },
    },
    standbyPromotions: {
      kind: 'counter',
      name: 'vsr_standby_promotions_total',
      help: 'Total standby promotions',
      labels: replica,
    },

    // ---- profiling: the document names what is measured and leaves the names open ----
    consensusRtt: {
      kind: 'histogram',
      name: 'vsr_consensus_rtt_ms',
      help: 'Time from Prepare send over PrepareOk quorum to Commit broadcast',
      unit: 'ms',
      labels: replica,
      buckets: consensusBuckets,
    },
    heartbeatRtt: {
      kind: 'histogram',
      name: 'vsr_heartbeat_rtt_ms',
      help: 'Round-trip time of heartbeats',
      unit: 'ms',
      labels: { ...replica, peer: 'any' },
      buckets: hopBuckets,
    },
    messageSerialization: {
      kind: 'histogram',
      name: 'vsr_message_serialization_ms',
      help: 'Time to serialize a message',
      unit: 'ms',
      labels: replica,
      buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
    },
    networkLatency: {
      kind: 'histogram',
      name: 'vsr_network_latency_ms',
      help: 'Time of a message on the network',
      unit: 'ms',
      labels: { ...replica, peer: 'any' },
      buckets: hopBuckets,
    },
    allocatedBytes: {
      kind: 'counter',
      name: 'vsr_allocated_bytes_total',
      help: 'Total bytes allocated in hot paths, by allocation site',
      unit: 'bytes',
      labels: { ...replica, site: allocationSites },
    },
    networkSentBytes: {
      kind: 'counter',
      name: 'vsr_network_sent_bytes_total',
      help: 'Total bytes sent to other replicas, by message type',
      unit: 'bytes',
      labels: { ...replica, message_type: messageTypes, peer: 'any' },
    },
    networkReceivedBytes: {
      kind: 'counter',
      name: 'vsr_network_received_bytes_total',
      help: 'Total bytes received from other replicas, by message type',
      unit: 'bytes',
      labels: { ...replica, message_type: messageTypes, peer: 'any' },
    },
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
});
