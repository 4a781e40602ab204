// Which labels the series of an expression can have.

import type { Binary, Expression } from '../../promql/expression.js';

/** Either exactly these, or those of scraped series: any others, and always these. */
export interface LabelSet {
  readonly isExact: boolean;
  readonly labels: ReadonlySet<string>;
}

const scraped: LabelSet = { isExact: false, labels: new Set(['job', 'instance']) };
const unknown: LabelSet = { isExact: false, labels: new Set() };
const none: LabelSet = { isExact: true, labels: new Set() };

export function labelsOf(expression: Expression): LabelSet {
  switch (expression.kind) {
    case 'number':
    case 'string':
      return none;
    case 'selector':
      // What a recording rule made has the labels that it left.
      return expression.name === undefined || expression.name.includes(':') ? unknown : scraped;
    case 'range':
      return labelsOf(expression.selector);
    case 'subquery':
    case 'negation':
    case 'parentheses':
      return labelsOf(expression.expression);
    case 'aggregation':
      return aggregated(expression);
    case 'call':
      return called(expression);
    case 'binary':
      return combined(expression);
  }
}

function aggregated(aggregation: Extract<Expression, { kind: 'aggregation' }>): LabelSet {
  const { name, grouping, expression } = aggregation;
  const inner = labelsOf(expression);
  if (name === 'topk' || name === 'bottomk') return inner;
  if (name === 'count_values') return unknown;
  if (grouping === undefined) return none;
  if (grouping.by === 'by') return { isExact: true, labels: new Set(grouping.labels) };
  const kept = [...inner.labels].filter((label) => !grouping.labels.includes(label));
  return { isExact: inner.isExact, labels: new Set(kept) };
}

function called({ name, arguments: args }: Extract<Expression, { kind: 'call' }>): LabelSet {
  if (name === 'vector' || name === 'time' || name === 'scalar') return none;
  if (name === 'label_replace' || name === 'label_join') return unknown;
  if (name === 'absent' || name === 'absent_over_time') return absentLabels(args[0]!);
  const series = args.map(labelsOf).find((each) => each !== none) ?? none;
  if (name !== 'histogram_quantile') return series;
  return { ...series, labels: new Set([...series.labels].filter((label) => label !== 'le')) };
}

/** Those that the selector demands to be equal to something. */
function absentLabels(of: Expression): LabelSet {
  const selector = of.kind === 'range' ? of.selector : of;
  if (selector.kind !== 'selector') return none;
  const equal = selector.matchers.filter(({ operator }) => operator === '=');
  return { isExact: true, labels: new Set(equal.map(({ label }) => label)) };
}

function combined({ operator, matching, left, right }: Binary): LabelSet {
  const [one, other] = [labelsOf(left), labelsOf(right)];
  if (isNumber(left)) return other;
  if (isNumber(right) || operator === 'and' || operator === 'unless') return one;
  if (operator === 'or') return either(one, other);
  if (matching?.many !== undefined) {
    const many = matching.many === 'left' ? one : other;
    return { ...many, labels: new Set([...many.labels, ...(matching.include ?? [])]) };
  }
  if (matching?.on === 'on') return { isExact: true, labels: new Set(matching.labels) };
  return one;
}

function either(one: LabelSet, other: LabelSet): LabelSet {
  return {
    isExact: one.isExact && other.isExact,
    labels: new Set([...one.labels, ...other.labels]),
  };
}

export function isNumber(expression: Expression): boolean {
  if (expression.kind === 'number') return true;
  if (expression.kind === 'parentheses' || expression.kind === 'negation') {
    return isNumber(expression.expression);
  }
  if (expression.kind === 'call') return expression.name === 'time' || expression.name === 'scalar';
  return expression.kind === 'binary' && isNumber(expression.left) && isNumber(expression.right);
}
