// A summary: quantiles of what was observed, over all time or a sliding window.

import labelText = require('./label-text.cjs');
import Metric = require('./metric.cjs');
import QuantileWindow = require('./quantile-window.cjs');
import SeriesIndex = require('./series-index.cjs');
import timing = require('./timing.cjs');

import type { Labels, Layout, MetricConfiguration, Value } from './types.cjs';

import validation = require('./validation.cjs');

const { defaultTexts, inBraces, labelTexts, valueText } = labelText;

interface SummaryConfiguration extends MetricConfiguration {
  readonly percentiles?: readonly number[];
  readonly maxAgeSeconds?: number;
  readonly ageBuckets?: number;
  readonly pruneAgedBuckets?: boolean;
  readonly compressCount?: number;
}

interface Child {
  observe(value: number): void;
  startTimer(): (labels?: Labels) => number;
}

const noLabels: Labels = Object.freeze({});

class SummarySeries {
  readonly labels: Labels;
  readonly window: QuantileWindow;
  count = 0;
  sum = 0;
  child: Child | undefined = undefined;

  constructor(labels: Labels, window: QuantileWindow) {
    this.labels = labels;
    this.window = window;
  }
}

class Summary extends Metric {
  override type = 'summary';
  declare percentiles: readonly number[];
  declare maxAgeSeconds: number | undefined;
  declare ageBuckets: number | undefined;
  declare pruneAgedBuckets: boolean | undefined;
  declare compressCount: number;
  readonly #index = new SeriesIndex(
    this.labelNames,
    (labels) => new SummarySeries(labels, new QuantileWindow(this.maxAgeSeconds, this.ageBuckets)),
  );

  constructor(config: SummaryConfiguration) {
    super(config, {
      percentiles: [0.01, 0.05, 0.5, 0.9, 0.95, 0.99, 0.999],
      compressCount: 1000,
    });
    for (const label of this.labelNames) {
      if (label === 'quantile') throw new Error('quantile is a reserved label keyword');
    }
    if (this.labelNames.length === 0) this.#index.create(noLabels);
  }

  observe(labels: unknown, value?: unknown): void {
    this.#observe(labels === 0 ? 0 : labels || {}, value);
  }

  #observe(labels: unknown, value: unknown): SummarySeries {
    const isBare = value === undefined;
    const given = isBare ? labels : value;
    validation.validateLabels(this.labelNames, labels);
    if (!Number.isFinite(given)) throw validation.notANumber(given);
    const own = isBare || !validation.isObject(labels) ? noLabels : (labels as Labels);
    const series = this.#index.find(own) ?? this.#index.create(own);
    this.#record(series, given as number);
    return series;
  }

  #record(series: SummarySeries, value: number): void {
    series.window.push(value);
    series.count++;
    if (series.count % this.compressCount === 0) series.window.compress();
    series.sum += value;
  }

  startTimer(labels?: unknown): (labels?: unknown) => number {
    return timing.startTimer(labels, (all, seconds) => this.observe(all, seconds));
  }

  labels(...given: unknown[]): Child {
    const known = this.#index.findFor(given);
    if (known?.child !== undefined) return known.child;
    return this.#bind(this.#index.declaredLabelsOf(given));
  }

  #bind(labels: Labels): Child {
    const index = this.#index;
    let generation = -1;
    let bound: SummarySeries | undefined;
    const child: Child = {
      observe: (value) => {
        if (generation === index.generation && bound !== undefined && Number.isFinite(value)) {
          this.#record(bound, value);
        } else {
          bound = this.#observe(labels, value);
          bound.child = child;
          generation = index.generation;
        }
      },
      startTimer: () => this.startTimer(labels),
    };
    return child;
  }

  remove(...given: unknown[]): void {
    const labels = this.#index.declaredLabelsOf(given);
    this.#index.remove(labels);
  }

  reset(): void {
    for (const series of this.#index.all) {
      series.window.reset();
      series.count = 0;
      series.sum = 0;
    }
  }

  /** The series to show, without those whose values have all aged away, if so configured. */
  #shown(): SummarySeries[] {
    if (this.pruneAgedBuckets) {
      for (const series of [...this.#index.all]) {
        if (series.window.size() === 0) this.#index.remove(series.labels);
      }
    }
    return [...this.#index.all];
  }

  #quantiles({ window }: SummarySeries): number[] {
    window.compress();
    return this.percentiles.map((part) => window.quantile(part) || 0);
  }

  override samples(): Value[] {
    return this.#shown().flatMap((series) => {
      const { count, sum } = series;
      const labels = { ...series.labels };
      const values: Value[] = this.#quantiles(series).map((value, index) => ({
        labels: { quantile: this.percentiles[index]!, ...labels },
        value,
      }));
      values.push({ metricName: `${this.name}_sum`, labels, value: sum });
      values.push({ metricName: `${this.name}_count`, labels, value: count });
      return values;
    });
  }

  override writeLines(lines: string[], layout: Layout): void {
    for (const series of this.#shown()) {
      const own = labelTexts(series.labels);
      for (const [index, value] of this.#quantiles(series).entries()) {
        const quantile = labelText.labelText('quantile', this.percentiles[index]);
        const texts = [quantile, ...own];
        texts.push(...defaultTexts(layout, { ...series.labels, quantile }));
        lines.push(`${this.name}${inBraces(texts)} ${valueText(value)}`);
      }
      const labels = inBraces([...own, ...defaultTexts(layout, series.labels)]);
      lines.push(
        `${this.name}_sum${labels} ${valueText(series.sum)}`,
        `${this.name}_count${labels} ${valueText(series.count)}`,
      );
    }
  }
}

export = Summary;
