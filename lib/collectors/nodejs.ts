// startNodejsMetrics: the metrics of the process, its event loop, heap and garbage collector.

import { isMainThread } from 'node:worker_threads';
import { nodejs } from '../catalogues/nodejs.js';
import { optionsCheck, refusals, whole } from '../core/options.js';
import type { Metrics } from '../core/recorders/metrics-types.js';
import { activeProbes, eventLoopProbe } from './event-loop-probe.js';
import { garbageProbe, heapProbe } from './heap-probe.js';
import { processProbe } from './process-probe.js';
import {
  type CollectorOptions,
  collectorKinds,
  type GrowingRegistry,
  type RunningCollector,
  runProbes,
} from './sampler.js';

/** What `startNodejsMetrics` takes. */
export interface NodejsMetricsOptions extends CollectorOptions<GrowingRegistry> {
  /** How often the event loop is looked at; 10 ms unless told otherwise. */
  readonly eventLoopResolutionMs?: number | undefined;
}

const checkOptions = optionsCheck<NodejsMetricsOptions>(
  'the metrics of Node.js',
  refusals.registry,
  {
    ...collectorKinds,
    eventLoopResolutionMs: whole(1, 1000),
  },
);

/**
 * Records how this process and this thread do, under the names of prom-client's default metrics: the
 * catalogue `nodejs`, which is added to the registry unless it is there. Start it once in each thread
 * whose event loop and heap matter; what is one per process is recorded by the main thread.
 *
 * @example
 * ```ts
 * import { startNodejsMetrics } from 'vsr-metrics/collectors';
 *
 * const collector = startNodejsMetrics({ registry });
 * await collector.flush(); // now, besides every five seconds
 * console.log(registry.snapshot().value('process_resident_memory_bytes'));
 * ```
 * @throws RegistryError when an option does not fit, or the registry has no room
 */
export function startNodejsMetrics(options: NodejsMetricsOptions): RunningCollector {
  checkOptions(options);
  const { registry, eventLoopResolutionMs = 10 } = options;
  const metrics = registry.add(nodejs) as Metrics<typeof nodejs>;
  const [major = '', minor = '', patch = ''] = process.version.slice(1).split('.');
  metrics.versionInfo.with({ version: process.version, major, minor, patch }).set(1);
  return runProbes(options, [
    ...(isMainThread ? [processProbe(metrics)] : []),
    eventLoopProbe(metrics, eventLoopResolutionMs),
    ...activeProbes(metrics),
    heapProbe(metrics),
    garbageProbe(metrics),
  ]);
}
