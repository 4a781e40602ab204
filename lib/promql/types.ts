// Whether an expression makes sense: each operand and argument of the type that PromQL asks for.

import type { ErrorDetails, ExpressionError } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import type { Aggregation, Binary, Call, Expression, Selector } from './expression.js';
import { invalid } from './failure.js';
import {
  functionNames,
  functions,
  isFunction,
  type Signature,
  type ValueType,
} from './functions.js';
import { compileMatcher, compilePattern } from './matchers.js';
import { aggregations, isAggregation } from './names.js';
import { isComparison, isSetOperator } from './operators.js';

/** What messages call the types. */
const names: Readonly<Record<ValueType, string>> = {
  scalar: 'a scalar',
  vector: 'an instant vector',
  range: 'a range vector',
  string: 'a string',
};

/** The type of an expression that was checked. */
export function typeOf(expression: Expression): ValueType {
  switch (expression.kind) {
    case 'number':
      return 'scalar';
    case 'string':
      return 'string';
    case 'selector':
    case 'aggregation':
      return 'vector';
    case 'range':
    case 'subquery':
      return 'range';
    case 'call':
      return isFunction(expression.name) ? functions[expression.name].returns : 'vector';
    case 'negation':
    case 'parentheses':
      return typeOf(expression.expression);
    case 'binary':
      return typeOf(expression.left) === 'scalar' && typeOf(expression.right) === 'scalar'
        ? 'scalar'
        : 'vector';
  }
}

/**
 * Throws an ExpressionError when types do not fit. With the text that the tree was read from it marks
 * the place.
 */
export function checkTypes(expression: Expression, text?: string): ValueType {
  return new Checker(text).check(expression);
}

class Checker {
  readonly #text: string | undefined;

  constructor(text: string | undefined) {
    this.#text = text;
  }

  check(expression: Expression): ValueType {
    switch (expression.kind) {
      case 'selector':
        this.#checkSelector(expression);
        break;
      case 'range':
        this.#checkDuration(expression, expression.rangeMs);
        this.#checkSelector(expression.selector);
        break;
      case 'subquery':
        this.#checkDuration(expression, expression.rangeMs);
        if (expression.stepMs !== undefined) this.#checkDuration(expression, expression.stepMs);
        this.#expect(expression.expression, ['vector'], 'a subquery');
        break;
      case 'call':
        this.#checkCall(expression);
        break;
      case 'aggregation':
        this.#checkAggregation(expression);
        break;
      case 'binary':
        this.#checkBinary(expression);
        break;
      case 'negation':
        this.#expect(expression.expression, ['scalar', 'vector'], 'a sign');
        break;
      case 'parentheses':
        this.check(expression.expression);
        break;
      default:
    }
    return typeOf(expression);
  }

  #checkDuration(node: Expression, milliseconds: number): void {
    if (Number.isInteger(milliseconds) && milliseconds > 0) return;
    const problem = 'this is no duration';
    throw this.#refused(node, { problem, given: milliseconds, allowed: 'whole milliseconds' });
  }

  #checkSelector(selector: Selector): void {
    if (selector.name !== undefined) {
      const second = selector.matchers.find(({ label }) => label === '__name__');
      if (second !== undefined) {
        const given = [selector.name, second.value];
        throw this.#refused(selector, { problem: 'the metric is named twice', given });
      }
    }
    let selectsSomething = selector.name !== undefined;
    for (const matcher of selector.matchers) {
      const compiled = compileMatcher(matcher);
      if ('problem' in compiled) {
        const details = { problem: compiled.problem, given: matcher.value };
        throw invalid(details, this.#text, matcher.place ?? selector.place);
      }
      selectsSomething ||= !compiled.matches('');
    }
    if (selectsSomething) return;
    throw this.#refused(selector, {
      problem: 'this selects every series there is',
      allowed: 'a metric, or a matcher that an empty value does not fit',
    });
  }

  #checkCall(call: Call): void {
    if (!isFunction(call.name)) {
      const meant = nearest(call.name, functionNames);
      const problem = `there is no function "${call.name}"`;
      throw this.#refused(call, { problem, meant, allowed: functionNames });
    }
    const signature: Signature = functions[call.name];
    const { takes, optional = 0, repeats = false } = signature;
    const count = call.arguments.length;
    const least = takes.length - optional;
    if (count < least || (count > takes.length && !repeats)) {
      const problem = `${call.name} has ${count} arguments`;
      throw this.#refused(call, { problem, allowed: describeArguments(signature) });
    }
    for (const [index, argument] of call.arguments.entries()) {
      const type = takes[Math.min(index, takes.length - 1)]!;
      this.#expect(argument, [type], `argument ${index + 1} of ${call.name}`);
    }
    if (call.name === 'label_replace' || call.name === 'label_join') this.#checkLabels(call);
  }

  /** What Prometheus finds out only when it evaluates. */
  #checkLabels({ name, arguments: args }: Call): void {
    const texts = args.map((each) => stringOf(each));
    const labels =
      name === 'label_replace' ? [1] : [1, ...texts.keys()].filter((at) => at !== 0 && at !== 2);
    for (const index of labels) {
      if (texts[index] !== '') continue;
      throw this.#refused(args[index]!, { problem: 'a label has no name', given: '' });
    }
    if (name !== 'label_replace') return;
    const pattern = compilePattern(texts[4]!);
    if ('problem' in pattern) {
      throw this.#refused(args[4]!, { problem: pattern.problem, given: texts[4] });
    }
  }

  #checkAggregation(aggregation: Aggregation): void {
    const { name, parameter, expression } = aggregation;
    if (!isAggregation(name)) {
      const meant = nearest(name, aggregations);
      const problem = `there is no aggregation "${name}"`;
      throw this.#refused(aggregation, { problem, meant, allowed: aggregations });
    }
    const wanted =
      name === 'count_values'
        ? 'string'
        : name === 'topk' || name === 'bottomk' || name === 'quantile'
          ? 'scalar'
          : undefined;
    if ((wanted === undefined) !== (parameter === undefined)) {
      const problem = `${name} has ${parameter === undefined ? 'no' : 'a'} parameter`;
      throw this.#refused(aggregation, { problem, allowed: wanted ? names[wanted] : 'none' });
    }
    if (parameter !== undefined) this.#expect(parameter, [wanted!], `the parameter of ${name}`);
    this.#expect(expression, ['vector'], name);
    if (name === 'count_values' && stringOf(parameter!) === '') {
      throw this.#refused(parameter!, { problem: 'a label has no name', given: '' });
    }
  }

  #checkBinary(binary: Binary): void {
    const { operator, matching, left, right } = binary;
    const types = [left, right].map((side) =>
      this.#expect(side, ['scalar', 'vector'], `a side of ${operator}`),
    );
    const scalarSide = types[0] === 'scalar' ? left : types[1] === 'scalar' ? right : undefined;
    if (binary.returnsBool === true && !isComparison(operator)) {
      const problem = `bool does not go with ${operator}`;
      throw this.#refused(binary, { problem, allowed: 'bool behind a comparison' });
    }
    if (isComparison(operator) && binary.returnsBool !== true && typeOf(binary) === 'scalar') {
      const problem = 'a comparison of scalars filters nothing';
      throw this.#refused(binary, { problem, allowed: `${operator} bool` });
    }
    if (isSetOperator(operator) && scalarSide !== undefined) {
      const problem = `a side of ${operator} is a scalar`;
      throw this.#refused(scalarSide, { problem, allowed: 'instant vectors, like vector(1)' });
    }
    if (matching === undefined) return;
    if (scalarSide !== undefined && (matching.labels.length > 0 || matching.many !== undefined)) {
      const problem = `${matching.on} matches series, and a side of ${operator} is a scalar`;
      throw this.#refused(scalarSide, { problem, allowed: 'instant vectors' });
    }
    if (isSetOperator(operator) && matching.many !== undefined) {
      const problem = `group_${matching.many} does not go with ${operator}`;
      throw this.#refused(binary, { problem, allowed: `${matching.on} (...) alone` });
    }
    const twice = matching.include?.find(
      (label) => matching.on === 'on' && matching.labels.includes(label),
    );
    if (twice !== undefined) {
      const problem = `the label "${twice}" stands in on and in group_${matching.many}`;
      throw this.#refused(binary, { problem, allowed: 'one of the two' });
    }
    if (matching.include !== undefined && matching.many === undefined) {
      const problem = 'labels to take over need a side of many';
      throw this.#refused(binary, { problem, allowed: 'group_left or group_right' });
    }
  }

  #expect(expression: Expression, types: readonly ValueType[], where: string): ValueType {
    const type = this.check(expression);
    if (types.includes(type)) return type;
    throw this.#refused(expression, {
      problem: `${where} is ${names[type]}`,
      allowed: types.map((each) => names[each]).join(' or '),
    });
  }

  #refused(node: Expression, details: ErrorDetails): ExpressionError {
    return invalid(details, this.#text, node.place);
  }
}

/** A string literal; type checks leave nothing else. */
export function stringOf(expression: Expression): string {
  if (expression.kind === 'parentheses') return stringOf(expression.expression);
  return expression.kind === 'string' ? expression.value : '';
}

function describeArguments({ takes, optional = 0, repeats }: Signature): string {
  if (takes.length === 0) return 'none';
  const all = takes.map((type, index) =>
    index < takes.length - optional || repeats ? names[type] : `optionally ${names[type]}`,
  );
  return `${all.join(', ')}${repeats ? ', and more of these or none' : ''}`;
}
