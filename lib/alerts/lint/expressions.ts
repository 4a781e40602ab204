// What makes sense to PromQL and still is a mistake in a rule.

import { nearest } from '../../core/nearest.js';
import type { Binary, Expression, Matcher, Place, Selector } from '../../promql/expression.js';
import { childrenOf } from '../../promql/walk.js';
import { isMissing, nearestSample, sampleNamed } from './known-metrics.js';
import { isNumber, labelsOf } from './labels.js';

/** A mistake, and where it stands in the text of the expression. */
export interface Found {
  readonly rule: string;
  readonly message: string;
  readonly place: Place | undefined;
}

export interface About {
  /** Of an alert, not of a recording rule. */
  readonly isAlert: boolean;
  readonly forMs: number;
  /** What recording rules of the same file make. */
  readonly recorded: ReadonlySet<string>;
}

/** Every 15 s: a window needs two scrapes at least. */
const scrapeMs = 15_000;

const overCounters = new Set(['rate', 'increase', 'irate']);
const overGauges = new Set(['delta', 'deriv', 'idelta', 'predict_linear']);

export function mistakesIn(expression: Expression, about: About): Found[] {
  const found: Found[] = [];
  const visit = (node: Expression, parent: Expression | undefined): void => {
    found.push(...mistakesOf(node, parent, about));
    for (const child of childrenOf(node)) visit(child, node);
  };
  visit(expression, undefined);
  if (about.isAlert && !asks(expression)) {
    found.push({
      rule: 'no-comparison',
      message: 'the expression has no comparison, so that it fires for whatever series there are',
      place: expression.place,
    });
  }
  return found;
}

function mistakesOf(node: Expression, parent: Expression | undefined, about: About): Found[] {
  switch (node.kind) {
    case 'selector':
      return selectorMistakes(node, parent, about);
    case 'call':
      return callMistakes(node, about);
    case 'aggregation':
      return aggregationMistakes(node, about);
    case 'binary':
      return matchingMistakes(node);
    default:
      return [];
  }
}

// ---- series ----

function selectorMistakes(
  selector: Selector,
  parent: Expression | undefined,
  { recorded }: About,
): Found[] {
  const { name, matchers, place } = selector;
  const found = matchers.flatMap((matcher) => patternMistakes(matcher, place));
  if (name === undefined) return found;
  const known = sampleNamed(name);
  if (known === undefined) {
    if (!isMissing(name, recorded)) return found;
    const meant = nearestSample(name);
    const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
    return [
      ...found,
      { rule: 'no-such-metric', message: `no metric is called ${name}${hint}`, place },
    ];
  }
  for (const matcher of matchers) {
    const problem = labelProblem(matcher, known.labels);
    if (problem !== undefined) {
      found.push({
        rule: 'no-such-label',
        message: `${name} ${problem}`,
        place: matcher.place ?? place,
      });
    }
  }
  const isBare = parent?.kind !== 'range';
  const counts = parent?.kind === 'call' && parent.name.startsWith('absent');
  const isCounted = parent?.kind === 'aggregation' && ['count', 'group'].includes(parent.name);
  if (known.kind === 'counter' && isBare && !counts && !isCounted) {
    found.push({
      rule: 'bare-counter',
      message: `${name} is a counter: it only grows, until a restart; ask for its rate or increase`,
      place,
    });
  }
  return found;
}

/** A label that is nearly one of the family's, or a value that a closed set does not have. */
function labelProblem(
  { label, operator, value }: Matcher,
  labels: Readonly<Record<string, 'any' | readonly string[]>>,
): string | undefined {
  const domain = Object.hasOwn(labels, label) ? labels[label] : undefined;
  if (domain === undefined) {
    // Other labels may come from whoever scrapes.
    const meant = nearest(label, Object.keys(labels));
    return meant === undefined ? undefined : `has no label ${label}; did you mean ${meant}?`;
  }
  if (domain === 'any' || operator !== '=' || value === '' || domain.includes(value))
    return undefined;
  const meant = nearest(value, domain);
  return `has no ${label} "${value}"${meant === undefined ? '' : `; did you mean ${meant}?`}`;
}

function patternMistakes(
  { label, operator, value, place }: Matcher,
  whole: Place | undefined,
): Found[] {
  if ((operator !== '=~' && operator !== '!~') || /[\\^$.*+?()[\]{}|]/.test(value)) return [];
  const better = operator === '=~' ? '=' : '!=';
  const message = `the pattern of ${label} is a plain text: write ${label}${better}"${value}"`;
  return [{ rule: 'plain-pattern', message, place: place ?? whole }];
}

// ---- functions ----

function callMistakes(
  call: Extract<Expression, { kind: 'call' }>,
  { isAlert, forMs }: About,
): Found[] {
  const { name, arguments: args, place } = call;
  const found: Found[] = [];
  if (name === 'absent' && isAlert && forMs < 2 * scrapeMs) {
    found.push({
      rule: 'absent-without-for',
      message: 'absent() is true after every restart of Prometheus: wait for at least 30s',
      place,
    });
  }
  const range = args.find((each) => each.kind === 'range' || each.kind === 'subquery');
  if (range === undefined) return found;
  if (range.kind === 'subquery') {
    if (overCounters.has(name) && holdsAggregation(range.expression)) {
      const message = `${name} of an aggregation sees no restarts of single counters: take the ${name} first`;
      found.push({ rule: 'rate-after-aggregation', message, place });
    }
    return found;
  }
  const metric = range.selector.name ?? '';
  const kind = sampleNamed(metric)?.kind;
  if (overCounters.has(name) && kind === 'gauge') {
    found.push({
      rule: 'rate-of-gauge',
      message: `${metric} is a gauge: ${name} takes every fall for a restart; use delta or deriv`,
      place,
    });
  }
  if (overGauges.has(name) && kind === 'counter') {
    found.push({
      rule: 'delta-of-counter',
      message: `${metric} is a counter: ${name} does not know of restarts; use increase or rate`,
      place,
    });
  }
  if ((overCounters.has(name) || overGauges.has(name)) && range.rangeMs < 2 * scrapeMs) {
    found.push({
      rule: 'short-window',
      message: `the window of ${name} is shorter than two scrapes of 15s, so that it is often empty`,
      place: range.place ?? place,
    });
  }
  return found;
}

function holdsAggregation(expression: Expression): boolean {
  return expression.kind === 'aggregation' || childrenOf(expression).some(holdsAggregation);
}

// ---- aggregations ----

function aggregationMistakes(
  { name, expression, place }: Extract<Expression, { kind: 'aggregation' }>,
  { isAlert }: About,
): Found[] {
  const found: Found[] = [];
  if (isAlert && (name === 'topk' || name === 'bottomk')) {
    const message = `${name} in an alert: the series change places, and the alert begins anew each time`;
    found.push({ rule: 'topk', message, place });
  }
  if (['sum', 'avg', 'max', 'min', 'stddev', 'stdvar'].includes(name) && isRatio(expression)) {
    const message = `${name} of a division: one series that is 0 / 0 makes all of it NaN; divide the ${name}s`;
    found.push({ rule: 'aggregated-ratio', message, place });
  }
  return found;
}

/** Divided by something that may be 0. */
function isRatio(expression: Expression): boolean {
  if (expression.kind === 'parentheses') return isRatio(expression.expression);
  return expression.kind === 'binary' && expression.operator === '/' && !isNumber(expression.right);
}

// ---- operators ----

function matchingMistakes(binary: Binary): Found[] {
  const { operator, matching, left, right, place } = binary;
  if (operator === 'or' || isNumber(left) || isNumber(right)) return [];
  const sides = [labelsOf(left), labelsOf(right)] as const;
  if (matching?.on === 'on') {
    const lost = matching.labels.find((label) =>
      sides.some(({ isExact, labels }) => isExact && !labels.has(label) && labels.size > 0),
    );
    if (lost === undefined) return [];
    const message = `one side of ${operator} has lost the label ${lost}, so that nothing can match on it`;
    return [{ rule: 'impossible-match', message, place }];
  }
  const ignored = new Set(matching?.labels ?? []);
  const [one, other] = sides;
  const extra =
    missingIn(one, other).find((label) => !ignored.has(label)) ??
    missingIn(other, one).find((label) => !ignored.has(label));
  if (extra === undefined) return [];
  const message = `one side of ${operator} has the label ${extra} and the other has lost it, so that nothing can match`;
  return [{ rule: 'impossible-match', message, place }];
}

type Labels = ReturnType<typeof labelsOf>;

/** Labels that one side surely has and the other surely not. */
function missingIn(having: Labels, lacking: Labels): string[] {
  if (!lacking.isExact) return [];
  return [...having.labels].filter((label) => !lacking.labels.has(label));
}

/** Whether series are left out because something is not so. */
function asks(expression: Expression): boolean {
  switch (expression.kind) {
    case 'binary': {
      const { operator, left, right, returnsBool } = expression;
      if (operator === 'unless') return true;
      if (operator === 'or') return asks(left) && asks(right);
      if (['==', '!=', '>', '<', '>=', '<='].includes(operator) && returnsBool !== true)
        return true;
      return asks(left) || asks(right);
    }
    case 'call': {
      const { name, arguments: args } = expression;
      // vector(1) fires always, on purpose.
      return /^(absent|absent_over_time|vector)$/.test(name) || args.some(asks);
    }
    case 'aggregation':
    case 'parentheses':
    case 'negation':
    case 'subquery':
      return asks(expression.expression);
    default:
      return false;
  }
}
