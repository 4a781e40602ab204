// Metrics of a StreamBus broker, as its monitoring guide lists them.
//
// Several gauges there end in _total, which Prometheus keeps for counters. The names are the
// guide's, so they stay, and the catalogue waives the convention for each.

import { defineCatalogue } from '../core/catalogue/define.js';
import { withPreset } from './preset.js';

const latencyBuckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] as const;

const gaugeNamedTotal = {
  'total-suffix': 'a gauge of this name in the StreamBus monitoring guide',
} as const;

/**
 * The metrics of a StreamBus broker.
 *
 * @example
 * ```ts
 * import { createRegistry } from 'vsr-metrics';
 * import { streambus } from 'vsr-metrics/catalogues';
 *
 * const registry = createRegistry({ catalogue: streambus, defaultLabels: { cluster: 'production' } });
 * const t0 = registry.now();
 * registry.metrics.messagesProduced.inc();
 * registry.metrics.produceLatency.since(t0);
 * registry.metrics.consumerGroupLag.with({ group: 'billing', topic: 'orders' }).set(12);
 * ```
 */
export const streambus = withPreset(
  defineCatalogue({
    name: 'streambus',
    families: {
      // ---- broker ----
      brokerUptime: {
        kind: 'gauge',
        name: 'streambus_broker_uptime_seconds',
        help: 'Broker uptime in seconds',
        unit: 'seconds',
      },
      brokerStatus: {
        kind: 'gauge',
        name: 'streambus_broker_status',
        help: 'Broker status (0=stopped, 1=starting, 2=running, 3=stopping)',
      },
      brokerConnections: {
        kind: 'gauge',
        name: 'streambus_broker_connections',
        help: 'Number of active client connections',
        combine: 'sum',
        initial: 0,
      },
      brokerActiveRequests: {
        kind: 'gauge',
        name: 'streambus_broker_active_requests',
        help: 'Number of active requests being processed',
        combine: 'sum',
        initial: 0,
      },

      // ---- messages ----
      messagesProduced: {
        kind: 'counter',
        name: 'streambus_messages_produced_total',
        help: 'Total messages produced',
      },
      messagesConsumed: {
        kind: 'counter',
        name: 'streambus_messages_consumed_total',
        help: 'Total messages consumed',
      },
      messagesStored: {
        kind: 'counter',
        name: 'streambus_messages_stored_total',
        help: 'Total messages stored',
      },
      bytesProduced: {
        kind: 'counter',
        name: 'streambus_bytes_produced_total',
        help: 'Total bytes produced',
      },
      bytesConsumed: {
        kind: 'counter',
        name: 'streambus_bytes_consumed_total',
        help: 'Total bytes consumed',
      },
      bytesStored: {
        kind: 'counter',
        name: 'streambus_bytes_stored_total',
        help: 'Total bytes stored',
      },

      // ---- topics ----
      topics: {
        kind: 'gauge',
        name: 'streambus_topics_total',
        help: 'Total number of topics',
      },
      partitions: {
        kind: 'gauge',
        name: 'streambus_partitions_total',
        help: 'Total number of partitions',
      },
      replicas: {
        kind: 'gauge',
        name: 'streambus_replicas_total',
        help: 'Total number of replicas',
      },

      // ---- performance ----
      produceLatency: {
        kind: 'histogram',
        name: 'streambus_produce_latency_seconds',
        help: 'Produce request latency distribution',
        unit: 'seconds',
        buckets: latencyBuckets,
      },
      consumeLatency: {
        kind: 'histogram',
        name: 'streambus_consume_latency_seconds',
        help: 'Consume request latency distribution',
        unit: 'seconds',
        buckets: latencyBuckets,
      },
      replicationLatency: {
        kind: 'histogram',
        name: 'streambus_replication_latency_seconds',
        help: 'Replication latency distribution',
        unit: 'seconds',
        buckets: latencyBuckets,
      },
      // commitLatency is vsr's.
      streambusCommitLatency: {
        kind: 'histogram',
        name: 'streambus_commit_latency_seconds',
        help: 'Commit latency distribution',
        unit: 'seconds',
        buckets: latencyBuckets,
      },

      // ---- consumer groups ----
      consumerGroups: {
        kind: 'gauge',
        name: 'streambus_consumer_groups_total',
        help: 'Total number of consumer groups',
      },
      consumerGroupMembers: {
        kind: 'gauge',
        name: 'streambus_consumer_group_members_total',
        help: 'Total number of consumer group members',
      },
      consumerGroupLag: {
        kind: 'gauge',
        name: 'streambus_consumer_group_lag',
        help: 'Consumer group lag in messages',
        // The guide names no labels, but its alert could not say which group lags without them.
        labels: { group: 'any', topic: 'any' },
      },

      // ---- transactions ----
      transactionsActive: {
        kind: 'gauge',
        name: 'streambus_transactions_active',
        help: 'Number of active transactions',
        combine: 'sum',
        initial: 0,
      },
      transactionsCommitted: {
        kind: 'counter',
        name: 'streambus_transactions_committed_total',
        help: 'Total committed transactions',
      },
      transactionsAborted: {
        kind: 'counter',
        name: 'streambus_transactions_aborted_total',
        help: 'Total aborted transactions',
      },
      transactionDuration: {
        kind: 'histogram',
        name: 'streambus_transaction_duration_seconds',
        help: 'Transaction duration distribution',
        unit: 'seconds',
        // The guide's bounds are for requests; a transaction spans many of them.
        buckets: [0.1, 0.5, 1, 2.5, 5, 10, 30, 60],
      },

      // ---- storage ----
      storageUsed: {
        kind: 'gauge',
        name: 'streambus_storage_used_bytes',
        help: 'Storage space used in bytes',
        unit: 'bytes',
      },
      storageAvailable: {
        kind: 'gauge',
        name: 'streambus_storage_available_bytes',
        help: 'Storage space available in bytes',
        unit: 'bytes',
      },
      segments: {
        kind: 'gauge',
        name: 'streambus_segments_total',
        help: 'Total number of log segments',
      },
      compactions: {
        kind: 'counter',
        name: 'streambus_compactions_total',
        help: 'Total number of compactions performed',
      },

      // ---- network ----
      networkBytesIn: {
        kind: 'counter',
        name: 'streambus_network_bytes_in_total',
        help: 'Total bytes received from network',
      },
      networkBytesOut: {
        kind: 'counter',
        name: 'streambus_network_bytes_out_total',
        help: 'Total bytes sent to network',
      },
      networkRequests: {
        kind: 'counter',
        name: 'streambus_network_requests_total',
        help: 'Total network requests',
      },
      networkErrors: {
        kind: 'counter',
        name: 'streambus_network_errors_total',
        help: 'Total network errors',
      },

      // ---- security ----
      authenticationAttempts: {
        kind: 'counter',
        name: 'streambus_authentication_attempts_total',
        help: 'Total authentication attempts',
      },
      authenticationFailures: {
        kind: 'counter',
        name: 'streambus_authentication_failures_total',
        help: 'Total authentication failures',
      },
      authorizationChecks: {
        kind: 'counter',
        name: 'streambus_authorization_checks_total',
        help: 'Total authorization checks',
      },
      authorizationDenials: {
        kind: 'counter',
        name: 'streambus_authorization_denials_total',
        help: 'Total authorization denials',
      },
      auditEventsLogged: {
        kind: 'counter',
        name: 'streambus_audit_events_logged_total',
        help: 'Total audit events logged',
      },

      // ---- cluster ----
      // clusterSize is vsr's.
      streambusClusterSize: {
        kind: 'gauge',
        name: 'streambus_cluster_size',
        help: 'Number of brokers in cluster',
      },
      clusterLeader: {
        kind: 'gauge',
        name: 'streambus_cluster_leader',
        help: '1 if this broker is leader, 0 otherwise',
      },
      raftTerm: {
        kind: 'gauge',
        name: 'streambus_raft_term',
        help: 'Current Raft term',
      },
      raftCommitIndex: {
        kind: 'gauge',
        name: 'streambus_raft_commit_index',
        help: 'Current Raft commit index',
      },

      // ---- schema registry ----
      schemasRegistered: {
        kind: 'counter',
        name: 'streambus_schemas_registered_total',
        help: 'Total schemas registered',
      },
      schemaValidations: {
        kind: 'counter',
        name: 'streambus_schema_validations_total',
        help: 'Total schema validations',
      },
      schemaValidationErrors: {
        kind: 'counter',
        name: 'streambus_schema_validation_errors_total',
        help: 'Total schema validation errors',
      },
    },
    waive: {
      streambus_topics_total: gaugeNamedTotal,
      streambus_partitions_total: gaugeNamedTotal,
      streambus_replicas_total: gaugeNamedTotal,
      streambus_consumer_groups_total: gaugeNamedTotal,
      streambus_consumer_group_members_total: gaugeNamedTotal,
      streambus_segments_total: gaugeNamedTotal,
    },
  }),
  { name: 'streambus', server: { port: 8080, healthWord: 'ok' } },
);
