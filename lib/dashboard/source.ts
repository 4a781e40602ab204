// Where the page's numbers come from: a registry, a reader of its file, or many files as one.

import type { Bucket } from '../core/reading/distribution.js';
import type { HistoryPoint, HistoryRange } from '../core/reading/history-points.js';
import type { Snapshot } from '../core/reading/snapshot.js';

/**
 * What a dashboard shows. Registries and readers are such sources as they are.
 *
 * @example
 * ```ts
 * import { readRegistry } from 'vsr-metrics';
 * import { createDashboard } from 'vsr-metrics/dashboard';
 *
 * const dashboard = createDashboard({ registry: readRegistry('/dev/shm/replica-0.metrics') });
 * dashboard.close();
 * ```
 */
export interface DashboardSource {
  snapshot(): Snapshot;
  /** Earlier values of the one series that these labels name, oldest first. */
  history(name: string, range?: HistoryRange): HistoryPoint[];
  /** Earlier values of all series of a family whose past has to be fetched from elsewhere. */
  fetchHistory?(name: string, range: HistoryRange): Promise<readonly FetchedHistory[]>;
}

/** Earlier values of one series, with what had been recorded by bucket where it is of a histogram. */
export interface FetchedHistory {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly {
    readonly at: number;
    readonly value: number;
    readonly buckets?: readonly Bucket[];
  }[];
}
