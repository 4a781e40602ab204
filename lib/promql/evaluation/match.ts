// Operators between two vectors: which series of one side meet which of the other.

import type { ArithmeticOperator, Binary, ComparisonOperator, SetOperator } from '../expression.js';
import { Unanswered } from '../failure.js';
import { isComparison, type Operator } from '../operators.js';
import { calculate, compares } from './arithmetic.js';
import { type Labels, Pairing, Projection } from './labels.js';
import { added, areEqual, compacted, divided, scaled, subtracted } from './native-histogram.js';
import type { Outcome } from './rates.js';
import type { NativeHistogram } from './series.js';
import type { Element, Vector } from './vector.js';

/** What an operator makes of two values, and whether a filter lets it pass; undefined: nothing. */
export interface Combined {
  readonly outcome: number | NativeHistogram;
  readonly passes: boolean;
}

/** The labels by which series of both sides find each other. */
export function matchingOf({ matching }: Binary): Projection {
  if (matching?.on === 'on') return Projection.keeping(matching.labels);
  return Projection.without(matching?.labels ?? []);
}

export function combineSets(
  operator: SetOperator,
  left: Vector,
  right: Vector,
  matching: Projection,
): Vector {
  if (operator === 'or') {
    if (left.length === 0) return right;
    if (right.length === 0) return left;
    const present = new Set(left.map(({ labels }) => matching.of(labels)));
    return [...left, ...right.filter(({ labels }) => !present.has(matching.of(labels)))];
  }
  const wanted = operator === 'and';
  if (left.length === 0 || right.length === 0) return wanted ? [] : left;
  const present = new Set(right.map(({ labels }) => matching.of(labels)));
  return left.filter(({ labels }) => present.has(matching.of(labels)) === wanted);
}

/** Arithmetic and comparisons. */
export function combineMatched(
  binary: Binary,
  left: Vector,
  right: Vector,
  matching: Projection,
  labelsOf: ResultLabels,
): Element[] {
  if (left.length === 0 || right.length === 0) return [];
  const operator = binary.operator as ArithmeticOperator | ComparisonOperator;
  const returnsBool = binary.returnsBool === true;
  const many = binary.matching?.many;
  const isSwapped = many === 'right';
  const [manySide, oneSide] = isSwapped ? [right, left] : [left, right];
  const ones = index(oneSide, matching, isSwapped ? 'left' : 'right');
  // Of the one side those that met somebody; of the many the labels that came of it.
  const met = new Set<Labels | string>();
  const result: Element[] = [];
  for (const each of manySide) {
    const key = matching.of(each.labels);
    const one = ones.get(key);
    if (one === undefined) continue;
    const combined = isSwapped ? apply(operator, one, each) : apply(operator, each, one);
    if (combined === undefined) continue;
    const labels = labelsOf(each.labels, one.labels);
    const meeting = many === undefined ? key : `${key.key}\u0002${labels.key}`;
    if (met.has(meeting)) throw severalMatches(many, labels, key);
    met.add(meeting);
    if (returnsBool) result.push({ labels, value: Number(combined.passes), histogram: undefined });
    else if (combined.passes) result.push(toElement(labels, combined.outcome));
  }
  return result;
}

/** The labels of a result, by those of the side of many and those of the other. */
export type ResultLabels = (given: Labels, other: Labels) => Labels;

export function resultLabelsOf(
  { operator, returnsBool, matching }: Binary,
  remember: (projection: Projection) => Projection,
): ResultLabels {
  const dropsName = returnsBool === true || !isComparison(operator as Operator);
  const { on, labels = [], many, include = [] } = matching ?? {};
  const own = remember(
    new Projection((given) => {
      const named = dropsName ? given.withoutMetadata : given;
      if (many !== undefined) return named;
      return on === 'on' ? named.keeping(labels) : named.without(labels);
    }),
  );
  if (include.length === 0) return (given) => own.of(given);
  const pairing = new Pairing((given, other) => withIncluded(own.of(given), other, include));
  return (given, other) => pairing.of(given, other);
}

/** Every series of the side that may have only one of each. */
function index(
  side: Vector,
  matching: Projection,
  sideName: 'left' | 'right',
): Map<Labels, Element> {
  const all = new Map<Labels, Element>();
  for (const each of side) {
    const key = matching.of(each.labels);
    const before = all.get(key);
    if (before !== undefined) {
      throw new Unanswered({
        problem: `several series of the ${sideName} side match ${key}`,
        given: [String(before.labels), String(each.labels)],
        allowed: 'one, or labels in on (...) or ignoring (...) that tell them apart',
      });
    }
    all.set(key, each);
  }
  return all;
}

function severalMatches(many: 'left' | 'right' | undefined, labels: Labels, key: Labels) {
  if (many === undefined) {
    return new Unanswered({
      problem: `several series of the left side match ${key}`,
      allowed: 'one, or group_left to say that there are many',
    });
  }
  return new Unanswered({
    problem: `several series of the ${many} side come to the same labels`,
    given: String(labels),
    allowed: 'series that differ in what is kept of their labels',
  });
}

function withIncluded(labels: Labels, one: Labels, include: readonly string[]): Labels {
  let all = labels;
  for (const label of include) all = all.with(label, one.get(label));
  return all;
}

function toElement(labels: Labels, outcome: number | NativeHistogram): Element {
  if (typeof outcome === 'number') return { labels, value: outcome, histogram: undefined };
  return { labels, value: 0, histogram: outcome };
}

type Operand = Pick<Element, 'value' | 'histogram'>;

/** What the operator makes of two values; undefined where it is not defined for them. */
export function apply(
  operator: ArithmeticOperator | ComparisonOperator,
  left: Operand,
  right: Operand,
): Combined | undefined {
  if (left.histogram === undefined && right.histogram === undefined) {
    if (isComparison(operator)) {
      return { outcome: left.value, passes: compares(operator, left.value, right.value) };
    }
    return { outcome: calculate(operator, left.value, right.value), passes: true };
  }
  return applyToHistograms(operator, left, right);
}

function applyToHistograms(
  operator: ArithmeticOperator | ComparisonOperator,
  left: Operand,
  right: Operand,
): Combined | undefined {
  const passing = (outcome: Outcome) =>
    outcome === undefined ? undefined : { outcome, passes: true };
  if (left.histogram === undefined) {
    return operator === '*' ? passing(compacted(scaled(right.histogram!, left.value))) : undefined;
  }
  if (right.histogram === undefined) {
    if (operator === '*') return passing(compacted(scaled(left.histogram, right.value)));
    if (operator === '/') return passing(compacted(divided(left.histogram, right.value)));
    return undefined;
  }
  switch (operator) {
    case '+':
      return passing(added(left.histogram, right.histogram));
    case '-':
      return passing(subtracted(left.histogram, right.histogram));
    case '==':
      return { outcome: left.histogram, passes: areEqual(left.histogram, right.histogram) };
    case '!=':
      return { outcome: left.histogram, passes: !areEqual(left.histogram, right.histogram) };
    default:
      return undefined;
  }
}

/** An operator between series and a number. A comparison lets the value of the series pass. */
export function combineWithScalar(
  binary: Binary,
  vector: Vector,
  scalar: number,
  scalarIsLeft: boolean,
): Element[] {
  const operator = binary.operator as ArithmeticOperator | ComparisonOperator;
  const returnsBool = binary.returnsBool === true;
  const dropsName = returnsBool || !isComparison(operator);
  const number: Operand = { value: scalar, histogram: undefined };
  const result: Element[] = [];
  for (const each of vector) {
    const combined = scalarIsLeft ? apply(operator, number, each) : apply(operator, each, number);
    if (combined === undefined) continue;
    const labels = dropsName ? each.labels.withoutMetadata : each.labels;
    if (returnsBool) result.push({ labels, value: Number(combined.passes), histogram: undefined });
    else if (combined.passes) {
      if (isComparison(operator)) result.push(each);
      else result.push(toElement(labels, combined.outcome));
    }
  }
  return result;
}
