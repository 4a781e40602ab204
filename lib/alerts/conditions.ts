// What an alert can ask: a comparison, or that there is nothing. Without one of these an expression
// would always fire, so an alert takes nothing else.

import type { FamilyDeclaration } from '../core/catalogue/types.js';
import type { ComparisonOperator, Expression } from '../promql/expression.js';
import { type Of, type Operand, selectorIn, treeOf, type Vector, vector } from './vectors.js';

declare const isCondition: unique symbol;

/** Series for which something is so; the value is that of the left side. */
export interface Condition<L extends string> extends Vector<L> {
  readonly [isCondition]?: true;
  readonly asks: true;
}

export const above = comparison('>');
export const atLeast = comparison('>=');
export const lessThan = comparison('<');
export const atMost = comparison('<=');
export const equals = comparison('==');
export const differs = comparison('!=');

function comparison(operator: ComparisonOperator) {
  return <L extends string>(left: Vector<L>, right: Operand<NoInfer<L>>): Condition<L> =>
    condition({ kind: 'binary', operator, left: left.tree, right: treeOf(right) });
}

/** Each series that is less than the one of its cluster. */
export const lessThanOne = comparisonWithOne('<');
/** Each series that is as large as the one of its cluster. */
export const equalsOne = comparisonWithOne('==');

function comparisonWithOne(operator: ComparisonOperator) {
  return <L extends string>(each: Vector<L>, one: Vector<never>): Condition<L> =>
    condition({
      kind: 'binary',
      operator,
      matching: { on: 'on', labels: [], many: 'left' },
      left: each.tree,
      right: one.tree,
    });
}

/** 1 where it is so and 0 where it is not. */
export function whether<L extends string>(asked: Condition<L>): Vector<L> {
  const { tree } = asked;
  return vector(tree.kind === 'binary' ? { ...tree, returnsBool: true } : tree);
}

/** Nobody has any series of a family. */
export function absent<const F extends FamilyDeclaration>(source: Of<F>): Condition<never> {
  return condition({ kind: 'call', name: 'absent', arguments: [selectorIn(source)] });
}

/** Prometheus knows no target of a job. `job` is a pattern. */
export function noTarget(job: string): Condition<never> {
  const matchers = [{ label: 'job', operator: '=~', value: job }] as const;
  return condition({
    kind: 'call',
    name: 'absent',
    arguments: [{ kind: 'selector', name: 'up', matchers }],
  });
}

/** Always: for an alert that shows that alerts arrive. */
export function always(): Condition<never> {
  return condition({ kind: 'call', name: 'vector', arguments: [{ kind: 'number', value: 1 }] });
}

/** Series for which both are so; they match when their labels are the same. */
export function both<L extends string>(
  first: Condition<L>,
  ...others: readonly Condition<NoInfer<L>>[]
): Condition<L> {
  return condition(others.reduce((left, right) => joined('and', left, right.tree), first.tree));
}

/** Series of the first for which the second is so of one of its cluster. */
export function givenThat<L extends string>(
  first: Condition<L>,
  second: Condition<never>,
): Condition<L> {
  return condition({
    kind: 'binary',
    operator: 'and',
    matching: { on: 'on', labels: [] },
    left: first.tree,
    right: second.tree,
  });
}

/** Series for which the first is so, or else the second. */
export function either<L extends string>(
  first: Condition<L>,
  ...others: readonly Condition<NoInfer<L>>[]
): Condition<L> {
  return condition(others.reduce((left, right) => joined('or', left, right.tree), first.tree));
}

/** Series that have no series of the same labels on the other side. */
export function without<L extends string>(
  series: Vector<L>,
  others: Vector<NoInfer<L>>,
): Condition<L> {
  return condition(joined('unless', series.tree, others.tree));
}

function joined(operator: 'and' | 'or' | 'unless', left: Expression, right: Expression) {
  return { kind: 'binary', operator, left, right } as const satisfies Expression;
}

export function condition<L extends string>(tree: Expression): Condition<L> {
  return { tree, asks: true };
}
