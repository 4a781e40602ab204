// What can be said of an expression without evaluating it.

import type { Expression, Selector } from './expression.js';

/** The nodes directly below one. */
export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'range':
      return [expression.selector];
    case 'call':
      return expression.arguments;
    case 'aggregation':
      return expression.parameter === undefined
        ? [expression.expression]
        : [expression.parameter, expression.expression];
    case 'binary':
      return [expression.left, expression.right];
    case 'subquery':
    case 'negation':
    case 'parentheses':
      return [expression.expression];
    default:
      return [];
  }
}

/** Every selector, in the order of the text. */
export function selectorsOf(expression: Expression): Selector[] {
  if (expression.kind === 'selector') return [expression];
  return childrenOf(expression).flatMap(selectorsOf);
}

/** How series are looked back at. */
export interface Reach {
  /** A selector takes the latest sample that is younger than this: 5 minutes unless given. */
  readonly lookbackMs?: number;
}

/** What Prometheus has unless told otherwise. */
export const defaultLookbackMs = 300_000;

/**
 * How far back an expression looks: samples older than this change nothing. A history that is shorter
 * cannot answer it.
 */
export function reachMs(
  expression: Expression,
  { lookbackMs = defaultLookbackMs }: Reach = {},
): number {
  const options = { lookbackMs };
  switch (expression.kind) {
    case 'selector':
      return lookbackMs + (expression.offsetMs ?? 0);
    case 'range':
      return expression.rangeMs + (expression.selector.offsetMs ?? 0);
    case 'subquery': {
      const inner = reachMs(expression.expression, options);
      return inner + expression.rangeMs + (expression.offsetMs ?? 0);
    }
    default:
      return Math.max(0, ...childrenOf(expression).map((child) => reachMs(child, options)));
  }
}

/** The same tree without the parentheses that somebody wrote, and signs of numbers in the numbers. */
export function withoutParentheses(expression: Expression): Expression {
  switch (expression.kind) {
    case 'parentheses':
      return withoutParentheses(expression.expression);
    case 'negation': {
      const inner = withoutParentheses(expression.expression);
      if (inner.kind === 'number') return { ...inner, value: -inner.value };
      return { ...expression, expression: inner };
    }
    case 'subquery':
      return { ...expression, expression: withoutParentheses(expression.expression) };
    case 'call':
      return { ...expression, arguments: expression.arguments.map(withoutParentheses) };
    case 'aggregation': {
      const { parameter } = expression;
      return {
        ...expression,
        ...(parameter !== undefined && { parameter: withoutParentheses(parameter) }),
        expression: withoutParentheses(expression.expression),
      };
    }
    case 'binary':
      return {
        ...expression,
        left: withoutParentheses(expression.left),
        right: withoutParentheses(expression.right),
      };
    default:
      return expression;
  }
}
