// What sharing.cts knows of shared-region.ts, which is loaded only by programs that share.

import type { CoreSnapshot } from './core-snapshot.cjs';

export interface FamilyDescription {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  /** How threads combine. */
  readonly combine: 'sum' | 'min' | 'max';
  readonly bounds?: readonly number[];
}

/** One series, summed. Histograms: cumulative counts by bound, count, sum. */
export interface SharedReading {
  readonly labels: Readonly<Record<string, string>>;
  readonly numbers: Float64Array;
}

export interface SharedFamily {
  /** Records into this thread's part of a series. */
  recorder(labels: Readonly<Record<string, unknown>>): (value: number) => void;
  remove(labels: Readonly<Record<string, unknown>>): void;
  read(): SharedReading[];
}

/** What other threads need to share too: plain data. */
export interface SharedRegistryHandle {
  readonly vsrMetricsRegion: string;
  readonly path: string;
}

export interface SharedRegion {
  share(): SharedRegistryHandle;
  /** Undefined: this family cannot be shared. */
  family(description: FamilyDescription): SharedFamily | undefined;
  /** What everybody who shares recorded. */
  snapshot(): CoreSnapshot;
  /** One snapshot for everything that `read` reads. */
  holding<T>(read: () => T): T;
}
