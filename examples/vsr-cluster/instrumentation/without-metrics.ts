// Metrics that record nothing: the same calls, for measuring what recording costs, and for
// simulations that nobody reads.

import { kimberlite, vsr } from 'vsr-metrics/catalogues';
import type { ReplicaMetrics } from './instrumentation.js';

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
  const metrics: Record<string, unknown> = {};
  for (const { families } of [vsr, kimberlite]) {
    for (const [key, family] of Object.entries(families)) {
      const free = Object.keys('labels' in family ? family.labels : {}).filter(
        (label) => label !== 'replica_id' && label !== 'node_id',
      );
      metrics[key] = free.length === 0 ? silent : silentFamily;
    }
  }
  return metrics as unknown as ReplicaMetrics;
}
