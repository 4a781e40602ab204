import type { Metrics } from 'vsr-metrics';
import type { kimberlite, vsr } from 'vsr-metrics/catalogues';

/** The families that a replica records into. */
export type ReplicaMetrics = Metrics<
  [typeof vsr, typeof kimberlite],
  { replica_id: string; node_id: string }
>;
