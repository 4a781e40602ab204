// Times in which an alert fires, and times in which it does not: what promtool tests the rules with.

import type { FamilyDeclaration, HistogramDeclaration } from '../core/catalogue/types.js';
import type { LabelsOf } from '../core/recorders/metrics-types.js';
import type { Duration } from './durations.js';
import type { TargetLabel } from './vectors.js';

/** One series over time. */
export interface TestSeries {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** As promtool writes them, every 15 seconds: '0+5x20', '1 1 stale'. */
  readonly values: string;
}

/** What fires: its labels without those that the rule adds, and its value. */
export interface Fired<L extends string> {
  readonly labels: { readonly [Name in L]?: string };
  readonly value: number;
}

export interface Scenarios<L extends string> {
  readonly firing: {
    readonly series: readonly TestSeries[];
    /** When to look. */
    readonly at: Duration;
    readonly fires: readonly [Fired<L>, ...Fired<L>[]];
  };
  /** In which nothing fires; `never` for an alert that always does. */
  readonly quiet: { readonly series: readonly TestSeries[]; readonly at: Duration } | 'never';
}

/** Every 15 seconds, as servers of this library are scraped. */
export const scrapeEvery: Duration = '15s';

/** The labels of a series in a test: its own all have to be there. */
export type TestLabels<F> = { readonly [Name in keyof LabelsOf<F> & string]: string } & {
  readonly [Name in TargetLabel]?: string;
};

export function series<const F extends FamilyDeclaration>(
  family: F,
  labels: TestLabels<F>,
  values: string,
): TestSeries {
  return { name: family.name, labels: { ...labels }, values };
}

/** The buckets of a histogram, by their bounds. */
export function buckets<const F extends HistogramDeclaration>(
  family: F,
  labels: TestLabels<F>,
  values: { readonly [Bound in F['buckets'][number] | '+Inf']?: string },
): TestSeries[] {
  return Object.entries(values as Readonly<Record<string, string>>)
    .sort(
      ([one], [other]) =>
        Number(one.replace('+Inf', 'Infinity')) - Number(other.replace('+Inf', 'Infinity')),
    )
    .map(([le, each]) => ({
      name: `${family.name}_bucket`,
      labels: { ...labels, le },
      values: each,
    }));
}

/** How many values a histogram recorded. */
export function observed<const F extends HistogramDeclaration>(
  family: F,
  labels: TestLabels<F>,
  values: string,
): TestSeries {
  return { name: `${family.name}_count`, labels: { ...labels }, values };
}

export function target(job: string, instance: string, values: string): TestSeries {
  return { name: 'up', labels: { job, instance }, values };
}
