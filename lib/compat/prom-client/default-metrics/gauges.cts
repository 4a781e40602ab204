// Gauges of a default metric: named, labelled and registered as the options say.

import Gauge = require('../gauge.cjs');

import type { DefaultMetricsOptions } from './options.cjs';

interface GaugeDescription {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly string[];
  readonly aggregator?: string;
  /** Called when the registry is collected; it may set other gauges too. */
  readonly collect?: () => void;
}

/** What metrics of any kind get from the options. */
function common({ register, prefix = '', labels = {} }: DefaultMetricsOptions) {
  return {
    prefix: prefix || '',
    labels: labels || {},
    labelNames: Object.keys(labels || {}),
    registers: register ? [register] : undefined,
  };
}

function makeGauge(options: DefaultMetricsOptions, description: GaugeDescription): Gauge {
  const { prefix, labelNames, registers } = common(options);
  return new Gauge({
    ...description,
    name: prefix + description.name,
    labelNames: [...(description.labelNames ?? []), ...labelNames],
    ...(registers && { registers }),
  });
}

/** Shows how many there are of each type, and of no other. */
function setByType(gauge: Gauge, types: readonly string[], options: DefaultMetricsOptions): void {
  const counts = new Map<string, number>();
  for (const type of types) counts.set(type, (counts.get(type) ?? 0) + 1);
  gauge.reset();
  for (const [type, count] of counts) gauge.set({ type, ...common(options).labels }, count);
}

/** A gauge by type and one of the total, of things that `list` names. */
function makeGaugesByType(
  options: DefaultMetricsOptions,
  name: string,
  helps: { readonly byType: string; readonly total: string },
  list: () => { readonly types: readonly string[]; readonly total: number },
): void {
  const byType = makeGauge(options, {
    name,
    help: helps.byType,
    labelNames: ['type'],
    collect: () => setByType(byType, list().types, options),
  });
  const total = makeGauge(options, {
    name: `${name}_total`,
    help: helps.total,
    collect: () => total.set(common(options).labels, list().total),
  });
}

export = { common, makeGauge, makeGaugesByType };
