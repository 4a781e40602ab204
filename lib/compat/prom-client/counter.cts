// A counter.

import exemplars = require('./exemplar.cjs');
import Metric = require('./metric.cjs');
import SeriesIndex = require('./series-index.cjs');

import type { Labels, Layout, MetricConfiguration, Reading, Value } from './types.cjs';

import validation = require('./validation.cjs');
import values = require('./value-series.cjs');

const { ValueSeries, ValueWriter } = values;

interface Child {
  inc(value?: number): void;
}

interface IncreaseWithExemplar {
  readonly labels?: Labels;
  readonly value?: number;
  readonly exemplarLabels?: Labels;
}

const noLabels: Labels = Object.freeze({});
const noExemplar: Labels = Object.freeze({});

class CounterSeries extends ValueSeries<Child> {}

class Counter extends Metric {
  override type = 'counter';
  readonly #index = new SeriesIndex(this.labelNames, (labels) => new CounterSeries(labels));
  readonly #writer = new ValueWriter();

  constructor(config: MetricConfiguration) {
    super(config);
    if (config.enableExemplars) this.inc = this.#incWithExemplar;
    this.reset();
  }

  inc(labels?: unknown, value?: unknown): void {
    this.#step(labels, value);
  }

  // Hot path.
  #step(labels: unknown, value: unknown): CounterSeries {
    let series: CounterSeries | undefined;
    let amount = value;
    if (labels !== null && typeof labels === 'object') {
      series = this.#index.find(labels as Labels);
    } else {
      amount = labels;
      series = this.#index.bare;
    }
    if (amount === undefined || amount === null) amount = 1;
    else if (!(typeof amount === 'number' && amount >= 0 && amount < Infinity)) {
      amount = unusualAmount(amount);
    }
    if (series === undefined) series = this.#index.create(labelsOf(labels));
    series.value += amount as number;
    return series;
  }

  #incWithExemplar(given: IncreaseWithExemplar = {}): void {
    const { labels = noLabels, value = 1, exemplarLabels = noExemplar } = given;
    const series = this.#step(labels, value);
    if (exemplarLabels === noExemplar) return;
    series.exemplar ??= exemplars.emptyExemplar();
    exemplars.fillExemplar(series.exemplar, exemplarLabels, value ? value : 1);
  }

  labels(...given: unknown[]): Child {
    const known = this.#index.findFor(given);
    if (known?.child !== undefined) return known.child;
    const labels = this.#index.labelsOf(given) || noLabels;
    // Also when a program has put its own in place of `inc`.
    if (this.inc !== Counter.prototype.inc) return { inc: this.inc.bind(this, labels) };
    return this.#bind(labels);
  }

  #bind(labels: Labels): Child {
    const index = this.#index;
    let generation = -1;
    let bound: CounterSeries | undefined;
    const bindAgain = (value: unknown) => {
      bound = this.#step(labels, value);
      bound.child = child;
      generation = index.generation;
    };
    const child: Child = {
      // Hot path.
      inc(value) {
        if (generation !== index.generation || bound === undefined) bindAgain(value);
        else if (value === undefined) bound.value += 1;
        else if (typeof value === 'number' && value >= 0 && value < Infinity) bound.value += value;
        else bindAgain(value);
      },
    };
    return child;
  }

  remove(...given: unknown[]): void {
    const labels = this.#index.labelsOf(given) || noLabels;
    validation.validateLabels(this.labelNames, labels);
    this.#index.remove(labels);
  }

  reset(): void {
    this.#index.clear();
    if (this.labelNames.length === 0) this.#index.create(noLabels);
  }

  override samples(): Value[] {
    return [...this.#index.all].map((series) => series.read());
  }

  override writeLines(lines: string[], layout: Layout): void {
    this.#writer.write(this, this.#index.all, lines, layout);
  }

  protected override describe(values: Value[]): Reading {
    const { help, name, type, aggregator } = this;
    return { help, name, type, values, aggregator };
  }
}

// prom-client's own rules: NaN, for one, is let through.
function unusualAmount(amount: unknown): number {
  if (amount && !Number.isFinite(amount)) throw validation.notANumber(amount);
  if ((amount as number) < 0) throw new Error('It is not possible to decrease a counter');
  return typeof amount === 'number' ? amount : 0;
}

function labelsOf(labels: unknown): Labels {
  return validation.isObject(labels) ? (labels as Labels) : noLabels;
}

export = Counter;
