// What all kinds of metrics have in common: their configuration, and how they are read.

import Registry = require('./registry.cjs');

import type { SharedRegion } from './shared-types.cjs';
import type { AnyRegistry, Layout, MetricConfiguration, Reading, Value } from './types.cjs';

import validation = require('./validation.cjs');

abstract class Metric {
  // Properties as prom-client has them: the configuration, copied onto the metric.
  declare name: string;
  declare help: string;
  declare labelNames: readonly string[];
  declare aggregator: string;
  declare enableExemplars: boolean;
  declare collect: (() => void | Promise<void>) | undefined;
  declare registers: readonly AnyRegistry[] | undefined;
  /** Whether it is complete: registries know it before. */
  isReady = false;
  abstract type: string;

  constructor(config: MetricConfiguration, defaults: object = {}) {
    if (!validation.isObject(config)) {
      throw new TypeError('constructor expected a config object');
    }
    const common = {
      labelNames: [],
      registers: [Registry.globalRegistry],
      aggregator: 'sum',
      enableExemplars: false,
    };
    const { registers } = Object.assign(this, common, defaults, config);
    if (!this.help) throw new Error('Missing mandatory help parameter');
    if (!this.name) throw new Error('Missing mandatory name parameter');
    if (!validation.validateMetricName(this.name)) throw new Error('Invalid metric name');
    if (!validation.validateLabelNames(this.labelNames)) throw new Error('Invalid label name');
    if (this.collect && typeof this.collect !== 'function') {
      throw new Error('Optional "collect" parameter must be a function');
    }
    for (const register of registers || [Registry.globalRegistry]) {
      if (this.enableExemplars && register.contentType === Registry.PROMETHEUS_CONTENT_TYPE) {
        throw new TypeError('Exemplars are supported only on OpenMetrics registries');
      }
      register.registerMetric(this);
    }
  }

  /** The last thing that the constructor of a kind does. */
  protected ready(): void {
    this.isReady = true;
    for (const { region } of this.registers || [Registry.globalRegistry]) {
      if (region !== undefined) this.shareIn(region);
    }
  }

  /** Whether it shows the sums of all threads. */
  get isShared(): boolean {
    return false;
  }

  /** What cannot be shared stays with its thread. */
  shareIn(_region: SharedRegion): void {}

  /** Makes everything read as if nothing had been recorded. */
  abstract reset(): void;

  /** All series with their values now. */
  abstract samples(): Value[];

  /** The lines of a scrape, appended to `lines`. */
  abstract writeLines(lines: string[], layout: Layout): void;

  /** Whether `get` is the one below, and not one that a program has put in its place. */
  get readsItself(): boolean {
    return this.get === Metric.prototype.get;
  }

  async get(): Promise<Reading> {
    if (this.collect) {
      const waiting = this.collect();
      if (waiting instanceof Promise) await waiting;
    }
    return this.describe(this.samples());
  }

  protected describe(values: Value[]): Reading {
    const { name, help, type, aggregator } = this;
    return { name, help, type, values, aggregator };
  }
}

export = Metric;
