// What passes between the parts of this folder. What users see is declared in index.cts.

import type { SharedRegion } from './shared-types.cjs';

export type Labels = Readonly<Record<string, string | number>>;

/** An exemplar as it is exposed. */
export interface ExemplarData {
  labelSet: Labels;
  value: number | null;
  timestamp?: number;
}

export interface Value {
  value: number;
  labels: Record<string, unknown>;
  metricName?: string;
  exemplar?: ExemplarData | null | undefined;
  /** Only from histograms of prom-client itself: labels to which `labels` are added. */
  sharedLabels?: Record<string, unknown>;
}

/** What `get()` of a metric resolves to. */
export interface Reading {
  name: string;
  help: string;
  type: string;
  values: Value[];
  aggregator: string;
}

/** A metric as a registry knows it: of this package, of prom-client, or made by hand. */
export interface AnyMetric {
  name: string;
  help: string;
  type: string;
  get(): Reading | Promise<Reading>;
  getForPromString?(): Reading | Promise<Reading>;
  reset(): void;
}

/** A registry of this package or of prom-client. */
export interface AnyRegistry {
  readonly contentType: string;
  /** Of this package: what it is shared through. */
  readonly region?: SharedRegion | undefined;
  getMetricsAsArray(): AnyMetric[];
  getMetricsAsJSON(): Promise<Reading[]>;
  metrics(): Promise<string>;
  registerMetric(metric: AnyMetric): void;
}

export interface MetricConfiguration {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly string[];
  readonly registers?: readonly AnyRegistry[];
  readonly aggregator?: string;
  readonly collect?: () => void | Promise<void>;
  readonly enableExemplars?: boolean;
}

/** What the lines of a scrape need besides the metric. Its identity stands for its content. */
export interface Layout {
  readonly isOpenMetrics: boolean;
  /** The default labels of the registry: names, and how each is written. */
  readonly defaults: readonly (readonly [name: string, text: string])[];
}
