// Tree to text: the same text for the same tree, with no more parentheses than are needed. Those of
// the tree are not kept: the printer sets its own.

import type { Aggregation, Binary, Expression, Matcher, Matching, Selector } from './expression.js';
import { isPlainLabel, isPlainMetric } from './names.js';
import { printDuration, printNumber } from './numbers.js';
import { isRightAssociative, levelOf, type Operator, signLevel } from './operators.js';
import { quote } from './strings.js';
import { withoutParentheses } from './walk.js';

/** Longer lines are broken. */
const widest = 100;

/** Binds tighter than any operator. */
const atomLevel = 6;

/**
 * The expression as text, in one line when it fits within 100 characters. Longer ones are broken
 * before operators, and within the parentheses of calls and aggregations.
 *
 * @example
 * ```ts
 * import { print } from 'vsr-metrics/promql';
 *
 * const selector = { kind: 'selector', name: 'up', matchers: [] } as const;
 * const zero = { kind: 'number', value: 0 } as const;
 * console.log(print({ kind: 'binary', operator: '==', left: selector, right: zero })); // up == 0
 * ```
 */
export function print(expression: Expression): string {
  return printWithin(withoutParentheses(expression), 0, 0);
}

/** In one line when it fits behind so many characters, else broken and indented by so many. */
function printWithin(expression: Expression, indent: number, before: number): string {
  const line = inLine(expression);
  return indent + before + line.length <= widest ? line : broken(expression, indent, before);
}

// ---- in one line ----

function inLine(expression: Expression): string {
  switch (expression.kind) {
    case 'number':
      return printNumber(expression.value);
    case 'string':
      return quote(expression.value);
    case 'selector':
      return `${selector(expression)}${offset(expression.offsetMs)}`;
    case 'range': {
      const range = `[${printDuration(expression.rangeMs)}]`;
      return `${selector(expression.selector)}${range}${offset(expression.selector.offsetMs)}`;
    }
    case 'subquery':
      return `${operand(expression.expression, atomLevel)}${subquerySuffix(expression)}`;
    case 'call':
      return `${expression.name}(${expression.arguments.map(inLine).join(', ')})`;
    case 'aggregation':
      return `${aggregationHead(expression)}(${aggregationArguments(expression).map(inLine).join(', ')})`;
    case 'binary': {
      const { left, right } = sides(expression);
      return `${left} ${operatorBefore(expression, right)} ${right}`;
    }
    case 'negation':
      return `-${signedOperand(expression.expression, signLevel + 1)}`;
    case 'parentheses':
      return inLine(expression.expression);
  }
}

function sides(binary: Binary): { left: string; right: string } {
  const [left, right] = sideLevels(binary.operator);
  return { left: operand(binary.left, left), right: signedOperand(binary.right, right) };
}

/** How tightly the sides of an operator have to bind to need no parentheses. */
function sideLevels(operator: Operator): readonly [number, number] {
  const level = levelOf(operator);
  return isRightAssociative(operator) ? [level + 1, level] : [level, level + 1];
}

function operand(expression: Expression, level: number): string {
  const text = inLine(expression);
  return bindingOf(expression) >= level ? text : `(${text})`;
}

/** A sign may stand behind any operator and any other sign: `a ^ -b`. */
function signedOperand(expression: Expression, level: number): string {
  return startsWithSign(expression) ? inLine(expression) : operand(expression, level);
}

function startsWithSign(expression: Expression): boolean {
  return expression.kind === 'negation' || isNegative(expression);
}

function isNegative(expression: Expression): boolean {
  if (expression.kind !== 'number') return false;
  return expression.value < 0 || Object.is(expression.value, -0);
}

function bindingOf(expression: Expression): number {
  if (expression.kind === 'binary') return levelOf(expression.operator);
  if (startsWithSign(expression)) return signLevel;
  return atomLevel;
}

function operatorOf({ operator, returnsBool, matching }: Binary): string {
  const bool = returnsBool === true ? ' bool' : '';
  return `${operator}${bool}${matching === undefined ? '' : ` ${printMatching(matching)}`}`;
}

/** Parentheses right behind a bare group_left would be its labels: there it gets its own. */
function operatorBefore(binary: Binary, right: string): string {
  const operator = operatorOf(binary);
  return /group_(left|right)$/.test(operator) && right.startsWith('(')
    ? `${operator} ()`
    : operator;
}

function printMatching({ on, labels: matched, many, include }: Matching): string {
  const group = many === undefined ? '' : ` group_${many}`;
  const included = many === undefined || include === undefined || include.length === 0;
  return `${on} ${labels(matched)}${group}${included ? '' : ` ${labels(include)}`}`;
}

function aggregationHead({ name, grouping }: Aggregation): string {
  return grouping === undefined ? name : `${name} ${grouping.by} ${labels(grouping.labels)} `;
}

function aggregationArguments({ parameter, expression }: Aggregation): Expression[] {
  return parameter === undefined ? [expression] : [parameter, expression];
}

function subquerySuffix(subquery: Extract<Expression, { kind: 'subquery' }>): string {
  const step = subquery.stepMs === undefined ? '' : printDuration(subquery.stepMs);
  return `[${printDuration(subquery.rangeMs)}:${step}]${offset(subquery.offsetMs)}`;
}

function selector({ name, matchers }: Selector): string {
  const isPlain = name === undefined || isPlainMetric(name);
  const parts = matchers.map(matcher);
  if (!isPlain) parts.unshift(quote(name));
  const braces = parts.length > 0 || name === undefined ? `{${parts.join(', ')}}` : '';
  return `${isPlain ? (name ?? '') : ''}${braces}`;
}

function matcher({ label: given, operator, value }: Matcher): string {
  return `${label(given)}${operator}${quote(value)}`;
}

function labels(all: readonly string[]): string {
  return `(${all.map(label).join(', ')})`;
}

function label(name: string): string {
  return isPlainLabel(name) ? name : quote(name);
}

function offset(offsetMs: number | undefined): string {
  return offsetMs === undefined || offsetMs === 0 ? '' : ` offset ${printDuration(offsetMs)}`;
}

// ---- over several lines ----

function broken(expression: Expression, indent: number, before: number): string {
  switch (expression.kind) {
    case 'binary':
      return brokenBinary(expression, indent, before);
    case 'call':
      return `${expression.name}${brokenList(expression.arguments, indent)}`;
    case 'aggregation':
      return `${aggregationHead(expression)}${brokenList(aggregationArguments(expression), indent)}`;
    case 'negation':
      return `-${brokenOperand(expression.expression, signedLevel(expression.expression, signLevel + 1), indent, before + 1)}`;
    case 'subquery': {
      const inner = brokenOperand(expression.expression, atomLevel, indent, before);
      return `${inner}${subquerySuffix(expression)}`;
    }
    default:
      // A selector or a number stands in one line, however long.
      return inLine(expression);
  }
}

/** The operator begins the line of its right side. */
function brokenBinary(binary: Binary, indent: number, before: number): string {
  const [left, right] = sideLevels(binary.operator);
  const behind = operatorOf(binary).length + 1;
  // Operators of one kind in a row stand below each other.
  const first = brokenOperand(binary.left, left, indent, before);
  const second = brokenOperand(binary.right, signedLevel(binary.right, right), indent, behind);
  return `${first}\n${' '.repeat(indent)}${operatorBefore(binary, second)} ${second}`;
}

function signedLevel(expression: Expression, level: number): number {
  return startsWithSign(expression) ? 0 : level;
}

function brokenOperand(
  expression: Expression,
  level: number,
  indent: number,
  before: number,
): string {
  if (bindingOf(expression) >= level) return printWithin(expression, indent, before);
  const line = inLine(expression);
  if (indent + before + line.length + 2 <= widest) return `(${line})`;
  const inner = ' '.repeat(indent + 2);
  const text = printWithin(expression, indent + 2, 0);
  return `(\n${inner}${text}\n${' '.repeat(indent)})`;
}

function brokenList(expressions: readonly Expression[], indent: number): string {
  const inner = indent + 2;
  const all = expressions.map((each) => `${' '.repeat(inner)}${printWithin(each, inner, 1)}`);
  return `(\n${all.join(',\n')}\n${' '.repeat(indent)})`;
}
