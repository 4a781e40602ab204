// The heap of this thread, and the collections of its garbage.

import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics } from 'node:v8';
import type { nodejs } from '../catalogues/nodejs.js';
import type { Metrics } from '../core/recorders/metrics-types.js';
import type { Probe } from './sampler.js';

type NodejsMetrics = Metrics<typeof nodejs>;

export function heapProbe(metrics: NodejsMetrics): Probe {
  const spaces = new Set<string>();
  const { heapSpaceSizeTotal, heapSpaceSizeUsed, heapSpaceSizeAvailable } = metrics;
  return {
    name: 'the heap',
    sample() {
      const { heapTotal, heapUsed, external } = process.memoryUsage();
      metrics.heapSizeTotal.set(heapTotal);
      metrics.heapSizeUsed.set(heapUsed);
      metrics.externalMemory.set(external);
      for (const statistics of getHeapSpaceStatistics()) {
        const space = statistics.space_name.replace(/_space$/, '');
        spaces.add(space);
        heapSpaceSizeTotal.with({ space }).set(statistics.space_size);
        heapSpaceSizeUsed.with({ space }).set(statistics.space_used_size);
        heapSpaceSizeAvailable.with({ space }).set(statistics.space_available_size);
      }
    },
    close() {
      metrics.heapSizeTotal.unset();
      metrics.heapSizeUsed.unset();
      metrics.externalMemory.unset();
      for (const space of spaces) {
        heapSpaceSizeTotal.with({ space }).unset();
        heapSpaceSizeUsed.with({ space }).unset();
        heapSpaceSizeAvailable.with({ space }).unset();
      }
    },
  };
}

/** Collections are recorded when Node.js tells of them, soon after each. */
export function garbageProbe(metrics: NodejsMetrics): Probe {
  const recorders = new Map(
    (
      [
        [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
        [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
        [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
        [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
      ] as const
    ).map(([code, kind]) => [code, metrics.gcDuration.with({ kind })] as const),
  );
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { kind } = (entry as PerformanceEntry & { detail: { kind: number } }).detail;
      recorders.get(kind)?.record(entry.duration / 1000);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  return {
    name: 'garbage collections',
    sample: () => undefined,
    close: () => observer.disconnect(),
  };
}
