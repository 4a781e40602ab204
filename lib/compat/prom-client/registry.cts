// A registry: the metrics that one scrape shows.

import families = require('./family-metric.cjs');
import labelText = require('./label-text.cjs');
import rendering = require('./rendering.cjs');

import type { SharedRegion } from './shared-types.cjs';
import type { AnyMetric, AnyRegistry, Layout, Reading } from './types.cjs';

const prometheusContentType = 'text/plain; version=0.0.4; charset=utf-8';
const openMetricsContentType = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

const collectMilliseconds = 5000;

/** What a region says of itself. */
const ownFamily = /^vsr_metrics_/;

/** A metric of this package. */
interface OwnMetric extends AnyMetric {
  /** Whether `get` is still the package's, so that `writeLines` says the same, faster. */
  readonly readsItself: boolean;
  readonly isShared: boolean;
  readonly isReady: boolean;
  shareIn(region: SharedRegion): void;
  collect?: () => void | Promise<void>;
  writeLines(lines: string[], layout: Layout): void;
}

class Registry implements AnyRegistry {
  static get PROMETHEUS_CONTENT_TYPE(): string {
    return prometheusContentType;
  }

  static get OPENMETRICS_CONTENT_TYPE(): string {
    return openMetricsContentType;
  }

  static readonly globalRegistry = new Registry();

  #metrics = new Map<string, AnyMetric>();
  /** Also of metrics that were removed: they are not shown again because others share them. */
  readonly #names = new Set<string>();
  #defaultLabels: Readonly<Record<string, unknown>> = {};
  #contentType: string;
  #region: SharedRegion | undefined;
  #layout: Layout = { isOpenMetrics: false, defaults: [] };

  constructor(contentType = prometheusContentType) {
    if (contentType !== prometheusContentType && contentType !== openMetricsContentType) {
      throw new TypeError(`Content type ${contentType} is unsupported`);
    }
    this.#contentType = contentType;
  }

  get contentType(): string {
    return this.#contentType;
  }

  get region(): SharedRegion | undefined {
    return this.#region;
  }

  setContentType(contentType: string): void {
    if (contentType !== prometheusContentType && contentType !== openMetricsContentType) {
      throw new Error(`Content type ${contentType} is unsupported`);
    }
    this.#contentType = contentType;
  }

  registerMetric(metric: AnyMetric): void {
    const known = this.#metrics.get(metric.name);
    if (known !== undefined && known !== metric) {
      throw new Error(`A metric with the name ${metric.name} has already been registered.`);
    }
    this.#metrics.set(metric.name, metric);
    this.#names.add(metric.name);
    if (this.#region !== undefined) shareMetric(metric, this.#region);
  }

  /** From now on its metrics, also those to come, are shared through a region. */
  shareIn(region: SharedRegion): void {
    if (this.#region !== undefined) throw new Error('This registry is shared already');
    this.#region = region;
    for (const metric of this.#metrics.values()) shareMetric(metric, region);
    const owner = new WeakRef(this);
    const timer = setInterval(() => {
      const registry = owner.deref();
      if (registry === undefined) clearInterval(timer);
      else registry.#collect();
    }, collectMilliseconds).unref();
  }

  /** Lets the others see what `collect` functions of this thread set: only it can run them. */
  #collect(): void {
    for (const metric of this.#metrics.values()) {
      // What fails here fails in a scrape too, and is heard of there.
      if (isOwn(metric)) void (async () => metric.collect?.())().catch(() => undefined);
    }
  }

  #holding<T>(read: () => T): T {
    return this.#region === undefined ? read() : this.#region.holding(read);
  }

  /**
   * What is shared, and has not been made here: the primary of a cluster may have none of its
   * workers' metrics and serves all of them.
   */
  #ofOthers() {
    const region = this.#region;
    if (region === undefined) return [];
    return region
      .snapshot()
      .families.filter(({ info: { name } }) => !this.#names.has(name) && !ownFamily.test(name))
      .map(({ info }) => families.metricOf(info, () => region.snapshot()));
  }

  getSingleMetric(name: string): AnyMetric | undefined {
    return this.#metrics.get(name);
  }

  getMetricsAsArray(): AnyMetric[] {
    return [...this.#metrics.values()];
  }

  removeSingleMetric(name: string): void {
    this.#metrics.delete(name);
  }

  clear(): void {
    this.#metrics = new Map();
    this.#defaultLabels = {};
  }

  resetMetrics(): void {
    for (const metric of this.#metrics.values()) metric.reset();
  }

  setDefaultLabels(labels: object): void {
    this.#defaultLabels = labels as Readonly<Record<string, unknown>>;
  }

  async metrics(): Promise<string> {
    const layout = this.#currentLayout();
    // As prom-client: all are collected, in order, before anything is waited for.
    const texts = this.getMetricsAsArray().map((metric) => {
      nameFor(layout, metric);
      return this.#start(metric, layout);
    });
    const isWaiting = texts.some((text) => text instanceof Promise);
    const collected = isWaiting ? await Promise.all(texts) : (texts as (string | (() => string))[]);
    const written = this.#holding(() => [
      ...collected.map((text) => (typeof text === 'function' ? text() : text)),
      ...this.#ofOthers().map((metric) => {
        nameFor(layout, metric);
        return rendering.readingText(metric.get(), layout);
      }),
    ]);
    return layout.isOpenMetrics ? `${written.join('\n')}\n# EOF\n` : `${written.join('\n\n')}\n`;
  }

  async getMetricsAsString(metric: AnyMetric): Promise<string> {
    const text = this.#start(metric, this.#currentLayout());
    return typeof text === 'function' ? text() : text;
  }

  getSingleMetricAsString(name: string): Promise<string> {
    return this.getMetricsAsString(this.#metrics.get(name) as AnyMetric);
  }

  async getMetricsAsJSON(): Promise<Reading[]> {
    const own = await Promise.all(this.getMetricsAsArray().map((metric) => metric.get()));
    const ofOthers = this.#holding(() => this.#ofOthers().map((metric) => metric.get()));
    const readings = [...own, ...ofOthers];
    const defaults = Object.entries(this.#defaultLabels);
    if (defaults.length === 0) return readings;
    for (const value of readings.flatMap(({ values }) => values ?? [])) {
      value.labels = { ...value.labels };
      for (const [name, text] of defaults) value.labels[name] = value.labels[name] || text;
    }
    return readings;
  }

  static merge(registers: readonly AnyRegistry[]): Registry {
    const { contentType } = registers[0] as AnyRegistry;
    if (registers.some((register) => register.contentType !== contentType)) {
      throw new Error('Registers can only be merged if they have the same content type');
    }
    const merged = new Registry(contentType);
    for (const metric of registers.flatMap((register) => register.getMetricsAsArray())) {
      merged.registerMetric(metric);
    }
    return merged;
  }

  /**
   * Collects a metric. Its text: now; later; or when all others were collected: of counters, as
   * their collect functions may step it, and of what is shared, to be read all at once.
   */
  #start(metric: AnyMetric, layout: Layout): string | (() => string) | Promise<string> {
    if (!isOwn(metric)) return rendering.renderReading(metric, layout);
    const write = (): string => {
      const lines = [rendering.headLines(metric)];
      metric.writeLines(lines, layout);
      return lines.join('\n');
    };
    try {
      const waiting = metric.collect?.();
      if (waiting instanceof Promise) return waiting.then(write);
    } catch (error) {
      return Promise.reject(error);
    }
    return metric.type === 'counter' || metric.isShared ? write : write();
  }

  /** The same object while nothing changes: metrics keep what they wrote for it. */
  #currentLayout(): Layout {
    const isOpenMetrics = this.#contentType === openMetricsContentType;
    const defaults = Object.entries(this.#defaultLabels).map(
      ([name, value]) => [name, labelText.labelText(name, value)] as const,
    );
    const isSame =
      this.#layout.isOpenMetrics === isOpenMetrics && `${defaults}` === `${this.#layout.defaults}`;
    if (!isSame) this.#layout = { isOpenMetrics, defaults };
    return this.#layout;
  }
}

/** OpenMetrics calls a counter by its name without the ending of its samples. */
function nameFor(layout: Layout, metric: AnyMetric): void {
  if (!layout.isOpenMetrics || metric.type !== 'counter') return;
  metric.name = metric.name.replace(/_total$/, '');
}

function shareMetric(metric: AnyMetric, region: SharedRegion): void {
  // One that is still being made does it when it is complete.
  if ((metric as Partial<OwnMetric>).isReady) (metric as OwnMetric).shareIn(region);
}

function isOwn(metric: AnyMetric): metric is OwnMetric {
  return metric !== undefined && (metric as OwnMetric).readsItself === true;
}

export = Registry;
