// The families of the vsr catalogue that go beyond the protocol's core: what an implementation adds
// to it (clocks, sessions, repair budgets, scrubbing, reconfiguration, standbys), and profiling.

import type { FamilyDeclarations } from '../core/catalogue/types.js';
import { allocationSites, consensusBuckets, messageTypes, replica } from './vsr-values.js';

/** Bounds, in ms, of what takes one hop on a network. */
const hopBuckets = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25] as const;

export const vsrExtensions = {
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
    initial: 0,
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
    help: '0=Stable, 1=Joint',
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
    help: 'Round-trip time of heartbeats that are answered: a Ping and its Pong',
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
    help: 'Total bytes of what hot paths make, by site: entries, frames, results, repaired entries',
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
} as const satisfies FamilyDeclarations;
