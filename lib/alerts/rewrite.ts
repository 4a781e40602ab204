// What settings change in every expression: which series are meant, and by which label clusters are
// told apart.

import type { Aggregation, Binary, Expression, Matcher, Selector } from '../promql/expression.js';

export interface Rewriting {
  /** Further labels that every series has to have. */
  readonly matchers: readonly Matcher[];
  /** Kept by every aggregation, and matched on by everything that matches. */
  readonly clusterLabel: string | undefined;
}

export function rewrite(expression: Expression, rewriting: Rewriting): Expression {
  const inner = (each: Expression) => rewrite(each, rewriting);
  switch (expression.kind) {
    case 'number':
    case 'string':
      return expression;
    case 'selector':
      return selected(expression, rewriting);
    case 'range':
      return { ...expression, selector: selected(expression.selector, rewriting) };
    case 'call':
      return { ...expression, arguments: expression.arguments.map(inner) };
    case 'aggregation':
      return aggregated({ ...expression, expression: inner(expression.expression) }, rewriting);
    case 'binary':
      return matched(
        { ...expression, left: inner(expression.left), right: inner(expression.right) },
        rewriting,
      );
    case 'subquery':
    case 'negation':
    case 'parentheses':
      return { ...expression, expression: inner(expression.expression) };
  }
}

function selected(selector: Selector, { matchers }: Rewriting): Selector {
  return { ...selector, matchers: [...selector.matchers, ...matchers] };
}

function aggregated(aggregation: Aggregation, { clusterLabel }: Rewriting): Aggregation {
  const { grouping, ...rest } = aggregation;
  if (grouping === undefined) return aggregation;
  const kept = withLabel(grouping.labels, clusterLabel);
  return kept.length === 0 ? rest : { ...rest, grouping: { ...grouping, labels: kept } };
}

function matched(binary: Binary, { clusterLabel }: Rewriting): Binary {
  const { matching } = binary;
  if (matching === undefined || matching.on !== 'on') return binary;
  return {
    ...binary,
    matching: { ...matching, labels: withLabel(matching.labels, clusterLabel) },
  };
}

function withLabel(labels: readonly string[], label: string | undefined): readonly string[] {
  return label === undefined || labels.includes(label) ? labels : [...labels, label];
}
