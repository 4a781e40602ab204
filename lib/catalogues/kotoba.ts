// Metrics of KotobaDB, as its monitoring crate lists them. The labels that it calls global are the
// registry's defaultLabels:
//
//   createRegistry({ catalogue: kotoba, defaultLabels: { service: 'kotoba-db', environment: 'production' } });

import { defineCatalogue } from '../core/catalogue/define.js';
import { withPreset } from './preset.js';

const percent = { 'base-unit': 'kotoba-monitoring gives it from 0 to 100' } as const;

/**
 * The metrics of a KotobaDB server, of its machine and of its cluster.
 *
 * The database reports how many connections there have been; `dbConnections` is a counter, so give
 * it the difference to the last report.
 *
 * @example
 * ```ts
 * import { createRegistry } from 'vsr-metrics';
 * import { kotoba } from 'vsr-metrics/catalogues';
 *
 * const { metrics } = createRegistry({ catalogue: kotoba, defaultLabels: { service: 'kotoba-db' } });
 * metrics.dbConnectionsActive.set(5);
 * metrics.dbQueryLatency.record(0.025);
 * metrics.healthCheckStatus.with({ check_name: 'database' }).set(1);
 * ```
 */
export const kotoba = withPreset(
  defineCatalogue({
    name: 'kotoba',
    families: {
      // ---- database ----
      dbConnectionsActive: {
        kind: 'gauge',
        name: 'kotoba_db_connections_active',
        help: 'Number of active database connections',
      },
      dbConnections: {
        kind: 'counter',
        name: 'kotoba_db_connections_total',
        help: 'Total database connections',
      },
      dbQueries: {
        kind: 'counter',
        name: 'kotoba_db_queries_total',
        help: 'Total number of queries',
      },
      dbQueryLatency: {
        kind: 'histogram',
        name: 'kotoba_db_query_latency_seconds',
        help: 'Database query latency in seconds',
        unit: 'seconds',
        // The crate gives no bounds; its samples lie between 25 and 100 ms.
        buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      },
      dbStorageSize: {
        kind: 'gauge',
        name: 'kotoba_db_storage_size_bytes',
        help: 'Total storage size',
        unit: 'bytes',
      },
      dbStorageUsed: {
        kind: 'gauge',
        name: 'kotoba_db_storage_used_bytes',
        help: 'Used storage size',
        unit: 'bytes',
      },

      // ---- system: memory and disk have two units each, so their keys keep them ----
      systemCpuUsage: {
        kind: 'gauge',
        name: 'system_cpu_usage_percent',
        help: 'CPU usage percentage',
        unit: 'percent',
        resource: 'systemCpuPercent',
      },
      systemMemoryUsageBytes: {
        kind: 'gauge',
        name: 'system_memory_usage_bytes',
        help: 'Memory usage in bytes',
        unit: 'bytes',
        resource: 'systemMemoryUsedBytes',
      },
      systemMemoryUsagePercent: {
        kind: 'gauge',
        name: 'system_memory_usage_percent',
        help: 'Memory usage percentage',
        unit: 'percent',
        resource: 'systemMemoryUsedPercent',
      },
      systemDiskUsageBytes: {
        kind: 'gauge',
        name: 'system_disk_usage_bytes',
        help: 'Disk usage in bytes',
        unit: 'bytes',
        resource: 'systemDiskUsedBytes',
      },
      systemDiskUsagePercent: {
        kind: 'gauge',
        name: 'system_disk_usage_percent',
        help: 'Disk usage percentage',
        unit: 'percent',
        resource: 'systemDiskUsedPercent',
      },

      // ---- cluster ----
      clusterNodes: {
        kind: 'gauge',
        name: 'kotoba_cluster_nodes_total',
        help: 'Total cluster nodes',
      },
      clusterNodesActive: {
        kind: 'gauge',
        name: 'kotoba_cluster_nodes_active',
        help: 'Active cluster nodes',
      },
      clusterLeaderChanges: {
        kind: 'counter',
        name: 'kotoba_cluster_leader_changes_total',
        help: 'Leader change events',
      },

      // ---- health: the documented alert asks for == 0, so 0 must mean that the check fails ----
      healthCheckStatus: {
        kind: 'gauge',
        name: 'health_check_status',
        help: 'Result of a health check (1=healthy, 0.5=degraded, 0=unhealthy, -1=unknown)',
        labels: { check_name: 'any' },
      },
      // The same under the name that has the prefix of the others: set both.
      kotobaHealthCheckStatus: {
        kind: 'gauge',
        name: 'kotoba_health_check_status',
        help: 'Result of a health check (1=healthy, 0.5=degraded, 0=unhealthy, -1=unknown)',
        labels: { check_name: 'any' },
      },
    },
    waive: {
      system_cpu_usage_percent: percent,
      system_memory_usage_percent: percent,
      system_disk_usage_percent: percent,
      kotoba_cluster_nodes_total: {
        'total-suffix': 'a number of nodes under this name in kotoba-monitoring',
      },
    },
  }),
  {
    name: 'kotoba',
    variables: 'KOTOBA',
    server: { port: 9090 },
    registry: { resourcesEveryMs: 15_000 },
    health: { everyMs: 30_000 },
  },
);
