// prom-client's public interface on this package: metrics, registries, default metrics, Pushgateway.
//
//   import client from 'vsr-metrics/prom-client';          // or: const client = require(...)
//
//   const requests = new client.Counter({ name: 'requests_total', help: 'Requests' });
//   requests.inc();
//   console.log(await client.register.metrics());
//
// This file declares what users see, as prom-client declares it; client.cts is what runs. It is
// CommonJS so that there is one default registry however it is loaded, and a new one wherever a
// test runner loads modules anew.

import type { Snapshot } from '../../core/reading/snapshot.js' with { 'resolution-mode': 'import' };

type Charset = 'utf-8';

export type PrometheusMIME = 'text/plain';
export type PrometheusMetricsVersion = '0.0.4';
export type OpenMetricsMIME = 'application/openmetrics-text';
export type OpenMetricsVersion = '1.0.0';

export type PrometheusContentType =
  `${PrometheusMIME}; version=${PrometheusMetricsVersion}; charset=${Charset}`;
export type OpenMetricsContentType =
  `${OpenMetricsMIME}; version=${OpenMetricsVersion}; charset=${Charset}`;
export type RegistryContentType = PrometheusContentType | OpenMetricsContentType;

type AnyContentType = Registry<PrometheusContentType> | Registry<OpenMetricsContentType>;

/** The metrics that one scrape shows. */
export declare class Registry<Content extends RegistryContentType = PrometheusContentType> {
  constructor(contentType?: Content);
  /** What a scrape is answered with; calls the `collect` functions first. */
  metrics(): Promise<string>;
  /** Forgets all metrics and the default labels. */
  clear(): void;
  /** Resets all metrics. */
  resetMetrics(): void;
  /** @throws Error when another metric has the same name */
  registerMetric<T extends string>(metric: Metric<T>): void;
  getMetricsAsJSON(): Promise<MetricObjectWithValues<MetricValue<string>>[]>;
  getMetricsAsArray(): MetricObject[];
  removeSingleMetric(name: string): void;
  getSingleMetric<T extends string>(name: string): Metric<T> | undefined;
  getSingleMetricAsString(name: string): Promise<string>;
  /** Adds labels to everything this registry shows; labels of the metrics themselves win. */
  setDefaultLabels(labels: object): void;
  /** For the header of a response. */
  readonly contentType: Content;
  setContentType(contentType: Content): void;
  /**
   * A registry that shows the metrics of several, also of prom-client's own.
   *
   * @example
   * ```ts
   * import { Registry, register } from 'vsr-metrics/prom-client';
   *
   * const all = Registry.merge([register, new Registry()]);
   * console.log(await all.metrics());
   * ```
   * @throws Error when two metrics have the same name, or their content types differ
   */
  static merge(registers: Registry[]): Registry;
  static PROMETHEUS_CONTENT_TYPE: PrometheusContentType;
  static OPENMETRICS_CONTENT_TYPE: OpenMetricsContentType;
}

export type Collector = () => void;

/** The registry of all metrics that name no other. */
export declare const register: Registry;
/** The content type of the default registry. */
export declare const contentType: RegistryContentType;
export declare const prometheusContentType: PrometheusContentType;
export declare const openMetricsContentType: OpenMetricsContentType;

/** A registry in the primary of a cluster that collects from the workers, by messages. */
export declare class AggregatorRegistry<T extends RegistryContentType> extends Registry<T> {
  /**
   * The metrics of all workers, added up.
   *
   * @example
   * ```ts
   * import { AggregatorRegistry } from 'vsr-metrics/prom-client';
   *
   * console.log(await new AggregatorRegistry().clusterMetrics());
   * ```
   */
  clusterMetrics(): Promise<string>;
  /** Adds up what `getMetricsAsJSON()` of several registries returned. */
  static aggregate<T extends RegistryContentType>(metrics: object[]): Registry<T>;
  /** In a worker: what the primary gets, when it is not the default registry. */
  static setRegistries(registers: AnyContentType[] | AnyContentType): void;
}

export type Metric<T extends string = string> = Counter<T> | Gauge<T> | Summary<T> | Histogram<T>;

/** How the values of several workers become one. */
export type Aggregator = 'omit' | 'sum' | 'first' | 'min' | 'max' | 'average';

/** A type only, as in prom-client: at run time a metric's type is a word. */
export declare enum MetricType {
  Counter,
  Gauge,
  Histogram,
  Summary,
}

// biome-ignore lint/suspicious/noExplicitAny: as in prom-client; the kind of metric is not known here
type AnyCollectFunction = CollectFunction<any>;
type CollectFunction<T> = (this: T) => void | Promise<void>;

interface MetricObject {
  name: string;
  help: string;
  type: MetricType;
  aggregator: Aggregator;
  collect: AnyCollectFunction;
}

interface MetricObjectWithValues<T extends MetricValue<string>> extends MetricObject {
  values: T[];
}

type MetricValue<T extends string> = { value: number; labels: LabelValues<T> };
type MetricValueWithName<T extends string> = MetricValue<T> & { metricName?: string };
type LabelValues<T extends string> = Partial<Record<T, string | number>>;

interface MetricConfiguration<T extends string> {
  name: string;
  help: string;
  labelNames?: T[] | readonly T[];
  /** Where the metric is registered: the default registry, unless given. */
  registers?: AnyContentType[];
  aggregator?: Aggregator;
  /** Called on every scrape, to set the metric then. */
  collect?: AnyCollectFunction;
  enableExemplars?: boolean;
}

export interface CounterConfiguration<T extends string> extends MetricConfiguration<T> {
  collect?: CollectFunction<Counter<T>>;
}

export interface IncreaseDataWithExemplar<T extends string> {
  value?: number;
  labels?: LabelValues<T>;
  exemplarLabels?: LabelValues<T>;
}

export interface ObserveDataWithExemplar<T extends string> {
  value: number;
  labels?: LabelValues<T>;
  exemplarLabels?: LabelValues<T>;
}

/**
 * A number that only goes up.
 *
 * @example
 * ```ts
 * import { Counter } from 'vsr-metrics/prom-client';
 *
 * const requests = new Counter({
 *   name: 'requests_total',
 *   help: 'Requests',
 *   labelNames: ['method'] as const,
 * });
 * requests.inc({ method: 'GET' });
 * const gets = requests.labels('GET'); // looked up once: keep it where it is hot
 * gets.inc();
 * ```
 */
export declare class Counter<T extends string = string> {
  /** @throws Error when name, help or labels are not in order, or the name is taken */
  constructor(configuration: CounterConfiguration<T>);
  /** @throws Error on labels that were not declared, and on negative amounts */
  inc(labels: LabelValues<T>, value?: number): void;
  inc(value?: number): void;
  /** With `enableExemplars` only. */
  inc(increase: IncreaseDataWithExemplar<T>): void;
  get(): Promise<MetricObjectWithValues<MetricValue<T>>>;
  /** The series with these labels, in the order of `labelNames`. */
  labels(...values: string[]): Counter.Internal;
  labels(labels: LabelValues<T>): Counter.Internal;
  reset(): void;
  remove(...values: string[]): void;
  remove(labels: LabelValues<T>): void;
}

export declare namespace Counter {
  interface Internal {
    inc(value?: number): void;
  }
}

export interface GaugeConfiguration<T extends string> extends MetricConfiguration<T> {
  collect?: CollectFunction<Gauge<T>>;
}

/**
 * A number that goes up and down.
 *
 * @example
 * ```ts
 * import { Gauge } from 'vsr-metrics/prom-client';
 *
 * const inFlight = new Gauge({ name: 'requests_in_flight', help: 'Requests being handled' });
 * inFlight.inc();
 * inFlight.dec();
 * ```
 */
export declare class Gauge<T extends string = string> {
  constructor(configuration: GaugeConfiguration<T>);
  inc(labels: LabelValues<T>, value?: number): void;
  inc(value?: number): void;
  dec(labels: LabelValues<T>, value?: number): void;
  dec(value?: number): void;
  set(labels: LabelValues<T>, value: number): void;
  set(value: number): void;
  get(): Promise<MetricObjectWithValues<MetricValue<T>>>;
  /** Sets it to the unix time in seconds. */
  setToCurrentTime(labels?: LabelValues<T>): void;
  /** Returns a function that sets the gauge to the seconds since, and returns them. */
  startTimer(labels?: LabelValues<T>): (labels?: LabelValues<T>) => number;
  labels(...values: string[]): Gauge.Internal<T>;
  labels(labels: LabelValues<T>): Gauge.Internal<T>;
  reset(): void;
  remove(...values: string[]): void;
  remove(labels: LabelValues<T>): void;
}

export declare namespace Gauge {
  interface Internal<T extends string> {
    inc(value?: number): void;
    dec(value?: number): void;
    set(value: number): void;
    setToCurrentTime(): void;
    startTimer(): (labels?: LabelValues<T>) => number;
  }
}

export interface HistogramConfiguration<T extends string> extends MetricConfiguration<T> {
  /** Upper bounds, ascending, without +Inf. */
  buckets?: number[];
  collect?: CollectFunction<Histogram<T>>;
}

/**
 * Counts of values by upper bounds.
 *
 * @example
 * ```ts
 * import { Histogram } from 'vsr-metrics/prom-client';
 *
 * const durations = new Histogram({
 *   name: 'request_duration_seconds',
 *   help: 'How long requests took',
 *   buckets: [0.01, 0.1, 1],
 * });
 * const end = durations.startTimer();
 * console.log(end(), 'seconds');
 * ```
 */
export declare class Histogram<T extends string = string> {
  constructor(configuration: HistogramConfiguration<T>);
  observe(value: number): void;
  observe(labels: LabelValues<T>, value: number): void;
  /** With `enableExemplars` only. */
  observe(observation: ObserveDataWithExemplar<T>): void;
  get(): Promise<MetricObjectWithValues<MetricValueWithName<T>>>;
  /** Returns a function that observes the seconds since, and returns them. */
  startTimer(labels?: LabelValues<T>): (labels?: LabelValues<T>) => number;
  startTimer(
    labels?: LabelValues<T>,
    exemplarLabels?: LabelValues<T>,
  ): (labels?: LabelValues<T>, exemplarLabels?: LabelValues<T>) => number;
  reset(): void;
  /** Shows the series with these labels, at zero, before anything was observed. */
  zero(labels: LabelValues<T>): void;
  labels(...values: string[]): Histogram.Internal<T>;
  labels(labels: LabelValues<T>): Histogram.Internal<T>;
  remove(...values: string[]): void;
  remove(labels: LabelValues<T>): void;
}

export declare namespace Histogram {
  interface Internal<T extends string> {
    observe(value: number): void;
    /** What it returns is the seconds, as of the others; prom-client declares no result here. */
    startTimer(): (labels?: LabelValues<T>) => void;
  }

  interface Config {
    buckets?: number[];
  }
}

export interface SummaryConfiguration<T extends string> extends MetricConfiguration<T> {
  /** From 0 to 1. */
  percentiles?: number[];
  /** With `ageBuckets`: quantiles of the last so many seconds, in so many steps. */
  maxAgeSeconds?: number;
  ageBuckets?: number;
  /** Hides series whose values have all aged away. */
  pruneAgedBuckets?: boolean;
  compressCount?: number;
  collect?: CollectFunction<Summary<T>>;
}

/**
 * Quantiles of values.
 *
 * @example
 * ```ts
 * import { Summary } from 'vsr-metrics/prom-client';
 *
 * const sizes = new Summary({ name: 'response_bytes', help: 'Sizes', percentiles: [0.5, 0.99] });
 * sizes.observe(4096);
 * ```
 */
export declare class Summary<T extends string = string> {
  constructor(configuration: SummaryConfiguration<T>);
  observe(value: number): void;
  observe(labels: LabelValues<T>, value: number): void;
  get(): Promise<MetricObjectWithValues<MetricValueWithName<T>>>;
  startTimer(labels?: LabelValues<T>): (labels?: LabelValues<T>) => number;
  reset(): void;
  labels(...values: string[]): Summary.Internal<T>;
  labels(labels: LabelValues<T>): Summary.Internal<T>;
  remove(...values: string[]): void;
  remove(labels: LabelValues<T>): void;
}

export declare namespace Summary {
  interface Internal<T extends string> {
    observe(value: number): void;
    startTimer(): (labels?: LabelValues<T>) => number;
  }

  interface Config {
    percentiles?: number[];
  }
}

/**
 * Pushes the metrics of a registry, for jobs that end before anybody could scrape them.
 *
 * @example
 * ```ts
 * import { Pushgateway } from 'vsr-metrics/prom-client';
 *
 * const gateway = new Pushgateway('http://127.0.0.1:9091');
 * await gateway.pushAdd({ jobName: 'backup', groupings: { instance: 'a' } });
 * ```
 */
export declare class Pushgateway<T extends RegistryContentType> {
  // biome-ignore lint/suspicious/noExplicitAny: as in prom-client; options of http.request
  constructor(url: string, options?: any, registry?: Registry<T>);
  /** Replaces metrics of the same names in the group (POST). */
  pushAdd(parameters: Pushgateway.Parameters): Promise<{ resp?: unknown; body?: unknown }>;
  /** Replaces all metrics of the group (PUT). */
  push(parameters: Pushgateway.Parameters): Promise<{ resp?: unknown; body?: unknown }>;
  /** Deletes all metrics of the group. */
  delete(parameters: Pushgateway.Parameters): Promise<{ resp?: unknown; body?: unknown }>;
}

export declare namespace Pushgateway {
  interface Parameters {
    jobName: string;
    /** Further labels of the group. */
    groupings?: { [key: string]: string };
  }
}

/**
 * Bounds at equal distances.
 *
 * @example
 * ```ts
 * import { linearBuckets } from 'vsr-metrics/prom-client';
 *
 * linearBuckets(0, 10, 3); // 0, 10, 20
 * ```
 */
export declare function linearBuckets(start: number, width: number, count: number): number[];

/**
 * Bounds of which each is `factor` times the one before.
 *
 * @example
 * ```ts
 * import { exponentialBuckets } from 'vsr-metrics/prom-client';
 *
 * exponentialBuckets(1, 2, 4); // 1, 2, 4, 8
 * ```
 */
export declare function exponentialBuckets(start: number, factor: number, count: number): number[];

export interface DefaultMetricsCollectorConfiguration<T extends RegistryContentType> {
  register?: Registry<T>;
  prefix?: string;
  gcDurationBuckets?: number[];
  eventLoopMonitoringPrecision?: number;
  labels?: object;
}

/** Registers metrics of the process, of Node.js and of its event loop. */
export declare const collectDefaultMetrics: {
  /**
   * @example
   * ```ts
   * import { collectDefaultMetrics } from 'vsr-metrics/prom-client';
   *
   * collectDefaultMetrics({ prefix: 'shop_' });
   * ```
   */
  <T extends RegistryContentType>(config?: DefaultMetricsCollectorConfiguration<T>): void;
  /** The names of all of them. */
  metricsList: string[];
};

/**
 * Not of prom-client: shows the families of a vsr-metrics registry in a registry of this package, or
 * of prom-client itself.
 *
 * @example
 * ```ts
 * import { bridge, register } from 'vsr-metrics/prom-client';
 *
 * bridge(registry, register);
 * console.log(await register.metrics()); // both
 * ```
 */
export declare function bridge<T extends RegistryContentType>(
  source: { snapshot(): Snapshot },
  registry: Registry<T>,
): void;

/** What another thread needs to share a registry too: plain data, for workerData. */
export interface SharedRegistryHandle {
  readonly vsrMetricsRegion: string;
  readonly path: string;
}

/**
 * Not of prom-client: shares the counters, gauges and histograms of a registry with other threads
 * and processes. Each records at full speed, any of them shows the sums, and no messages are needed.
 *
 * `where`: a file, best on /dev/shm, for processes; what this function resolved to in another
 * thread; left out, something new for threads.
 *
 * @example
 * ```ts
 * import { register, shareRegistry } from 'vsr-metrics/prom-client';
 * import { Worker } from 'node:worker_threads';
 *
 * const metrics = await shareRegistry(register);
 * new Worker('./worker.js', { workerData: { metrics } }); // await shareRegistry(register, workerData.metrics)
 * ```
 */
export declare function shareRegistry<T extends RegistryContentType>(
  registry: Registry<T>,
  where?: string | SharedRegistryHandle,
): Promise<SharedRegistryHandle>;

/** Whether this can be the name of a metric. */
export declare function validateMetricName(name: string): boolean;

module.exports = require('./client.cjs');

Object.defineProperty(module.exports, 'contentType', {
  enumerable: true,
  get: () => module.exports.register.contentType,
  set: (given: RegistryContentType) => module.exports.register.setContentType(given),
});
