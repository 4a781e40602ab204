// Matchers and patterns, ready to be asked often.

import type { Matcher, MatchOperator } from './expression.js';
import { Program } from './patterns/program.js';
import { type Pattern, parsePattern } from './patterns/syntax.js';

/** A matcher that was compiled. */
export interface LabelMatcher {
  readonly label: string;
  readonly operator: MatchOperator;
  readonly value: string;
  /** Whether a value fits; a label that a series lacks has the empty one. */
  matches(value: string): boolean;
}

/** A regular expression that has to fit a whole text. */
export interface CompiledPattern {
  test(text: string): boolean;
  groups(text: string): (string | undefined)[] | undefined;
  readonly groupsByName: ReadonlyMap<string, readonly number[]>;
}

interface Problem {
  readonly problem: string;
}

/** Values come again and again; more different ones than this are forgotten. */
const mostRemembered = 10_000;

export function compileMatcher({ label, operator, value }: Matcher): LabelMatcher | Problem {
  if (operator === '=') return { label, operator, value, matches: (given) => given === value };
  if (operator === '!=') return { label, operator, value, matches: (given) => given !== value };
  const pattern = compilePattern(value);
  if ('problem' in pattern) return pattern;
  const wanted = operator === '=~';
  return { label, operator, value, matches: (given) => pattern.test(given) === wanted };
}

/** The pattern as Prometheus would use it: anchored at both ends, `.` fits everything. */
export function compilePattern(text: string): CompiledPattern | Problem {
  const parsed = parsePattern(text);
  if ('problem' in parsed) return parsed;
  const { pattern, groups, groupsByName } = parsed;
  const program = Program.of(pattern, groups);
  if (program === undefined) return { problem: 'this regular expression becomes too large' };
  const texts = literals(pattern);
  const test =
    texts === undefined
      ? remembering((given: string) => program.test(given))
      : (given: string) => texts.has(given);
  return { test, groups: (given) => program.groups(given), groupsByName };
}

function remembering(test: (text: string) => boolean): (text: string) => boolean {
  const known = new Map<string, boolean>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    if (known.size >= mostRemembered) known.clear();
    const fits = test(text);
    known.set(text, fits);
    return fits;
  };
}

/** The texts that a pattern fits when it only chooses between some: `a|b|c`. */
function literals(pattern: Pattern): ReadonlySet<string> | undefined {
  if (pattern.kind === 'group') return literals(pattern.part);
  const all = (pattern.kind === 'choice' ? pattern.choices : [pattern]).map(literal);
  return all.includes(undefined) ? undefined : new Set(all as string[]);
}

function literal(pattern: Pattern): string | undefined {
  if (pattern.kind === 'empty') return '';
  if (pattern.kind === 'character') return pattern.literal;
  if (pattern.kind !== 'sequence') return undefined;
  const parts = pattern.parts.map(literal);
  return parts.includes(undefined) ? undefined : parts.join('');
}
