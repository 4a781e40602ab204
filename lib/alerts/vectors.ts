// What alerts are built from: series of a catalogue, with the labels that they have, as types.
//
//   const failing = sum(rate(where(vsr.families.operations, { status: 'failure' }), '5m'), 'replica_id');
//
// A Vector knows at compile time which labels its series have, so nothing can ask for another one.

import type {
  CounterDeclaration,
  FamilyDeclaration,
  GaugeDeclaration,
  HistogramDeclaration,
  LabelDeclarations,
} from '../core/catalogue/types.js';
import type { LabelsOf } from '../core/recorders/metrics-types.js';
import type { Call, Expression, Matcher, Selector } from '../promql/expression.js';
import { type Duration, durationMs } from './durations.js';

declare const labels: unique symbol;

/** Any expression that gives series. */
export interface AnyVector {
  readonly tree: Expression;
}

/** An expression whose series have the labels `L`, and besides those that all have: the cluster's. */
export interface Vector<L extends string> extends AnyVector {
  readonly [labels]?: (label: L) => L;
}

/** What every series has from whoever scrapes it. */
export type TargetLabel = 'instance' | 'job';

/** The labels of the series of a family. */
export type SeriesLabels<F> = (keyof LabelsOf<F> & string) | TargetLabel;

type ValueOf<F, Name> = Name extends keyof LabelsOf<F>
  ? LabelsOf<F>[Name] extends readonly (infer Value extends string)[]
    ? Value
    : string
  : string;

/** What a label has to be: a value, another one, one of several, or what a pattern matches. */
export type Match<Value extends string> =
  | Value
  | { readonly not: Value }
  | { readonly oneOf: readonly Value[] }
  | { readonly like: string };

export type Matches<F> = { readonly [Name in SeriesLabels<F>]?: Match<ValueOf<F, Name>> };

/** Some of the series of a family. */
export interface Selected<F> {
  readonly kind: 'selected';
  readonly selector: Selector;
  readonly family?: F;
}

/** A family of such a kind, or some of its series. */
export type Of<F> = F | Selected<F>;

export interface CounterLike {
  readonly kind: 'counter';
  readonly name: string;
  readonly labels?: LabelDeclarations;
}

/** Only the series whose labels are these. */
export function where<const F extends FamilyDeclaration>(
  family: F,
  matches: Matches<F>,
): Selected<F> {
  return { kind: 'selected', selector: selectorOf(family.name, matches) };
}

/** How many values a histogram has recorded: a counter. */
export function observations<const F extends HistogramDeclaration>(
  family: F,
): Selected<{ kind: 'counter'; name: string; labels: LabelsOf<F> }> {
  return { kind: 'selected', selector: selectorOf(`${family.name}_count`, {}) };
}

/** How many values up to one of its bounds a histogram has recorded: a counter. */
export function observationsUpTo<const F extends HistogramDeclaration>(
  family: F,
  bound: F['buckets'][number],
): Selected<{ kind: 'counter'; name: string; labels: LabelsOf<F> }> {
  // Prometheus 3 writes whole bounds as 100.0, and those before it as they were given.
  const le = Number.isInteger(bound) ? `${bound}(\\.0)?` : String(bound).replace('.', '\\.');
  const matcher: Matcher = { label: 'le', operator: '=~', value: le };
  return {
    kind: 'selected',
    selector: { kind: 'selector', name: `${family.name}_bucket`, matchers: [matcher] },
  };
}

function selectorOf(name: string, matches: Readonly<Record<string, unknown>>): Selector {
  const matchers = Object.entries(matches).flatMap(([label, match]) =>
    match === undefined ? [] : [matcherOf(label, match as Match<string>)],
  );
  return { kind: 'selector', name, matchers };
}

function matcherOf(label: string, match: Match<string>): Matcher {
  if (typeof match === 'string') return { label, operator: '=', value: match };
  if ('not' in match) return { label, operator: '!=', value: match.not };
  if ('like' in match) return { label, operator: '=~', value: match.like };
  return { label, operator: '=~', value: match.oneOf.map(literal).join('|') };
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

function selectorIn(source: Selected<unknown> | { readonly name: string }): Selector {
  return 'selector' in source ? source.selector : selectorOf(source.name, {});
}

/** A value that was computed; nothing is known of its labels at run time. */
export function vector<L extends string>(tree: Expression): Vector<L> {
  return { tree };
}

// ---- of gauges ----

/** A gauge as it is now. */
export function latest<const F extends GaugeDeclaration>(source: Of<F>): Vector<SeriesLabels<F>> {
  return vector(selectorIn(source));
}

/** How much a gauge has changed within a time. */
export const delta = overGauge('delta');
/** How often a gauge has changed within a time. */
export const changes = overGauge('changes');
/** How fast a gauge grows, per second, as a straight line through what it was within a time. */
export const slope = overGauge('deriv');
/** The least that a gauge was within a time. */
export const least = overGauge('min_over_time');
/** The most that a gauge was within a time. */
export const most = overGauge('max_over_time');

function overGauge(name: string) {
  return <const F extends GaugeDeclaration>(
    source: Of<F>,
    range: Duration,
  ): Vector<SeriesLabels<F>> => vector(overTime(name, source, range));
}

/** What a gauge will be after a time, as a straight line through what it was says. */
export function predicted<const F extends GaugeDeclaration>(
  source: Of<F>,
  range: Duration,
  after: Duration,
): Vector<SeriesLabels<F>> {
  const seconds: Expression = { kind: 'number', value: durationMs(after) / 1000 };
  return vector(overTime('predict_linear', source, range, seconds));
}

// ---- of counters ----

/** How fast a counter grows, per second. */
export function rate<const F extends CounterLike>(
  source: Of<F>,
  range: Duration,
): Vector<SeriesLabels<F>> {
  return vector(overTime('rate', source, range));
}

/** By how much a counter has grown within a time. */
export function increase<const F extends CounterLike>(
  source: Of<F>,
  range: Duration,
): Vector<SeriesLabels<F>> {
  return vector(overTime('increase', source, range));
}

/** A counter since its start, which says nothing of now: for what is to be seen until a restart. */
export function sinceStart<const F extends CounterDeclaration>(
  source: Of<F>,
): Vector<SeriesLabels<F>> {
  return vector(selectorIn(source));
}

function overTime(
  name: string,
  source: Selected<unknown> | { readonly name: string },
  range: Duration,
  ...more: Expression[]
): Call {
  const selector = selectorIn(source);
  return {
    kind: 'call',
    name,
    arguments: [{ kind: 'range', selector, rangeMs: durationMs(range) }, ...more],
  };
}

// ---- of histograms ----

/** Whether a server keeps histograms as buckets of their own, or as native ones. */
export type HistogramForm = 'classic' | 'native';

/** A quantile of what was recorded within a time, of all series together that share the labels. */
export function quantile<
  const F extends HistogramDeclaration,
  const By extends readonly SeriesLabels<F>[] = readonly [],
>(
  q: number,
  source: Of<F>,
  range: Duration,
  { by, form = 'classic' }: { readonly by?: By; readonly form?: HistogramForm } = {},
): Vector<By[number]> {
  const selector = selectorIn(source);
  const isClassic = form === 'classic';
  const counted = isClassic ? { ...selector, name: `${selector.name}_bucket` } : selector;
  const perSecond: Expression = {
    kind: 'call',
    name: 'rate',
    arguments: [{ kind: 'range', selector: counted, rangeMs: durationMs(range) }],
  };
  const together: Expression = {
    kind: 'aggregation',
    name: 'sum',
    grouping: { by: 'by', labels: [...(isClassic ? ['le'] : []), ...(by ?? [])] },
    expression: perSecond,
  };
  return vector({
    kind: 'call',
    name: 'histogram_quantile',
    arguments: [{ kind: 'number', value: q }, together],
  });
}

// ---- of whoever scrapes ----

/** Whether Prometheus could scrape the targets of a job, 1 or 0. `job` is a pattern. */
export function up(job: string): Vector<TargetLabel> {
  return vector(selectorOf('up', { job: { like: job } }));
}

// ---- several series together: the labels that stay are those named, and the cluster's ----

export const sum = aggregation('sum');
export const max = aggregation('max');
export const min = aggregation('min');
export const count = aggregation('count');

function aggregation(name: string) {
  return <L extends string, const By extends readonly NoInfer<L>[]>(
    of: Vector<L>,
    ...by: By
  ): Vector<By[number]> =>
    vector({
      kind: 'aggregation',
      name,
      grouping: { by: 'by', labels: by },
      expression: of.tree,
    });
}

// ---- arithmetic ----

/** A vector of the same labels, or a number. */
export type Operand<L extends string> = Vector<L> | number;

export const plus = arithmetic('+');
export const minus = arithmetic('-');
export const times = arithmetic('*');
export const dividedBy = arithmetic('/');

function arithmetic(operator: '+' | '-' | '*' | '/') {
  return <L extends string>(left: Vector<L>, right: Operand<NoInfer<L>>): Vector<L> =>
    vector({ kind: 'binary', operator, left: left.tree, right: treeOf(right) });
}

/** What series are below one of their cluster: `one - each`. */
export function below<L extends string>(one: Vector<never>, each: Vector<L>): Vector<L> {
  return vector({
    kind: 'binary',
    operator: '-',
    matching: { on: 'on', labels: [], many: 'right' },
    left: one.tree,
    right: each.tree,
  });
}

/** Without a sign. */
export function absolute<L extends string>(of: Vector<L>): Vector<L> {
  return vector({ kind: 'call', name: 'abs', arguments: [of.tree] });
}

/** How many seconds ago something was that a gauge holds as a time. */
export function secondsSince<L extends string>(of: Vector<L>): Vector<L> {
  return vector({
    kind: 'binary',
    operator: '-',
    left: { kind: 'call', name: 'time', arguments: [] },
    right: of.tree,
  });
}

/** The first where it has a series, else the second. */
export function orElse<L extends string>(first: Vector<L>, second: Vector<NoInfer<L>>): Vector<L> {
  return vector({ kind: 'binary', operator: 'or', left: first.tree, right: second.tree });
}

/** Series of the first for which the second has one of the same labels. */
export function having<L extends string>(series: Vector<L>, others: Vector<NoInfer<L>>): Vector<L> {
  return vector({ kind: 'binary', operator: 'and', left: series.tree, right: others.tree });
}

export function treeOf(operand: AnyVector | number): Expression {
  return typeof operand === 'number' ? { kind: 'number', value: operand } : operand.tree;
}

export { selectorIn };
