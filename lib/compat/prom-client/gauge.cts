// A gauge.

import util = require('util');
import Metric = require('./metric.cjs');
import SeriesIndex = require('./series-index.cjs');

import type { SharedRegion } from './shared-types.cjs';

import sharing = require('./sharing.cjs');
import timing = require('./timing.cjs');

import type { Labels, Layout, Reading, Value } from './types.cjs';

import validation = require('./validation.cjs');
import values = require('./value-series.cjs');

const { ValueSeries, ValueWriter } = values;

interface Child {
  inc(value?: number): void;
  dec(value?: number): void;
  set(value: number): void;
  setToCurrentTime(): void;
  startTimer(): (labels?: Labels) => number;
}

type SharedSeries<S extends GaugeSeries> = InstanceType<typeof sharing.SharedSeries<S>>;

const noLabels: Labels = Object.freeze({});

class GaugeSeries extends ValueSeries<Child> {}

class Gauge extends Metric {
  override type = 'gauge';
  #shared: SharedSeries<GaugeSeries> | undefined;
  readonly #index = new SeriesIndex(this.labelNames, (labels) => {
    const series = new GaugeSeries(labels);
    this.#shared?.mirror(series);
    return series;
  });
  readonly #writer = new ValueWriter();

  constructor(config: ConstructorParameters<typeof Metric>[0]) {
    super(config);
    this.reset();
    this.ready();
  }

  override get isShared(): boolean {
    return this.#shared !== undefined;
  }

  override shareIn(region: SharedRegion): void {
    const { name, help, labelNames, aggregator } = this;
    const combine = (['sum', 'min', 'max'] as const).find((each) => each === aggregator);
    if (this.#shared !== undefined || combine === undefined) return;
    const family = region.family({ kind: 'gauge', name, help, labelNames, combine });
    if (family === undefined) return;
    this.#shared = new sharing.SharedSeries(family);
    for (const series of this.#index.all) {
      this.#shared.mirror(series);
      series.mirror?.(series.value);
    }
  }

  /** Those to show. */
  #read(): Iterable<GaugeSeries> {
    if (this.#shared === undefined) return this.#index.all;
    return this.#shared.read(
      (labels) => new GaugeSeries(labels),
      (shown, [value]) => {
        shown.value = value!;
      },
    );
  }

  // Hot path.
  set(labels: unknown, value?: unknown): void {
    const isLabelled = labels !== null && typeof labels === 'object';
    const given = isLabelled ? value : labels;
    if (typeof given !== 'number') throw validation.notANumber(given);
    const own = isLabelled ? (labels as Labels) : undefined;
    const series = this.#find(own) ?? this.#index.create(own ?? noLabels);
    series.value = given;
    if (series.mirror !== undefined) series.mirror(given);
  }

  inc(labels?: unknown, value?: unknown): void {
    const isLabelled = validation.isObject(labels);
    const given = isLabelled ? value : labels;
    this.#step(isLabelled ? labels : undefined, given === undefined ? 1 : given);
  }

  dec(labels?: unknown, value?: unknown): void {
    const isLabelled = validation.isObject(labels);
    const given = isLabelled ? value : labels;
    this.#step(isLabelled ? labels : undefined, given === undefined ? -1 : -(given as number));
  }

  setToCurrentTime(labels?: unknown): void {
    const now = Date.now() / 1000;
    if (labels === undefined) this.set(now);
    else this.set(labels, now);
  }

  startTimer(labels?: unknown): (labels?: unknown) => number {
    return timing.startTimer(labels, (all, seconds) => this.set(all, seconds));
  }

  #step(labels: unknown, delta: unknown): void {
    if (typeof delta !== 'number') {
      throw new TypeError(`Delta is not a valid number: ${util.format(delta)}`);
    }
    const known = this.#find(labels as Labels | undefined);
    const series = known ?? this.#index.create((labels as Labels | undefined) ?? noLabels);
    // A new series starts as the delta, not as zero and the delta: that differs for -0.
    series.value = known === undefined ? delta : series.value + delta;
    if (series.mirror !== undefined) series.mirror(series.value);
  }

  #find(labels: Labels | undefined): GaugeSeries | undefined {
    return labels === undefined ? this.#index.bare : this.#index.find(labels);
  }

  labels(...given: unknown[]): Child {
    const known = this.#index.findFor(given);
    if (known?.child !== undefined) return known.child;
    return this.#bind(this.#index.declaredLabelsOf(given));
  }

  #bind(labels: Labels): Child {
    const index = this.#index;
    let generation = -1;
    let bound: GaugeSeries | undefined;
    const bindAgain = () => {
      if (!validation.isObject(labels)) return;
      bound = index.find(labels);
      if (bound !== undefined) bound.child = child;
      generation = index.generation;
    };
    const child: Child = {
      // Hot path.
      inc: (value) => {
        if (generation === index.generation && bound !== undefined && value === undefined) {
          bound.value += 1;
          if (bound.mirror !== undefined) bound.mirror(bound.value);
        } else {
          this.inc(labels, value);
          bindAgain();
        }
      },
      dec: (value) => {
        if (generation === index.generation && bound !== undefined && value === undefined) {
          bound.value -= 1;
          if (bound.mirror !== undefined) bound.mirror(bound.value);
        } else {
          this.dec(labels, value);
          bindAgain();
        }
      },
      set: (value) => {
        if (generation === index.generation && bound !== undefined && typeof value === 'number') {
          bound.value = value;
          if (bound.mirror !== undefined) bound.mirror(value);
        } else {
          this.set(labels, value);
          bindAgain();
        }
      },
      setToCurrentTime: () => this.setToCurrentTime(labels),
      startTimer: () => this.startTimer(labels),
    };
    return child;
  }

  remove(...given: unknown[]): void {
    const labels = this.#index.declaredLabelsOf(given);
    this.#index.remove(labels);
    this.#shared?.remove(labels);
  }

  reset(): void {
    // Only what this thread adds: the others still have theirs.
    for (const series of this.#index.all) series.mirror?.(0);
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

export = Gauge;
