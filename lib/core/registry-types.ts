// What a registry hands over and takes, apart from its metrics.

/** What `share()` gives to other threads: plain data, for workerData or postMessage. */
export interface SharedRegistry {
  readonly vsrMetricsRegion: string;
  readonly path: string;
}

/** What `onSnapshot` takes. */
export interface SnapshotSchedule {
  /** The interval: snapshots are taken on time by a native thread, whatever the event loop does. */
  readonly everyMs: number;
  /** How many are held back while the event loop is busy; older ones are dropped. 10 by default. */
  readonly keep?: number;
}

/** How histograms record: see the option `recording` of `createRegistry`. */
export type Recording = 'direct' | 'journal';
