// Many series to few.

import type { Grouping } from '../expression.js';
import { Unanswered } from '../failure.js';
import type { AggregationName } from '../names.js';
import { ExactMean, ExactSum, plainDigits, quantileOf } from './arithmetic.js';
import { Extremes } from './extremes.js';
import { type Labels, Projection } from './labels.js';
import { compacted, divided } from './native-histogram.js';
import { sumOfHistograms } from './over-time.js';
import type { Outcome } from './rates.js';
import type { NativeHistogram } from './series.js';
import { type Element, element, type Vector } from './vector.js';

/** What a group gathers: numbers and histograms in the order of their series. */
interface Group {
  readonly labels: Labels;
  readonly values: number[];
  readonly histograms: NativeHistogram[];
}

type Combine = (group: Group, parameter: number) => Outcome;

const combine: Readonly<
  Record<Exclude<AggregationName, 'topk' | 'bottomk' | 'count_values'>, Combine>
> = {
  sum: sumOf,
  avg: averageOf,
  count: ({ values, histograms }) => values.length + histograms.length,
  group: () => 1,
  min: ({ values }) => extremeOf(values, (value, extreme) => value < extreme),
  max: ({ values }) => extremeOf(values, (value, extreme) => value > extreme),
  stddev: ({ values }) => {
    const variance = varianceOf(values);
    return variance === undefined ? undefined : Math.sqrt(variance);
  },
  stdvar: ({ values }) => varianceOf(values),
  quantile: ({ values }, quantile) =>
    values.length === 0 ? undefined : quantileOf(quantile, values),
};

/** The labels that an aggregation keeps; without a grouping none. */
export function projectionOf(grouping: Grouping | undefined): Projection {
  if (grouping?.by === 'without') return Projection.without(grouping.labels);
  return Projection.keeping(grouping?.labels ?? []);
}

export function aggregate(
  name: keyof typeof combine,
  vector: Vector,
  projection: Projection,
  parameter: number,
): Element[] {
  const groups = new Map<Labels, Group>();
  for (const { labels, value, histogram } of vector) {
    const kept = projection.of(labels);
    let group = groups.get(kept);
    if (group === undefined) {
      group = { labels: kept, values: [], histograms: [] };
      groups.set(kept, group);
    }
    if (histogram === undefined) group.values.push(value);
    else group.histograms.push(histogram);
  }
  const combineGroup = combine[name];
  const result: Element[] = [];
  for (const group of groups.values()) {
    const outcome = combineGroup(group, parameter);
    if (outcome !== undefined) result.push(element(group.labels, outcome));
  }
  return result;
}

/** Numbers and histograms have no sum. */
function sumOf({ values, histograms }: Group): Outcome {
  if (histograms.length > 0) {
    return values.length > 0 ? undefined : compacted(sumOfHistograms(histograms));
  }
  const sum = new ExactSum(values[0]!);
  for (let at = 1; at < values.length; at++) sum.add(values[at]!);
  return sum.total;
}

function averageOf({ values, histograms }: Group): Outcome {
  if (histograms.length > 0) {
    if (values.length > 0) return undefined;
    return compacted(divided(sumOfHistograms(histograms), histograms.length));
  }
  const mean = new ExactMean(values[0]!);
  for (let at = 1; at < values.length; at++) mean.add(values[at]!);
  return mean.mean;
}

/** What is no number gives way to any. */
function extremeOf(
  values: readonly number[],
  isBetter: (value: number, extreme: number) => boolean,
): Outcome {
  let extreme = values[0];
  for (const value of values) {
    if (Number.isNaN(extreme) || isBetter(value, extreme!)) extreme = value;
  }
  return extreme;
}

function varianceOf(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  let mean = values[0]!;
  let squares = Number.isFinite(mean) ? 0 : Number.NaN;
  for (let at = 1; at < values.length; at++) {
    const value = values[at]!;
    const delta = value - mean;
    mean += delta / (at + 1);
    squares += delta * (value - mean);
  }
  return squares / values.length;
}

/** So many of each group, as they are. */
export function extremes(
  isLargest: boolean,
  vector: Vector,
  projection: Projection,
  count: number,
): Element[] {
  if (count < 1) return [];
  if (Number.isNaN(count) || count >= 2 ** 63) {
    const name = isLargest ? 'topk' : 'bottomk';
    throw new Unanswered({ problem: `the parameter of ${name} is no count`, given: count });
  }
  const kept = Math.min(Math.floor(count), vector.length);
  const groups = new Map<Labels, Extremes>();
  for (const each of vector) {
    if (each.histogram !== undefined) continue;
    const labels = projection.of(each.labels);
    let group = groups.get(labels);
    if (group === undefined) {
      group = new Extremes(isLargest, kept);
      groups.set(labels, group);
    }
    group.add(each);
  }
  return Array.from(groups.values(), (group) => group.sorted()).flat();
}

/** How many series of each group have each value; the value becomes a label. */
export function countValues(
  label: string,
  vector: Vector,
  grouping: Grouping | undefined,
): Element[] {
  const projection =
    grouping?.by === 'without'
      ? projectionOf(grouping)
      : Projection.keeping([...(grouping?.labels ?? []), label]);
  const counts = new Map<Labels, number>();
  for (const { labels, value, histogram } of vector) {
    if (histogram !== undefined) continue;
    const group = projection.of(labels.with(label, plainDigits(value)));
    counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  return Array.from(counts, ([labels, count]) => element(labels, count));
}
