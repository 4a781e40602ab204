// A tree with parentheses around every node, as test/promql/engine/trees.go shows those of Prometheus.

import type { Binary, Expression, Selector } from '../../lib/promql/expression.js';
import { typeOf } from '../../lib/promql/types.js';
import { withoutParentheses } from '../../lib/promql/walk.js';

export function show(expression: Expression): string {
  return node(withoutParentheses(expression));
}

function node(expression: Expression): string {
  switch (expression.kind) {
    case 'number':
      return number(expression.value);
    case 'string':
      return text(expression.value);
    case 'selector':
      return list('selector', ...selector(expression));
    case 'range':
      return list('range', time(expression.rangeMs), ...selector(expression.selector));
    case 'subquery': {
      const { rangeMs, stepMs = 0, offsetMs = 0 } = expression;
      const times = [rangeMs, stepMs, offsetMs].map(time);
      return list('subquery', ...times, node(expression.expression));
    }
    case 'call':
      return list(expression.name, ...expression.arguments.map(node));
    case 'aggregation': {
      const { name, grouping, parameter } = expression;
      const isGrouped = grouping?.by === 'without' || (grouping?.labels.length ?? 0) > 0;
      return list(
        name,
        ...(isGrouped ? [grouping!.by, names(grouping!.labels)] : []),
        ...(parameter === undefined ? [] : [node(parameter)]),
        node(expression.expression),
      );
    }
    case 'binary':
      return binary(expression);
    case 'negation':
      return list('negation', node(expression.expression));
    case 'parentheses':
      return node(expression.expression);
  }
}

function binary({ operator, returnsBool, matching, left, right }: Binary): string {
  const parts: string[] = [operator];
  if (returnsBool === true) parts.push('bool');
  const matches = typeOf(left) === 'vector' && typeOf(right) === 'vector';
  if (matching !== undefined && matches) {
    if (matching.on === 'on' || matching.labels.length > 0) {
      parts.push(matching.on, names(matching.labels));
    }
    if (matching.many !== undefined) parts.push(matching.many, names(matching.include ?? []));
  }
  return list(...parts, node(left), node(right));
}

function selector({ name, matchers, offsetMs = 0 }: Selector): string[] {
  const all = matchers.map(({ label, operator, value }) => ({
    isName: label === '__name__' && operator === '=',
    shown: `${text(label)}${operator}${text(value)}`,
  }));
  if (name !== undefined) all.unshift({ isName: true, shown: `"__name__"=${text(name)}` });
  const [first, rest] = [all.filter(({ isName }) => isName), all.filter(({ isName }) => !isName)];
  return [time(offsetMs), ...[...first, ...rest].map(({ shown }) => shown)];
}

function names(all: readonly string[]): string {
  return `[${all.map(text).join(' ')}]`;
}

function text(given: string): string {
  const shown = given.replace(
    /[^ -~]|["<]/gu,
    (letter) => `<${letter.codePointAt(0)!.toString(16)}>`,
  );
  return `"${shown}"`;
}

function time(milliseconds: number): string {
  return `${milliseconds}ms`;
}

function number(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  return bits.getBigUint64(0).toString(16);
}

function list(...parts: readonly string[]): string {
  return `(${parts.join(' ')})`;
}
