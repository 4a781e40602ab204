// Metrics of a Kalki service, as its observability guide declares them.

import { defineCatalogue } from '../core/catalogue/define.js';
import { withPreset } from './preset.js';

const counterWithoutTotal = {
  'total-suffix': 'a counter of this name in the Kalki observability guide',
} as const;

/**
 * The metrics of a Kalki service.
 *
 * @example
 * ```ts
 * import { createRegistry } from 'vsr-metrics';
 * import { kalki } from 'vsr-metrics/catalogues';
 *
 * const registry = createRegistry({ catalogue: kalki });
 * const t0 = registry.now();
 * registry.metrics.kalkiRequests.inc();
 * registry.metrics.requestDuration.since(t0);
 * registry.metrics.errors.with({ error_type: 'timeout' }).inc();
 * ```
 */
export const kalki = withPreset(
  defineCatalogue({
    name: 'kalki',
    families: {
      // ---- performance ----
      // requests is kimberlite's.
      kalkiRequests: {
        kind: 'counter',
        name: 'kalki_requests_total',
        help: 'Total requests processed',
      },
      requestDuration: {
        kind: 'histogram',
        name: 'kalki_request_duration_seconds',
        help: 'Request duration',
        unit: 'seconds',
        // The guide gives no bounds. Its targets are 0.1, 0.5 and 2 s, and its alert asks whether a
        // percentile exceeds 30 s, which bounds that end there could never answer.
        buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 120],
      },
      activeConnections: {
        kind: 'gauge',
        name: 'kalki_active_connections',
        help: 'Active connections',
        combine: 'sum',
        initial: 0,
      },

      // ---- business ----
      queriesProcessed: {
        kind: 'counter',
        name: 'kalki_queries_processed',
        help: 'Queries processed',
      },
      documentsIngested: {
        kind: 'counter',
        name: 'kalki_documents_ingested',
        help: 'Documents ingested',
      },
      sessionsActive: {
        kind: 'gauge',
        name: 'kalki_sessions_active',
        help: 'Active user sessions',
        combine: 'sum',
        initial: 0,
      },

      // ---- resources ----
      memoryUsage: {
        kind: 'gauge',
        name: 'kalki_memory_usage_bytes',
        help: 'Memory usage',
        unit: 'bytes',
        resource: 'processMemoryBytes',
      },
      // The guide's HighMemoryUsage alert divides by this one without declaring it.
      memoryLimit: {
        kind: 'gauge',
        name: 'kalki_memory_limit_bytes',
        help: 'Memory limit: that of the container, or else the memory of the machine',
        unit: 'bytes',
        resource: 'systemMemoryTotalBytes',
      },
      cpuUsage: {
        kind: 'gauge',
        name: 'kalki_cpu_usage_percent',
        help: 'CPU usage',
        unit: 'percent',
        resource: 'processCpuPercent',
      },
      diskUsage: {
        kind: 'gauge',
        name: 'kalki_disk_usage_bytes',
        help: 'Disk usage',
        unit: 'bytes',
        resource: 'systemDiskUsedBytes',
      },

      // ---- errors ----
      errors: {
        kind: 'counter',
        name: 'kalki_errors_total',
        help: 'Total errors',
        labels: { error_type: 'any' },
      },
      llmErrors: {
        kind: 'counter',
        name: 'kalki_llm_errors_total',
        help: 'LLM errors',
      },
      dbErrors: {
        kind: 'counter',
        name: 'kalki_db_errors_total',
        help: 'Database errors',
      },
    },
    waive: {
      kalki_queries_processed: counterWithoutTotal,
      kalki_documents_ingested: counterWithoutTotal,
      kalki_cpu_usage_percent: { 'base-unit': 'the Kalki observability guide gives it in percent' },
    },
  }),
  { name: 'kalki', server: { port: 9090, healthWord: 'healthy' } },
);
