// A histogram: counts by the bounds that the program gives.

import exemplars = require('./exemplar.cjs');
import labelText = require('./label-text.cjs');
import Metric = require('./metric.cjs');
import rendering = require('./rendering.cjs');
import SeriesIndex = require('./series-index.cjs');

import type { SharedRegion } from './shared-types.cjs';

import sharing = require('./sharing.cjs');
import timing = require('./timing.cjs');

import type {
  ExemplarData,
  Labels,
  Layout,
  MetricConfiguration,
  Reading,
  Value,
} from './types.cjs';

import validation = require('./validation.cjs');

const { defaultTexts, inBraces, labelTexts, valueText } = labelText;

interface HistogramConfiguration extends MetricConfiguration {
  readonly buckets?: readonly number[];
}

interface Child {
  observe(value: number): void;
  startTimer(): (labels?: Labels) => number;
}

interface ObservationWithExemplar {
  readonly labels?: Labels;
  readonly value?: number;
  readonly exemplarLabels?: Labels;
}

type SharedSeries<S extends HistogramSeries> = InstanceType<typeof sharing.SharedSeries<S>>;

const noLabels: Labels = Object.freeze({});

class HistogramSeries {
  labels: Labels;
  /** By bound, not cumulated; then what is above all. */
  readonly counts: Float64Array;
  count = 0;
  sum = 0;
  exemplars: (ExemplarData | null | undefined)[] | undefined = undefined;
  child: Child | undefined = undefined;
  /** What else happens to a value: see sharing.cts. */
  mirror: ((value: number) => void) | undefined = undefined;
  // The constant ends of its lines: after le="...", and of sum and count.
  textsFor: Layout | undefined = undefined;
  bucketEnd = '';
  totalEnd = '';

  constructor(labels: Labels, bounds: number) {
    this.labels = labels;
    this.counts = new Float64Array(bounds + 1);
  }

  /** Starts again at zero, with labels that the metric need not have declared. */
  restart(labels: Labels): void {
    this.labels = labels;
    this.textsFor = undefined;
    this.counts.fill(0);
    this.count = 0;
    this.sum = 0;
    this.exemplars = undefined;
  }

  writeFor(layout: Layout): void {
    if (this.textsFor === layout) return;
    const own = labelTexts(this.labels);
    const texts = [...defaultTexts(layout, { ...this.labels, le: '' }), ...own];
    this.bucketEnd = `${texts.map((text) => `,${text}`).join('')}} `;
    this.totalEnd = `${inBraces([...defaultTexts(layout, this.labels), ...own])} `;
    this.textsFor = layout;
  }
}

class Histogram extends Metric {
  override type = 'histogram';
  declare buckets: readonly number[];
  #shared: SharedSeries<HistogramSeries> | undefined;
  readonly #index: SeriesIndex<HistogramSeries>;
  readonly #bounds: Float64Array;
  // A bound that is there twice counts in one place, as in prom-client, where counts have keys.
  readonly #places: Uint32Array;
  readonly #bucketStarts: readonly string[];

  constructor(config: HistogramConfiguration) {
    super(config, { buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] });
    this.enableExemplars = false;
    const bounds = this.buckets;
    this.#bounds = Float64Array.from(bounds);
    this.#index = new SeriesIndex(this.labelNames, (labels) => {
      const series = new HistogramSeries(labels, bounds.length);
      this.#shared?.mirror(series);
      return series;
    });
    const keys = bounds.map(String);
    this.#places = Uint32Array.from(keys, (key) => keys.indexOf(key));
    this.#bucketStarts = bounds.map((bound) => `_bucket{${labelText.labelText('le', bound)}`);
    Object.freeze(bounds);
    // Here, not before: as in prom-client, what is refused now has been registered already.
    for (const label of this.labelNames) {
      if (label === 'le') throw new Error('le is a reserved label keyword');
    }
    if (config.enableExemplars) {
      this.enableExemplars = true;
      this.observe = this.#observeWithExemplar;
    }
    if (this.labelNames.length === 0) this.#index.create(noLabels);
    this.ready();
  }

  override get isShared(): boolean {
    return this.#shared !== undefined;
  }

  override shareIn(region: SharedRegion): void {
    if (this.#shared !== undefined) return;
    const { name, help, labelNames, buckets: bounds } = this;
    if ([...this.#index.all].some(({ count }) => count > 0)) {
      throw new Error(`Share the registry before ${name} observes anything`);
    }
    const description = { kind: 'histogram', name, help, labelNames, combine: 'sum' } as const;
    const family = region.family({ ...description, bounds });
    if (family === undefined) return;
    this.#shared = new sharing.SharedSeries(family);
    for (const series of this.#index.all) this.#shared.mirror(series);
  }

  /** Those to show. */
  #read(): Iterable<HistogramSeries> {
    if (this.#shared === undefined) return this.#index.all;
    const { length } = this.#bounds;
    return this.#shared.read(
      (labels) => new HistogramSeries(labels, length),
      (shown, numbers) => {
        for (let index = 0; index < length; index++) {
          shown.counts[index] = numbers[index]! - (numbers[index - 1] ?? 0);
        }
        shown.count = numbers[length]!;
        shown.sum = numbers[length + 1]!;
        shown.exemplars = this.#index.findSparse(shown.labels)?.exemplars;
      },
    );
  }

  // Hot path.
  observe(labels: unknown, value?: unknown): void {
    if (typeof labels === 'number' && labels - labels === 0) {
      this.#record(this.#index.bare ?? this.#index.create(noLabels), labels);
    } else {
      this.#observe(labels === 0 ? 0 : labels || {}, value);
    }
  }

  #observe(labels: unknown, value: unknown): void {
    const isLabelled = labels !== null && typeof labels === 'object';
    const given = isLabelled ? value : labels;
    const own = isLabelled ? (labels as Labels) : noLabels;
    const known = isLabelled ? this.#index.find(own) : this.#index.bare;
    if (!(typeof given === 'number' && given - given === 0)) throw validation.notANumber(given);
    this.#record(known ?? this.#index.create(own), given);
  }

  #record(series: HistogramSeries, value: number): void {
    series.sum += value;
    series.count += 1;
    series.counts[this.#placeOf(value)]! += 1;
    if (series.mirror !== undefined) series.mirror(value);
  }

  /** Where a value counts. Bounds need not ascend: the first that is not exceeded. */
  #placeOf(value: number): number {
    const bounds = this.#bounds;
    for (let index = 0; index < bounds.length; index++) {
      if (value <= bounds[index]!) return this.#places[index]!;
    }
    return bounds.length;
  }

  #observeWithExemplar(given: ObservationWithExemplar = {}): void {
    const { labels = noLabels, value, exemplarLabels = noLabels } = given;
    this.#observe(labels || {}, value);
    if (Object.keys(exemplarLabels).length === 0) return;
    const series = this.#index.find(labels)!;
    const place = this.#placeOf(value as number);
    series.exemplars ??= [...this.buckets.map(() => null), undefined];
    const exemplar = series.exemplars[place] ?? exemplars.emptyExemplar();
    series.exemplars[place] = exemplar;
    exemplars.fillExemplar(exemplar, exemplarLabels, value as number);
  }

  zero(labels: Labels): void {
    const known = this.#index.findSparse(labels);
    if (known === undefined) this.#index.create(labels);
    else known.restart({ ...labels });
  }

  startTimer(
    labels?: unknown,
    exemplarLabels?: unknown,
  ): (labels?: unknown, exemplarLabels?: unknown) => number {
    if (!this.enableExemplars) {
      return timing.startTimer(labels, (all, seconds) => this.observe(all, seconds));
    }
    return timing.startTimer(labels, (all, value, endExemplarLabels) => {
      const both = Object.assign({}, exemplarLabels, endExemplarLabels);
      this.observe({ labels: all, value, exemplarLabels: both });
    });
  }

  labels(...given: unknown[]): Child {
    const known = this.#index.findFor(given);
    if (known?.child !== undefined) return known.child;
    return this.#bind(this.#index.declaredLabelsOf(given));
  }

  #bind(labels: Labels): Child {
    const index = this.#index;
    let generation = -1;
    let bound: HistogramSeries | undefined;
    const observeAndBind = (value: unknown) => {
      this.#observe(labels, value);
      bound = validation.isObject(labels) ? index.find(labels) : index.bare;
      if (bound !== undefined) bound.child = child;
      generation = index.generation;
    };
    const child: Child = {
      // Hot path.
      observe: (value) => {
        if (
          generation === index.generation &&
          bound !== undefined &&
          typeof value === 'number' &&
          value - value === 0
        ) {
          this.#record(bound, value);
        } else {
          observeAndBind(value);
        }
      },
      // Not `observe` of the child: a program may have replaced the metric's.
      startTimer: () => timing.startTimer(labels, (all, seconds) => this.observe(all, seconds)),
    };
    return child;
  }

  remove(...given: unknown[]): void {
    const labels = this.#index.declaredLabelsOf(given);
    this.#index.remove(labels);
    this.#shared?.remove(labels);
  }

  reset(): void {
    this.#shared?.restart();
    this.#index.clear();
  }

  /** What prom-client's registries ask for: they write default labels between `le` and the rest. */
  async getForPromString(): Promise<Reading> {
    const reading = await this.get();
    reading.values = reading.values.map(({ labels: { le, ...sharedLabels }, ...rest }) => ({
      ...rest,
      labels: le === undefined ? {} : { le },
      sharedLabels,
    }));
    return reading;
  }

  override samples(): Value[] {
    return [...this.#read()].flatMap((series) => this.#samplesOf(series));
  }

  #samplesOf(series: HistogramSeries): Value[] {
    const { labels, exemplars: found, count, sum } = series;
    const { name } = this;
    let total = 0;
    const buckets = this.buckets.map((le, index): Value => {
      total += series.counts[this.#places[index]!]!;
      const exemplar = this.enableExemplars ? (found?.[this.#places[index]!] ?? null) : null;
      return { value: total, metricName: `${name}_bucket`, exemplar, labels: { le, ...labels } };
    });
    const exemplar = this.enableExemplars ? found?.[this.#bounds.length] : null;
    const none = undefined;
    return [
      ...buckets,
      { value: count, metricName: `${name}_bucket`, exemplar, labels: { le: '+Inf', ...labels } },
      { value: sum, metricName: `${name}_sum`, exemplar: none, labels: { ...labels } },
      { value: count, metricName: `${name}_count`, exemplar: none, labels: { ...labels } },
    ];
  }

  override writeLines(lines: string[], layout: Layout): void {
    const starts = this.#bucketStarts.map((start) => this.name + start);
    for (const series of this.#read()) {
      series.writeFor(layout);
      let total = 0;
      for (const [index, start] of starts.entries()) {
        const place = this.#places[index]!;
        total += series.counts[place]!;
        lines.push(start + series.bucketEnd + total + exemplarEnd(series, place, layout));
      }
      const last = `${this.name}_bucket{le="+Inf"${series.bucketEnd}${series.count}`;
      lines.push(
        last + exemplarEnd(series, this.#bounds.length, layout),
        `${this.name}_sum${series.totalEnd}${valueText(series.sum)}`,
        `${this.name}_count${series.totalEnd}${series.count}`,
      );
    }
  }
}

function exemplarEnd({ exemplars: found }: HistogramSeries, place: number, layout: Layout): string {
  return found === undefined ? '' : rendering.exemplarText({ exemplar: found[place] }, layout);
}

export = Histogram;
