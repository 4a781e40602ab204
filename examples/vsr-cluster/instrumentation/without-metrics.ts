// Metrics that record nothing: the same calls, for measuring what recording costs, and for
// simulations that nobody reads.

import { kimberlite, vsr } from 'vsr-metrics/catalogues';
import { Instrumentation, type ReplicaMetrics } from './instrumentation.js';
import { stoppedStopwatch } from './stopwatch.js';

const silent = {
  inc: (): void => undefined,
  dec: (): void => undefined,
  set: (): void => undefined,
  record: (): void => undefined,
  observe: (): void => undefined,
  since: (): void => undefined,
  sampleFrom: () => () => undefined,
};
const silentFamily = { with: () => silent, remove: () => false };

/** Stands in for `registry.metrics`. */
export function withoutMetrics(): ReplicaMetrics {
  const families = Object.entries({ ...vsr.families, ...kimberlite.families });
  const silenced = families.map(([key, family]) => {
    const free = Object.keys('labels' in family ? family.labels : {}).filter(
      (label) => label !== 'replica_id' && label !== 'node_id',
    );
    return [key, free.length === 0 ? silent : silentFamily];
  });
  return Object.fromEntries(silenced) as unknown as ReplicaMetrics;
}

/** Stands in for an Instrumentation that records. */
export function silentInstrumentation(): Instrumentation {
  return new Instrumentation(withoutMetrics(), stoppedStopwatch);
}
