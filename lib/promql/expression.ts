// PromQL as a tree: what the parser makes of text, what typed alerts are built from, what is printed
// for Prometheus and what the evaluator evaluates.

/** Where in its text a node stands: offsets of its first character and of the one after its last. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** Any node. */
export type Expression =
  | NumberLiteral
  | StringLiteral
  | Selector
  | Range
  | Subquery
  | Call
  | Aggregation
  | Binary
  | Negation
  | Parentheses;

export interface NumberLiteral {
  readonly kind: 'number';
  readonly value: number;
  readonly place?: Place;
}

export interface StringLiteral {
  readonly kind: 'string';
  readonly value: string;
  readonly place?: Place;
}

export type MatchOperator = '=' | '!=' | '=~' | '!~';

/** What a label has to be. */
export interface Matcher {
  readonly label: string;
  readonly operator: MatchOperator;
  readonly value: string;
  readonly place?: Place;
}

/** Series as they are at one time: an instant vector. */
export interface Selector {
  readonly kind: 'selector';
  /** Of the metric; absent: a matcher of `__name__` says it. */
  readonly name?: string;
  readonly matchers: readonly Matcher[];
  /** How much earlier. */
  readonly offsetMs?: number;
  readonly place?: Place;
}

/** Series over a time: a range vector. */
export interface Range {
  readonly kind: 'range';
  readonly selector: Selector;
  readonly rangeMs: number;
  readonly place?: Place;
}

/** An expression evaluated at many times: a range vector. */
export interface Subquery {
  readonly kind: 'subquery';
  readonly expression: Expression;
  readonly rangeMs: number;
  /** Absent: as often as rules are evaluated. */
  readonly stepMs?: number;
  readonly offsetMs?: number;
  readonly place?: Place;
}

export interface Call {
  readonly kind: 'call';
  /** As PromQL writes it: `rate`. */
  readonly name: string;
  readonly arguments: readonly Expression[];
  readonly place?: Place;
}

/** Which labels an aggregation keeps. */
export interface Grouping {
  readonly by: 'by' | 'without';
  readonly labels: readonly string[];
}

export interface Aggregation {
  readonly kind: 'aggregation';
  /** As PromQL writes it: `sum`. */
  readonly name: string;
  /** Of `topk`, `bottomk`, `quantile` and `count_values`. */
  readonly parameter?: Expression;
  readonly expression: Expression;
  readonly grouping?: Grouping;
  readonly place?: Place;
}

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '^' | 'atan2';
export type ComparisonOperator = '==' | '!=' | '>' | '<' | '>=' | '<=';
export type SetOperator = 'and' | 'or' | 'unless';

/** How series of the left side find theirs of the right one. */
export interface Matching {
  readonly on: 'on' | 'ignoring';
  readonly labels: readonly string[];
  /** Many series of this side match one of the other. */
  readonly many?: 'left' | 'right';
  /** Labels that the many take over from the one. */
  readonly include?: readonly string[];
}

export interface Binary {
  readonly kind: 'binary';
  readonly operator: ArithmeticOperator | ComparisonOperator | SetOperator;
  /** Of a comparison: 0 or 1 instead of a filter. */
  readonly returnsBool?: boolean;
  readonly matching?: Matching;
  readonly left: Expression;
  readonly right: Expression;
  readonly place?: Place;
}

export interface Negation {
  readonly kind: 'negation';
  readonly expression: Expression;
  readonly place?: Place;
}

/** As written; a tree that is built needs none, because the printer sets what is needed. */
export interface Parentheses {
  readonly kind: 'parentheses';
  readonly expression: Expression;
  readonly place?: Place;
}
