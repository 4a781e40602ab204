// An expression, made ready to be evaluated often: types are checked, patterns compiled and functions
// found once.

import type {
  Aggregation,
  Binary,
  Call,
  Expression,
  Matcher,
  Range,
  Selector,
  Subquery,
} from '../expression.js';
import { invalid, Unanswered } from '../failure.js';
import type { FunctionName } from '../functions.js';
import { compileMatcher, compilePattern, type LabelMatcher } from '../matchers.js';
import type { AggregationName } from '../names.js';
import { isSetOperator } from '../operators.js';
import { parse } from '../parser.js';
import { checkTypes, stringOf, typeOf } from '../types.js';
import { defaultLookbackMs, withoutParentheses } from '../walk.js';
import { aggregate, countValues, extremes, projectionOf } from './aggregate.js';
import { calculate, compares } from './arithmetic.js';
import { Labels, type Projection } from './labels.js';
import {
  combineMatched,
  combineSets,
  combineWithScalar,
  matchingOf,
  resultLabelsOf,
} from './match.js';
import { scaled } from './native-histogram.js';
import { keepsName, rangeFunctions } from './range-functions.js';
import { firstAfter, type NativeHistogram, type Series, type SeriesSource } from './series.js';
import {
  distinct,
  Effort,
  type Element,
  type Evaluate,
  type Evaluation,
  element,
  type Vector,
} from './vector.js';
import {
  dateFunctions,
  datesOf,
  joining,
  quantiles,
  relabelled,
  replacing,
  vectorFunctions,
  wholeOfBuckets,
} from './vector-functions.js';
import { look, newWindow } from './window.js';

export interface QueryOptions {
  /** A selector takes the latest sample that is younger than this; 5 minutes unless given. */
  readonly lookbackMs?: number;
  /** Between the times of a subquery that gives no step; a minute unless given. */
  readonly stepMs?: number;
}

/** One series of a result. */
export interface ResultElement {
  readonly labels: Labels;
  /** 0 where the result is a histogram. */
  readonly value: number;
  readonly histogram: NativeHistogram | undefined;
}

export type QueryResult =
  | { readonly type: 'scalar'; readonly value: number; readonly seriesRead: number }
  | {
      readonly type: 'vector';
      readonly elements: readonly ResultElement[];
      /** How many series the source gave, before anything was filtered. */
      readonly seriesRead: number;
    };

/** As often as this subqueries may evaluate their expressions in one evaluation. */
const mostSteps = 100_000;

/**
 * Makes an expression ready, given as text or as a tree. What is wrong with it throws an
 * ExpressionError.
 */
export function compile(given: string | Expression, options: QueryOptions = {}): Query {
  if (typeof given === 'string') return new Query(parse(given), options, given);
  return new Query(given, options, undefined);
}

/** An expression that is ready to be evaluated. */
export class Query {
  readonly expression: Expression;
  readonly type: 'scalar' | 'vector';
  readonly #lookbackMs: number;
  readonly #stepMs: number;
  readonly #vector: Evaluate<Vector>;
  readonly #scalar: Evaluate<number>;
  readonly #projections: Projection[] = [];

  /** Places in the tree are marked in the text that it was read from. */
  constructor(expression: Expression, options: QueryOptions, text: string | undefined) {
    const type = checkTypes(expression, text);
    if (type !== 'scalar' && type !== 'vector') {
      const problem = `a ${type} is nothing that can be evaluated`;
      const details = { problem, allowed: 'a scalar or an instant vector' };
      throw invalid(details, text, expression.place);
    }
    this.expression = expression;
    this.type = type;
    this.#lookbackMs = duration('lookbackMs', options.lookbackMs ?? defaultLookbackMs);
    this.#stepMs = duration('stepMs', options.stepMs ?? 60_000);
    const compiler = new Compiler(this.#projections, text);
    const tree = withoutParentheses(expression);
    this.#vector = type === 'vector' ? compiler.vector(tree) : () => [];
    this.#scalar = type === 'scalar' ? compiler.scalar(tree) : () => Number.NaN;
  }

  /**
   * What it comes to at a time, in Unix milliseconds. Throws an ExpressionError where the series have
   * no answer, for example because several match where one should.
   */
  evaluate(source: SeriesSource, time: number): QueryResult {
    for (const projection of this.#projections) projection.begin();
    const effort = new Effort();
    const lookbackMs = this.#lookbackMs;
    const evaluation = { source, time, lookbackMs, stepMs: this.#stepMs, effort };
    if (this.type === 'scalar') {
      const value = this.#scalar(evaluation);
      return { type: 'scalar', value, seriesRead: effort.seriesRead };
    }
    const elements = this.#vector(evaluation);
    return { type: 'vector', elements, seriesRead: effort.seriesRead };
  }
}

function duration(name: string, given: number): number {
  if (Number.isSafeInteger(given) && given > 0) return given;
  const problem = `the option ${name} of a query does not fit`;
  throw invalid({ problem, given, allowed: 'whole milliseconds, more than 0' });
}

/** Turns nodes into functions; the types were checked before. */
class Compiler {
  readonly #projections: Projection[];
  readonly #text: string | undefined;

  constructor(projections: Projection[], text: string | undefined) {
    this.#projections = projections;
    this.#text = text;
  }

  scalar(expression: Expression): Evaluate<number> {
    switch (expression.kind) {
      case 'number': {
        const { value } = expression;
        return () => value;
      }
      case 'negation': {
        const inner = this.scalar(expression.expression);
        return (evaluation) => -inner(evaluation);
      }
      case 'binary':
        return this.#scalars(expression);
      case 'call': {
        if (expression.name === 'time') return ({ time }) => time / 1000;
        const inner = this.vector(expression.arguments[0]!);
        return (evaluation) => onlyNumber(inner(evaluation));
      }
      default:
        throw unreachable(expression);
    }
  }

  vector(expression: Expression): Evaluate<Vector> {
    const evaluate = this.#vector(expression);
    // The innermost expression that has no answer is the one to mark.
    return (evaluation) => {
      try {
        return evaluate(evaluation);
      } catch (error) {
        throw error instanceof Unanswered ? error.at(this.#text, expression.place) : error;
      }
    };
  }

  #vector(expression: Expression): Evaluate<Vector> {
    switch (expression.kind) {
      case 'selector':
        return this.#selector(expression);
      case 'aggregation':
        return this.#aggregation(expression);
      case 'call':
        return this.#call(expression);
      case 'binary':
        return this.#binary(expression);
      case 'negation': {
        const inner = this.vector(expression.expression);
        return (evaluation) => distinct(inner(evaluation).map(negated), 'a sign');
      }
      default:
        throw unreachable(expression);
    }
  }

  #remember(projection: Projection): Projection {
    this.#projections.push(projection);
    return projection;
  }

  // ---- selectors ----

  #selector(selector: Selector): Evaluate<Vector> {
    const samples = this.#latest(selector);
    return (evaluation) => {
      const elements: Element[] = [];
      samples(evaluation, ({ labels, values, histograms }, at) => {
        const histogram = histograms?.[at];
        elements.push({ labels, value: histogram === undefined ? values[at]! : 0, histogram });
      });
      return elements;
    };
  }

  /** Calls back for each series with the index of the sample that it has at the time. */
  #latest(selector: Selector) {
    const matchers = matchersOf(selector);
    const offsetMs = selector.offsetMs ?? 0;
    return (
      { source, time, lookbackMs, effort }: Evaluation,
      see: (series: Series, at: number) => void,
    ): void => {
      const to = time - offsetMs;
      const from = to - lookbackMs;
      for (const series of source.select(matchers, from, to)) {
        effort.seriesRead++;
        const at = firstAfter(series.times, to) - 1;
        if (at < 0) continue;
        const sampledAt = series.times[at]!;
        if (sampledAt > from && !hasEnded(series, sampledAt, to)) see(series, at);
      }
    };
  }

  /** For each series its window, which is the same object each time. */
  #windows(expression: Expression) {
    const window = newWindow();
    if (expression.kind === 'subquery') return this.#subqueryWindows(expression, window);
    const { selector, rangeMs } = expression as Range;
    const matchers = matchersOf(selector);
    const offsetMs = selector.offsetMs ?? 0;
    return (
      { source, time, effort }: Evaluation,
      see: (labels: Labels, seen: typeof window) => void,
    ): void => {
      window.time = time;
      window.rangeEnd = time - offsetMs;
      window.rangeStart = window.rangeEnd - rangeMs;
      for (const series of source.select(matchers, window.rangeStart, window.rangeEnd)) {
        effort.seriesRead++;
        if (look(window, series)) see(series.labels, window);
      }
    };
  }

  #subqueryWindows(subquery: Subquery, window: ReturnType<typeof newWindow>) {
    const inner = this.vector(subquery.expression);
    const { rangeMs, stepMs, offsetMs = 0 } = subquery;
    return (evaluation: Evaluation, see: (labels: Labels, seen: typeof window) => void): void => {
      const step = stepMs ?? evaluation.stepMs;
      const rangeEnd = evaluation.time - offsetMs;
      const rangeStart = rangeEnd - rangeMs;
      const all = new Map<string, Sampled>();
      // Steps stand at whole multiples, so that the same ones are asked for again and again.
      for (let time = step * (Math.floor(rangeStart / step) + 1); time <= rangeEnd; time += step) {
        evaluation.effort.step(mostSteps);
        for (const each of inner({ ...evaluation, time })) {
          let sampled = all.get(each.labels.key);
          if (sampled === undefined) {
            sampled = { labels: each.labels, times: [], values: [], histograms: [] };
            all.set(each.labels.key, sampled);
          }
          sampled.times.push(time);
          sampled.values.push(each.value);
          sampled.histograms.push(each.histogram);
        }
      }
      for (const sampled of all.values()) {
        Object.assign(window, { time: evaluation.time, rangeStart, rangeEnd });
        if (look(window, sampled)) see(sampled.labels, window);
      }
    };
  }

  // ---- calls ----

  #call(call: Call): Evaluate<Vector> {
    const name = call.name as FunctionName;
    const [first] = call.arguments;
    switch (name) {
      case 'absent':
        return this.#absent(first!);
      case 'absent_over_time':
        return this.#absentOverTime(first!);
      case 'histogram_quantile':
        return this.#quantile(call);
      case 'label_join':
      case 'label_replace':
        return this.#relabel(call);
      case 'timestamp':
        return this.#timestamp(first!);
      case 'vector': {
        const scalar = this.scalar(first!);
        return (evaluation) => [element(Labels.none, scalar(evaluation))];
      }
      default:
    }
    if (rangeFunctions[name] !== undefined) return this.#rangeCall(call);
    const part = dateFunctions[name];
    if (part !== undefined) return this.#date(first, part, name);
    return this.#vectorCall(call);
  }

  #rangeCall(call: Call): Evaluate<Vector> {
    const apply = rangeFunctions[call.name as FunctionName]!;
    const range = call.arguments.find((each) => typeOf(each) === 'range')!;
    const other = call.arguments.find((each) => typeOf(each) === 'scalar');
    const windows = this.#windows(range);
    const parameterOf = other === undefined ? () => 0 : this.scalar(other);
    const isNamed = keepsName(call.name);
    return (evaluation) => {
      const parameter = parameterOf(evaluation);
      const elements: Element[] = [];
      windows(evaluation, (labels, window) => {
        const outcome = apply(window, parameter);
        if (outcome === undefined) return;
        elements.push(element(isNamed ? labels : labels.withoutMetadata, outcome));
      });
      return isNamed ? elements : distinct(elements, call.name);
    };
  }

  #vectorCall(call: Call): Evaluate<Vector> {
    const apply = vectorFunctions[call.name as FunctionName]!;
    const inner = this.vector(call.arguments.find((each) => typeOf(each) === 'vector')!);
    const scalars = call.arguments
      .filter((each) => typeOf(each) === 'scalar')
      .map((each) => this.scalar(each));
    return (evaluation) => {
      const numbers = scalars.map((scalar) => scalar(evaluation));
      return distinct(apply(inner(evaluation), numbers), call.name);
    };
  }

  #date(
    argument: Expression | undefined,
    part: (date: Date) => number,
    name: string,
  ): Evaluate<Vector> {
    const inner =
      argument === undefined
        ? ({ time }: Evaluation) => [element(Labels.none, time / 1000)]
        : this.vector(argument);
    return (evaluation) => distinct(datesOf(inner(evaluation), part), name);
  }

  #timestamp(argument: Expression): Evaluate<Vector> {
    if (argument.kind === 'selector') {
      const samples = this.#latest(argument);
      return (evaluation) => {
        const elements: Element[] = [];
        samples(evaluation, ({ labels, times }, at) => {
          elements.push(element(labels.withoutMetadata, times[at]! / 1000));
        });
        return distinct(elements, 'timestamp');
      };
    }
    // What was calculated is as old as the evaluation.
    const inner = this.vector(argument);
    return (evaluation) => {
      const seconds = evaluation.time / 1000;
      const elements = inner(evaluation).map(({ labels }) =>
        element(labels.withoutMetadata, seconds),
      );
      return distinct(elements, 'timestamp');
    };
  }

  #absent(argument: Expression): Evaluate<Vector> {
    const inner = this.vector(argument);
    const found = [element(labelsOfAbsent(argument), 1)];
    return (evaluation) => (inner(evaluation).length > 0 ? [] : found);
  }

  #absentOverTime(argument: Expression): Evaluate<Vector> {
    const windows = this.#windows(argument);
    const found = [element(labelsOfAbsent(argument), 1)];
    return (evaluation) => {
      let isThere = false;
      windows(evaluation, () => {
        isThere = true;
      });
      return isThere ? [] : found;
    };
  }

  #relabel({ name, arguments: args }: Call): Evaluate<Vector> {
    const inner = this.vector(args[0]!);
    const texts = args.slice(1).map(stringOf);
    const projection = this.#remember(
      name === 'label_replace' ? replacementOf(texts) : joiningOf(texts),
    );
    return (evaluation) => distinct(relabelled(inner(evaluation), projection), name);
  }

  #quantile({ arguments: [parameter, expression] }: Call): Evaluate<Vector> {
    const scalar = this.scalar(parameter!);
    const inner = this.vector(expression!);
    const whole = this.#remember(wholeOfBuckets());
    return (evaluation) => {
      const number = scalar(evaluation);
      return distinct(quantiles(number, inner(evaluation), whole), 'histogram_quantile');
    };
  }

  // ---- aggregations and operators ----

  #aggregation({ name, parameter, expression, grouping }: Aggregation): Evaluate<Vector> {
    const inner = this.vector(expression);
    if (name === 'count_values') {
      const label = stringOf(parameter!);
      return (evaluation) => countValues(label, inner(evaluation), grouping);
    }
    const projection = this.#remember(projectionOf(grouping));
    const scalar = parameter === undefined ? () => 0 : this.scalar(parameter);
    if (name === 'topk' || name === 'bottomk') {
      return (evaluation) => {
        const count = scalar(evaluation);
        return extremes(name === 'topk', inner(evaluation), projection, count);
      };
    }
    const known = name as Exclude<AggregationName, 'topk' | 'bottomk' | 'count_values'>;
    return (evaluation) => {
      const number = scalar(evaluation);
      return aggregate(known, inner(evaluation), projection, number);
    };
  }

  #scalars({ operator, left, right }: Binary): Evaluate<number> {
    const [a, b] = [this.scalar(left), this.scalar(right)];
    switch (operator) {
      case '==':
      case '!=':
      case '>':
      case '<':
      case '>=':
      case '<=':
        return (evaluation) => Number(compares(operator, a(evaluation), b(evaluation)));
      case 'and':
      case 'or':
      case 'unless':
        throw unreachable(left);
      default:
        return (evaluation) => calculate(operator, a(evaluation), b(evaluation));
    }
  }

  #binary(binary: Binary): Evaluate<Vector> {
    const { operator, left, right } = binary;
    if (typeOf(left) === 'scalar' || typeOf(right) === 'scalar') {
      const scalarIsLeft = typeOf(left) === 'scalar';
      const scalar = this.scalar(scalarIsLeft ? left : right);
      const vector = this.vector(scalarIsLeft ? right : left);
      return (evaluation) => {
        const number = scalar(evaluation);
        return distinct(
          combineWithScalar(binary, vector(evaluation), number, scalarIsLeft),
          operator,
        );
      };
    }
    const matching = this.#remember(matchingOf(binary));
    const [a, b] = [this.vector(left), this.vector(right)];
    if (isSetOperator(operator)) {
      return (evaluation) =>
        distinct(combineSets(operator, a(evaluation), b(evaluation), matching), operator);
    }
    const labels = resultLabelsOf(binary, (projection) => this.#remember(projection));
    return (evaluation) =>
      distinct(combineMatched(binary, a(evaluation), b(evaluation), matching, labels), operator);
  }
}

/** A series that a subquery put together. */
interface Sampled extends Series {
  readonly times: number[];
  readonly values: number[];
  readonly histograms: (NativeHistogram | undefined)[];
}

function replacementOf([
  target = '',
  replacement = '',
  source = '',
  text = '',
]: string[]): Projection {
  const pattern = compilePattern(text);
  if ('problem' in pattern) throw invalid({ problem: pattern.problem, given: text });
  return replacing(target, replacement, source, pattern);
}

function joiningOf([target = '', separator = '', ...sources]: string[]): Projection {
  return joining(target, separator, sources);
}

function matchersOf({ name, matchers }: Selector): LabelMatcher[] {
  const all: readonly Matcher[] =
    name === undefined
      ? matchers
      : [{ label: '__name__', operator: '=', value: name }, ...matchers];
  return all.map((matcher) => {
    const compiled = compileMatcher(matcher);
    if ('problem' in compiled) throw invalid({ problem: compiled.problem, given: matcher.value });
    return compiled;
  });
}

/** Whether the series was seen to end since that sample. */
function hasEnded({ endedAt }: Series, sampledAt: number, time: number): boolean {
  if (endedAt === undefined) return false;
  const last = firstAfter(endedAt, time) - 1;
  return last >= 0 && endedAt[last]! >= sampledAt;
}

/** The one number among the elements; what is none when there is not exactly one. */
function onlyNumber(vector: Vector): number {
  const numbers = vector.filter(({ histogram }) => histogram === undefined);
  return numbers.length === 1 ? numbers[0]!.value : Number.NaN;
}

function negated({ labels, value, histogram }: Element): Element {
  const outcome = histogram === undefined ? -value : scaled(histogram, -1);
  return element(labels.withoutMetadata, outcome);
}

/** What a selector says that the series would have had: labels that it asks for by one value. */
function labelsOfAbsent(expression: Expression): Labels {
  const selector = expression.kind === 'range' ? expression.selector : expression;
  if (selector.kind !== 'selector') return Labels.none;
  const values = new Map<string, string>();
  const seen = new Set<string>();
  for (const { label, operator, value } of selector.matchers) {
    if (['__name__', '__type__', '__unit__'].includes(label)) continue;
    // A label that is asked for twice is left out, unless it comes only after other demands.
    if (operator === '=' && !seen.has(label)) {
      values.set(label, value);
      seen.add(label);
    } else values.delete(label);
  }
  return Labels.of(Object.fromEntries(values));
}

function unreachable(expression: Expression): Error {
  return new Unanswered({
    problem: `an expression of kind ${expression.kind} stands where it cannot`,
  });
}
