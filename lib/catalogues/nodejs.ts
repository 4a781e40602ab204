// Metrics of a Node.js process and of its threads, under the names that prom-client's default metrics
// have, so that dashboards made for those go on. `startNodejsMetrics` of vsr-metrics/collectors fills
// them.
//
// What is one per process (`process_...`) is recorded by its main thread alone; of the rest each
// thread that collects has its own part.

import { defineCatalogue } from '../core/catalogue/define.js';

const gaugeNamedTotal = { 'total-suffix': "prom-client's name for a gauge" } as const;

/** A number of the event loop: the worst thread of a process is the one to look at. */
function lag<const Name extends string>(name: Name, help: string, combine: 'min' | 'max') {
  return { kind: 'gauge', name, help, unit: 'seconds', combine } as const;
}

/** Bytes that add up over threads. */
function bytes<const Name extends string>(name: Name, help: string) {
  return { kind: 'gauge', name, help, unit: 'bytes', combine: 'sum' } as const;
}

function bytesOfSpace<const Name extends string>(name: Name, statistic: string) {
  const help = `Process heap space size ${statistic} from Node.js in bytes.`;
  return { ...bytes(name, help), labels: { space: 'any' } } as const;
}

function counts<const Name extends string>(name: Name, help: string) {
  return { kind: 'gauge', name, help, combine: 'sum' } as const;
}

/**
 * The process, its event loops, heaps and garbage collections.
 *
 * @example
 * ```ts
 * import { createRegistry } from 'vsr-metrics';
 * import { nodejs, vsr } from 'vsr-metrics/catalogues';
 * import { startNodejsMetrics } from 'vsr-metrics/collectors';
 *
 * const own = createRegistry({ catalogue: [vsr, nodejs], fixedLabels: { replica_id: '0' } });
 * startNodejsMetrics({ registry: own });
 * ```
 */
export const nodejs = defineCatalogue({
  name: 'nodejs',
  families: {
    // ---- the process ----
    processCpuUser: {
      kind: 'counter',
      name: 'process_cpu_user_seconds_total',
      help: 'Total user CPU time spent in seconds.',
      unit: 'seconds',
    },
    processCpuSystem: {
      kind: 'counter',
      name: 'process_cpu_system_seconds_total',
      help: 'Total system CPU time spent in seconds.',
      unit: 'seconds',
    },
    processCpu: {
      kind: 'counter',
      name: 'process_cpu_seconds_total',
      help: 'Total user and system CPU time spent in seconds.',
      unit: 'seconds',
    },
    processStartTime: {
      kind: 'gauge',
      name: 'process_start_time_seconds',
      help: 'Start time of the process since unix epoch in seconds.',
      unit: 'seconds',
      combine: 'min',
    },
    processResidentMemory: bytes('process_resident_memory_bytes', 'Resident memory size in bytes.'),
    processVirtualMemory: bytes('process_virtual_memory_bytes', 'Virtual memory size in bytes.'),
    processHeap: bytes('process_heap_bytes', 'Process heap size in bytes.'),
    processOpenFds: counts('process_open_fds', 'Number of open file descriptors.'),
    processMaxFds: {
      kind: 'gauge',
      name: 'process_max_fds',
      help: 'Maximum number of open file descriptors.',
      combine: 'min',
    },
    // ---- the event loop ----
    eventLoopLag: lag('nodejs_eventloop_lag_seconds', 'Lag of event loop in seconds.', 'max'),
    eventLoopLagMin: lag(
      'nodejs_eventloop_lag_min_seconds',
      'The minimum recorded event loop delay.',
      'min',
    ),
    eventLoopLagMax: lag(
      'nodejs_eventloop_lag_max_seconds',
      'The maximum recorded event loop delay.',
      'max',
    ),
    eventLoopLagMean: lag(
      'nodejs_eventloop_lag_mean_seconds',
      'The mean of the recorded event loop delays.',
      'max',
    ),
    eventLoopLagStddev: lag(
      'nodejs_eventloop_lag_stddev_seconds',
      'The standard deviation of the recorded event loop delays.',
      'max',
    ),
    eventLoopLagP50: lag(
      'nodejs_eventloop_lag_p50_seconds',
      'The 50th percentile of the recorded event loop delays.',
      'max',
    ),
    eventLoopLagP90: lag(
      'nodejs_eventloop_lag_p90_seconds',
      'The 90th percentile of the recorded event loop delays.',
      'max',
    ),
    eventLoopLagP99: lag(
      'nodejs_eventloop_lag_p99_seconds',
      'The 99th percentile of the recorded event loop delays.',
      'max',
    ),
    // ---- what keeps the event loop alive ----
    activeResources: {
      ...counts(
        'nodejs_active_resources',
        'Number of active resources that are currently keeping the event loop alive, grouped by async resource type.',
      ),
      labels: { type: 'any' },
    },
    activeResourcesAll: counts(
      'nodejs_active_resources_total',
      'Total number of active resources.',
    ),
    activeHandles: {
      ...counts(
        'nodejs_active_handles',
        'Number of active libuv handles grouped by handle type. Every handle type is C++ class name.',
      ),
      labels: { type: 'any' },
    },
    activeHandlesAll: counts('nodejs_active_handles_total', 'Total number of active handles.'),
    activeRequests: {
      ...counts(
        'nodejs_active_requests',
        'Number of active libuv requests grouped by request type. Every request type is C++ class name.',
      ),
      labels: { type: 'any' },
    },
    activeRequestsAll: counts('nodejs_active_requests_total', 'Total number of active requests.'),
    // ---- memory ----
    heapSizeTotal: bytes(
      'nodejs_heap_size_total_bytes',
      'Process heap size from Node.js in bytes.',
    ),
    heapSizeUsed: bytes(
      'nodejs_heap_size_used_bytes',
      'Process heap size used from Node.js in bytes.',
    ),
    externalMemory: bytes('nodejs_external_memory_bytes', 'Node.js external memory size in bytes.'),
    heapSpaceSizeTotal: bytesOfSpace('nodejs_heap_space_size_total_bytes', 'total'),
    heapSpaceSizeUsed: bytesOfSpace('nodejs_heap_space_size_used_bytes', 'used'),
    heapSpaceSizeAvailable: bytesOfSpace('nodejs_heap_space_size_available_bytes', 'available'),
    gcDuration: {
      kind: 'histogram',
      name: 'nodejs_gc_duration_seconds',
      help: 'Garbage collection duration by kind, one of major, minor, incremental or weakcb.',
      unit: 'seconds',
      labels: { kind: ['major', 'minor', 'incremental', 'weakcb'] },
      buckets: [0.001, 0.01, 0.1, 1, 2, 5],
      digits: 2,
    },
    // ---- which Node.js ----
    versionInfo: {
      kind: 'gauge',
      name: 'nodejs_version_info',
      help: 'Node.js version info.',
      labels: { version: 'any', major: 'any', minor: 'any', patch: 'any' },
    },
  },
  waive: {
    nodejs_active_resources_total: gaugeNamedTotal,
    nodejs_active_handles_total: gaugeNamedTotal,
    nodejs_active_requests_total: gaugeNamedTotal,
  },
});
