// Metrics that record nothing, for simulations that nobody reads.

import { kimberlite, vsr } from 'vsr-metrics/catalogues';
import type { ReplicaMetrics } from './replica-metrics.js';

const silent = {
  inc: (): void => undefined,
  dec: (): void => undefined,
  set: (): void => undefined,
  unset: (): void => undefined,
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
