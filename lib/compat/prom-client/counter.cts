// A counter.

import exemplars = require('./exemplar.cjs');
import Metric = require('./metric.cjs');
import SeriesIndex = require('./series-index.cjs');

import type { SharedRegion } from './shared-types.cjs';

import sharing = require('./sharing.cjs');

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

type SharedSeries<S extends CounterSeries> = InstanceType<typeof sharing.SharedSeries<S>>;

const noLabels: Labels = Object.freeze({});
const noExemplar: Labels = Object.freeze({});

class CounterSeries extends ValueSeries<Child> {}

class Counter extends Metric {
  override type = 'counter';
  #shared: SharedSeries<CounterSeries> | undefined;
  readonly #index = new SeriesIndex(this.labelNames, (labels) => {
    const series = new CounterSeries(labels);
    this.#shared?.mirror(series);
    return series;
  });
  readonly #writer = new ValueWriter();

  constructor(config: MetricConfiguration) {
    super(config);
    if (config.enableExemplars) this.inc = this.#incWithExemplar;
    this.reset();
    this.ready();
  }

  override get isShared(): boolean {
    return this.#shared !== undefined;
  }

  override shareIn(region: SharedRegion): void {
    if (this.#shared !== undefined) return;
    const { name, help, labelNames } = this;
    const family = region.family({ kind: 'counter', name, help, labelNames, combine: 'sum' });
    if (family === undefined) return;
    this.#shared = new sharing.SharedSeries(family);
    for (const series of this.#index.all) {
      this.#shared.mirror(series);
      series.mirror?.(series.value);
    }
  }

  /** Those to show. */
  #read(): Iterable<CounterSeries> {
    if (this.#shared === undefined) return this.#index.all;
    return this.#shared.read(
      (labels) => new CounterSeries(labels),
      (shown, [value]) => {
        shown.value = value!;
        shown.exemplar = this.#index.findSparse(shown.labels)?.exemplar;
      },
    );
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
    if (series === undefined) {
      series = this.#index.create(labelsOf(labels));
      series.value = -0; // so that a new series becomes the amount itself, also where that is -0
    }
    series.value += amount as number;
    series.mirror?.(amount as number);
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
        else if (value === undefined) {
          bound.value += 1;
          if (bound.mirror !== undefined) bound.mirror(1);
        } else if (typeof value === 'number' && value >= 0 && value < Infinity) {
          bound.value += value;
          if (bound.mirror !== undefined) bound.mirror(value);
        } else bindAgain(value);
      },
    };
    return child;
  }

  remove(...given: unknown[]): void {
    const labels = this.#index.labelsOf(given) || noLabels;
    validation.validateLabels(this.labelNames, labels);
    this.#index.remove(labels);
    this.#shared?.remove(labels);
  }

  reset(): void {
    this.#shared?.restart();
    this.#index.clear();
    if (this.labelNames.length === 0) this.#index.create(noLabels);
  }

  override samples(): Value[] {
    return [...this.#read()].map((series) => series.read());
  }

  override writeLines(lines: string[], layout: Layout): void {
    this.#writer.write(this, this.#read(), lines, layout);
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
