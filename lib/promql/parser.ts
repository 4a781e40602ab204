// Text to tree, by the rules of PromQL's grammar: operators by how tightly they bind (Pratt), all
// else by recursive descent. What is not supported is refused where it stands.

import { nearest } from '../core/nearest.js';
import type {
  Aggregation,
  Binary,
  Call,
  Expression,
  Grouping,
  Matcher,
  Matching,
  MatchOperator,
  Place,
  Range,
  Selector,
  Subquery,
} from './expression.js';
import { invalid } from './failure.js';
import { functionNames, isUnsupported } from './functions.js';
import { Lexer, type Token } from './lexer.js';
import {
  type AggregationName,
  aggregations,
  isAggregation,
  mayNameLabel,
  mayNameMetric,
} from './names.js';
import {
  isComparison,
  isRightAssociative,
  levelOf,
  type Operator,
  operatorOf,
  signLevel,
} from './operators.js';
import { quote } from './strings.js';
import { checkTypes, typeOf } from './types.js';

/** Deeper nesting is nothing that anybody wrote, and would exhaust the stack. */
const deepest = 200;

/** Operators in a row nest, too: each has all before it on its left. */
const mostOperators = 1000;

/** Longer texts are nothing that anybody wrote either. */
const longest = 100_000;

const withParameter = new Set<AggregationName>(['topk', 'bottomk', 'quantile', 'count_values']);

const beginnings = 'a metric, a function, an aggregation, a number, a string, a sign or "("';

/**
 * The tree of an expression, with the place of each node; its types are right. What is malformed, or
 * not supported, throws an ExpressionError that marks the place.
 *
 * @example
 * ```ts
 * import { parse, print } from 'vsr-metrics/promql';
 *
 * const tree = parse('sum(rate(http_requests_total{code=~"5.."}[5m])) by (job) > 0.5');
 * console.log(print(tree)); // sum by (job) (rate(http_requests_total{code=~"5.."}[5m])) > 0.5
 * ```
 */
export function parse(text: string): Expression {
  if (typeof text !== 'string') {
    throw invalid({ problem: 'an expression does not fit', given: text, allowed: 'text' });
  }
  if (text.length > longest) {
    const problem = 'an expression is too long';
    throw invalid({ problem, given: text.length, allowed: `up to ${longest} characters` });
  }
  const expression = new Parser(text).parse();
  checkTypes(expression, text);
  return expression;
}

class Parser {
  readonly #text: string;
  readonly #lexer: Lexer;
  #token: Token;
  /** Where the word before the current one ended. */
  #lastEnd = 0;
  #depth = 0;
  #operators = 0;

  constructor(text: string) {
    this.#text = text;
    this.#lexer = new Lexer(text);
    this.#token = this.#lexer.next();
  }

  parse(): Expression {
    if (this.#isAtEnd()) {
      throw this.#refused(this.#token, 'there is no expression', { allowed: beginnings });
    }
    const expression = this.#expression(0);
    if (!this.#isAtEnd()) throw this.#unexpected('an operator or the end');
    return expression;
  }

  /** Operands joined by operators of this level or of tighter ones. */
  #expression(level: number): Expression {
    if (++this.#depth > deepest) {
      const problem = 'this expression is nested too deeply';
      throw this.#refused(this.#token, problem, { allowed: `up to ${deepest} levels` });
    }
    let left = this.#operand();
    for (;;) {
      const operator = this.#operator();
      if (operator === undefined || levelOf(operator) < level) break;
      if (++this.#operators > mostOperators) {
        const problem = 'this expression has too many operators';
        throw this.#refused(this.#token, problem, { allowed: `up to ${mostOperators}` });
      }
      const start = left.place!.start;
      this.#advance();
      const modifiers = this.#modifiers(operator);
      const right = this.#expression(
        isRightAssociative(operator) ? levelOf(operator) : levelOf(operator) + 1,
      );
      const place = { start, end: this.#lastEnd };
      left = { kind: 'binary', operator, ...modifiers, left, right, place };
    }
    this.#depth--;
    return left;
  }

  #operator(): Operator | undefined {
    if (this.#token.kind === 'name' || this.#token.kind === 'sign') {
      if (this.#is('</', '>/')) throw this.#unsupported('the trimming of histograms');
      return operatorOf(this.#token.text);
    }
    return undefined;
  }

  #operand(): Expression {
    if (!this.#is('+', '-')) return this.#withSuffixes(this.#primary());
    const { start, text } = this.#token;
    this.#advance();
    const operand = this.#expression(signLevel + 1);
    const place = { start, end: this.#lastEnd };
    if (operand.kind === 'number') {
      return { kind: 'number', value: text === '-' ? -operand.value : operand.value, place };
    }
    // A plus changes nothing, and is as choosy as a minus.
    const type = typeOf(operand);
    if (text === '+' && (type === 'scalar' || type === 'vector')) return { ...operand, place };
    return { kind: 'negation', expression: operand, place };
  }

  #primary(): Expression {
    const token = this.#token;
    const place = { start: token.start, end: token.end };
    switch (token.kind) {
      case 'number':
        this.#advance();
        return { kind: 'number', value: token.value, place };
      case 'duration':
        // As a number a duration counts seconds.
        this.#advance();
        return { kind: 'number', value: token.value / 1000, place };
      case 'string':
        this.#advance();
        return { kind: 'string', value: token.content, place };
      case 'name':
        return this.#named();
      default:
        if (this.#is('{')) return this.#selector(token.start);
        if (!this.#is('(')) throw this.#unexpected(beginnings);
        return this.#parenthesized();
    }
  }

  #parenthesized(): Expression {
    const { start } = this.#token;
    this.#advance();
    const expression = this.#expression(0);
    this.#expect(')');
    return { kind: 'parentheses', expression, place: { start, end: this.#lastEnd } };
  }

  /** What begins with a name: an aggregation, a call or a metric. */
  #named(): Expression {
    const token = this.#token;
    this.#advance();
    const word = token.text.toLowerCase();
    if (isAggregation(word) && this.#isOneOf('(', 'by', 'without')) {
      return this.#aggregation(word, token.start);
    }
    if (this.#is('(')) return this.#call(token);
    if (!mayNameMetric(token.text)) throw this.#unexpected(beginnings, token);
    return this.#selector(token.start, token.text);
  }

  #call(name: Token): Call {
    if (!(functionNames as readonly string[]).includes(name.text)) {
      const problem = isUnsupported(name.text)
        ? `${name.text} is not part of the PromQL that is supported`
        : `there is no function "${name.text}"`;
      const known = [...functionNames, ...aggregations];
      const meant = isUnsupported(name.text) ? undefined : nearest(name.text, known);
      throw this.#refused(name, problem, meant === undefined ? { allowed: known } : { meant });
    }
    const args = this.#list((): Expression => this.#expression(0), false);
    const place = { start: name.start, end: this.#lastEnd };
    return { kind: 'call', name: name.text, arguments: args, place };
  }

  #aggregation(name: AggregationName, start: number): Aggregation {
    let grouping = this.#grouping();
    if (!this.#is('(')) throw this.#unexpected('"("');
    const open = this.#token;
    const args = this.#list((): Expression => this.#expression(0), false);
    grouping ??= this.#grouping();
    const place = { start, end: this.#lastEnd };
    const wanted = withParameter.has(name) ? 2 : 1;
    if (args.length !== wanted) {
      const problem = `${name} has ${args.length} arguments`;
      const allowed =
        wanted === 1
          ? 'one: series'
          : `two: ${name === 'count_values' ? 'a label' : 'a number'} and series`;
      throw this.#refused({ start: open.start, end: place.end }, problem, { allowed });
    }
    return {
      kind: 'aggregation',
      name,
      ...(wanted === 2 && { parameter: args[0]! }),
      expression: args[wanted - 1]!,
      ...(grouping !== undefined && { grouping }),
      place,
    };
  }

  #grouping(): Grouping | undefined {
    if (!this.#isOneOf('by', 'without')) return undefined;
    const by = this.#token.text.toLowerCase() as Grouping['by'];
    this.#advance();
    return { by, labels: this.#labels() };
  }

  /** `(a, b)`; a comma may end it. */
  #labels(): string[] {
    if (!this.#is('(')) throw this.#unexpected('"(" and labels');
    return this.#list(() => {
      const token = this.#token;
      if (token.kind !== 'string' && !mayNameLabel(token.text)) {
        throw this.#unexpected(`a label; this one in quotes: ${quote(token.text)}`);
      }
      if (token.kind !== 'name' && token.kind !== 'string') throw this.#unexpected('a label');
      this.#advance();
      const label = token.kind === 'string' ? token.content : token.text;
      if (label === '') throw this.#refused(token, 'a label has no name');
      return label;
    }, true);
  }

  #list<T>(read: () => T, mayEndWithComma: boolean): T[] {
    this.#expect('(');
    const all: T[] = [];
    while (!this.#is(')')) {
      all.push(read());
      if (this.#is(')')) break;
      if (!this.#is(',')) throw this.#unexpected('"," or ")"');
      this.#advance();
      if (this.#is(')') && !mayEndWithComma) throw this.#unexpected('an argument');
    }
    this.#advance();
    return all;
  }

  /** What may stand between an operator and its right side. */
  #modifiers(operator: Operator): Pick<Binary, 'returnsBool' | 'matching'> {
    let returnsBool = false;
    if (this.#isOneOf('bool')) {
      if (!isComparison(operator)) {
        const problem = `bool does not go with ${operator}`;
        throw this.#refused(this.#token, problem, { allowed: 'bool behind a comparison' });
      }
      returnsBool = true;
      this.#advance();
    }
    const matching = this.#matching();
    return { ...(returnsBool && { returnsBool }), ...(matching !== undefined && { matching }) };
  }

  #matching(): Matching | undefined {
    this.#refuseFill();
    if (!this.#isOneOf('on', 'ignoring')) {
      if (!this.#isOneOf('group_left', 'group_right')) return undefined;
      throw this.#refused(this.#token, `${this.#token.text} needs to know which labels match`, {
        allowed: `on (...) or ignoring (...) before ${this.#token.text}`,
      });
    }
    const on = this.#token.text.toLowerCase() as Matching['on'];
    this.#advance();
    const labels = this.#labels();
    if (!this.#isOneOf('group_left', 'group_right')) {
      this.#refuseFill();
      return { on, labels };
    }
    const many = this.#token.text.toLowerCase() === 'group_left' ? 'left' : 'right';
    this.#advance();
    const include = this.#is('(') ? this.#includedLabels() : undefined;
    this.#refuseFill();
    return { on, labels, many, ...(include !== undefined && { include }) };
  }

  /** Behind `group_left`; empty ones are left out of the tree, they say nothing. */
  #includedLabels(): string[] | undefined {
    const labels = this.#labels();
    return labels.length === 0 ? undefined : labels;
  }

  #refuseFill(): void {
    if (!/^fill(_left|_right)?$/i.test(this.#token.text)) return;
    // It is a modifier only with a number behind it, else a metric.
    const rest = this.#text.slice(this.#token.end).trimStart();
    if (rest.startsWith('(')) throw this.#unsupported(this.#token.text);
  }

  #selector(start: number, given?: string): Selector {
    let name = given;
    const matchers: Matcher[] = [];
    if (this.#is('{')) {
      this.#advance();
      while (!this.#is('}')) {
        const token = this.#token;
        if (token.kind === 'name' && token.text.includes(':')) {
          throw this.#refused(token, 'a label has no colon', { given: token.text });
        }
        const isWord =
          token.kind === 'name' || (token.kind === 'number' && /^[a-z]/i.test(token.text));
        if (!isWord && token.kind !== 'string') throw this.#unexpected('a label, or "}"');
        this.#advance();
        if (token.kind === 'string' && this.#is(',', '}')) {
          if (name !== undefined) throw this.#namedTwice(token, name);
          name = token.content;
          if (name === '') throw this.#refused(token, 'a metric has no name');
        } else matchers.push(this.#matcher(token));
        if (this.#is(',')) this.#advance();
        else if (!this.#is('}')) throw this.#unexpected('"," or "}"');
      }
      this.#advance();
    }
    const place = { start, end: this.#lastEnd };
    return { kind: 'selector', ...(name !== undefined && { name }), matchers, place };
  }

  #matcher(label: Token): Matcher {
    const operator = this.#token.text;
    if (!this.#is('=', '!=', '=~', '!~')) throw this.#unexpected('"=", "!=", "=~" or "!~"');
    this.#advance();
    const value = this.#token;
    if (value.kind !== 'string') throw this.#unexpected('a string');
    this.#advance();
    const name = label.kind === 'string' ? label.content : label.text;
    if (name === '') throw this.#refused(label, 'a label has no name');
    const place = { start: label.start, end: value.end };
    return { label: name, operator: operator as MatchOperator, value: value.content, place };
  }

  #namedTwice(token: Token, name: string) {
    return this.#refused(token, 'the metric is named twice', { given: [name, token.content] });
  }

  /** Ranges, subqueries and offsets behind an operand. */
  #withSuffixes(operand: Expression): Expression {
    let expression = operand;
    for (;;) {
      if (this.#is('[')) expression = this.#bracket(expression);
      else if (this.#isOneOf('offset')) expression = this.#offset(expression);
      else if (this.#is('@')) throw this.#unsupported('the modifier @');
      else if (this.#isOneOf('anchored', 'smoothed')) {
        throw this.#unsupported(`the modifier ${this.#token.text}`);
      } else return expression;
    }
  }

  #bracket(expression: Expression): Range | Subquery {
    const open = this.#token;
    const start = expression.place!.start;
    this.#advance();
    const rangeMs = this.#duration(true);
    if (rangeMs <= 0) {
      const place = { start: open.start + 1, end: this.#lastEnd };
      throw this.#refused(place, 'a range covers no time', { allowed: 'more than 0' });
    }
    if (!this.#is(':')) {
      this.#expect(']');
      const place = { start, end: this.#lastEnd };
      if (expression.kind !== 'selector') {
        throw this.#refused({ start: open.start, end: place.end }, 'only series have a range', {
          allowed: 'a range behind a metric; for other expressions a subquery like [5m:]',
        });
      }
      if (expression.offsetMs !== undefined) {
        throw this.#refused(
          { start: open.start, end: place.end },
          'this range is behind an offset',
          {
            allowed: 'the range first: x[5m] offset 1h',
          },
        );
      }
      return { kind: 'range', selector: expression, rangeMs, place };
    }
    this.#advance();
    const step = this.#is(']') ? undefined : { start: this.#token.start, ms: this.#duration(true) };
    if (step !== undefined && step.ms <= 0) {
      const place = { start: step.start, end: this.#lastEnd };
      throw this.#refused(place, 'a step covers no time', { allowed: 'more than 0' });
    }
    this.#expect(']');
    const place = { start, end: this.#lastEnd };
    return {
      kind: 'subquery',
      expression,
      rangeMs,
      ...(step !== undefined && { stepMs: step.ms }),
      place,
    };
  }

  #offset(expression: Expression): Expression {
    const keyword = this.#token;
    this.#advance();
    const sign = this.#is('-') ? -1 : 1;
    if (this.#is('-', '+')) this.#advance();
    if (this.#is('-', '+', '(')) throw this.#unsupported('arithmetic with durations');
    const offsetMs = sign * this.#duration(false);
    const place = { start: expression.place!.start, end: this.#lastEnd };
    const given = offsetOf(expression);
    if (given === undefined) {
      throw this.#refused({ start: keyword.start, end: place.end }, 'only series have an offset', {
        allowed: 'offset behind a metric, a range or a subquery',
      });
    }
    if (given !== 0) {
      throw this.#refused({ start: keyword.start, end: place.end }, 'there is an offset already');
    }
    if (offsetMs === 0) return { ...expression, place };
    if (expression.kind === 'range') {
      // The place of a selector within a range is that of the range without its brackets.
      return { ...expression, selector: { ...expression.selector, offsetMs }, place };
    }
    return { ...(expression as Selector | Subquery), offsetMs, place };
  }

  /**
   * In milliseconds; a bare number counts seconds. Behind an offset an operator belongs to the
   * expression, in brackets it does not.
   */
  #duration(isInBrackets: boolean): number {
    const token = this.#token;
    if (isInBrackets && this.#is('(')) throw this.#unsupported('arithmetic with durations');
    if (token.kind !== 'duration' && token.kind !== 'number') {
      throw this.#unexpected('a duration like 5m');
    }
    this.#advance();
    if (isInBrackets && this.#is('+', '-', '*', '/', '%', '^')) {
      throw this.#unsupported('arithmetic with durations');
    }
    const milliseconds = token.kind === 'duration' ? token.value : token.value * 1000;
    // What is not whole after rounding away the error of a double is less than a millisecond.
    const whole = Math.round(milliseconds);
    const isWhole = Math.abs(milliseconds - whole) < 1e-6 && Math.abs(whole) <= 9_223_372_036_854;
    if (!isWhole) {
      throw this.#refused(token, 'this duration is not a whole number of milliseconds', {
        allowed: '1ms to 292y',
      });
    }
    return whole;
  }

  // ---- words ----

  #isAtEnd(): boolean {
    return this.#token.kind === 'end';
  }

  #advance(): void {
    this.#lastEnd = this.#token.end;
    this.#token = this.#lexer.next();
  }

  #is(...signs: readonly string[]): boolean {
    return this.#token.kind === 'sign' && signs.includes(this.#token.text);
  }

  /** One of these words, in any case of letters, or of these signs. */
  #isOneOf(...words: readonly string[]): boolean {
    const { kind, text } = this.#token;
    return (kind === 'name' || kind === 'sign') && words.includes(text.toLowerCase());
  }

  #expect(sign: string): void {
    if (!this.#is(sign)) throw this.#unexpected(`"${sign}"`);
    this.#advance();
  }

  #unexpected(allowed: string, token = this.#token) {
    if (token.kind === 'end') {
      return this.#refused(token, 'the expression ends too early', { allowed });
    }
    return this.#refused(token, 'this is not expected here', { given: token.text, allowed });
  }

  #unsupported(what: string) {
    const problem = `${what} is not part of the PromQL that is supported`;
    return this.#refused(this.#token, problem, { given: this.#token.text });
  }

  #refused(
    place: Place,
    problem: string,
    details: {
      given?: unknown;
      meant?: string | undefined;
      allowed?: string | readonly string[];
    } = {},
  ) {
    return invalid({ problem, ...details }, this.#text, { start: place.start, end: place.end });
  }
}

/** The offset that a node has; undefined when it can have none. */
function offsetOf(expression: Expression): number | undefined {
  if (expression.kind === 'range') return expression.selector.offsetMs ?? 0;
  if (expression.kind === 'selector' || expression.kind === 'subquery') {
    return expression.offsetMs ?? 0;
  }
  return undefined;
}
