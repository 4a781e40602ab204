// What a server shows: a registry, a reader of a file, or anything else that gives snapshots.

import type { SharedRegistry } from '../core/registry-types.js';
import type { DashboardSource } from '../dashboard/source.js';
import type { HealthResult } from '../health/report.js';

/**
 * Anything that gives snapshots. It may throw a `VsrMetricsError` when it has none just now: whoever
 * asks is told so by a 503.
 */
export interface ServerSource extends DashboardSource {
  /** What is wrong with parts of the last snapshot, in words: the text format has room for that. */
  remarks?(): readonly string[];
  /** Where a server counts the requests that it refuses, if the source is no registry itself. */
  readonly ownRegistry?: object | undefined;
}

/** What `createRegistry`, `attachRegistry` and `readRegistry` return. */
export type ServedRegistry = DashboardSource &
  ({ share(): SharedRegistry } | { readonly file: string });

/** What `createHealthChecks` returns, or anything else that knows what checks found. */
export interface HealthSource {
  results(): readonly HealthResult[];
  /** Calls the listener whenever one is new, until the function that it returns is called. */
  onResults?(listener: (results: readonly HealthResult[]) => void): () => void;
}
