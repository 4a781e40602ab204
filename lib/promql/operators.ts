// Binary operators, by how tightly they bind.

import type { Binary, ComparisonOperator, SetOperator } from './expression.js';

export type Operator = Binary['operator'];

/** From the loosest to the tightest; all but the last from left to right. */
const levels: readonly (readonly Operator[])[] = [
  ['or'],
  ['and', 'unless'],
  ['==', '!=', '>', '<', '>=', '<='],
  ['+', '-'],
  ['*', '/', '%', 'atan2'],
  ['^'],
];

/** A sign in front binds like a product: `-a ^ b` is `-(a ^ b)`, `-a * b` is `(-a) * b`. */
export const signLevel = 4;
const powerLevel = 5;

const levelsByOperator = new Map(
  levels.flatMap((operators, level) => operators.map((operator) => [operator, level] as const)),
);

export function levelOf(operator: Operator): number {
  return levelsByOperator.get(operator)!;
}

/** The operator that a word is, whatever the case of its letters; undefined when it is none. */
export function operatorOf(word: string): Operator | undefined {
  const operator = word.toLowerCase() as Operator;
  return levelsByOperator.has(operator) ? operator : undefined;
}

export function isRightAssociative(operator: Operator): boolean {
  return levelOf(operator) === powerLevel;
}

export function isComparison(operator: Operator): operator is ComparisonOperator {
  return levelOf(operator) === 2;
}

export function isSetOperator(operator: Operator): operator is SetOperator {
  return levelOf(operator) < 2;
}
