// What is wrong with an expression, with the place marked in its text:
//
//   line 1, column 5: there is no function "rat"; did you mean rate?
//     sum(rat(x[5m]))
//         ^^^

import { type ErrorDetails, ExpressionError, type VsrMetricsErrorCode } from '../core/errors.js';
import type { Place } from './expression.js';

/** More of a line than this is left out around the mark. */
const widest = 100;

/** The error for a malformed expression; without text or place it marks nothing. */
export function invalid(
  details: ErrorDetails,
  text?: string | undefined,
  place?: Place | undefined,
): ExpressionError {
  return marked('VSR_METRICS_EXPRESSION_INVALID', details, text, place);
}

/** Thrown where a sound expression has no answer, by what does not know its place. */
export class Unanswered extends Error {
  readonly details: ErrorDetails;

  constructor(details: ErrorDetails) {
    super(details.problem);
    this.details = details;
  }

  /** The error for whoever evaluates. */
  at(text: string | undefined, place: Place | undefined): ExpressionError {
    return marked('VSR_METRICS_EXPRESSION_FAILED', this.details, text, place);
  }
}

function marked(
  code: VsrMetricsErrorCode,
  details: ErrorDetails,
  text: string | undefined,
  place: Place | undefined,
): ExpressionError {
  if (text === undefined || place === undefined) return new ExpressionError(code, details);
  const { line, column, excerpt } = mark(text, place);
  const problem = `line ${line}, column ${column}: ${details.problem}`;
  return new ExpressionError(code, { ...details, problem, excerpt }, { line, column });
}

function mark(text: string, { start, end }: Place) {
  const before = text.slice(0, start);
  const lineStart = before.lastIndexOf('\n') + 1;
  const lineEnd = endOfLine(text, start);
  const column = start - lineStart;
  // The mark stays within what is shown, and the place within view.
  const from = column <= widest - 20 ? 0 : column - widest / 2;
  const shown = text.slice(lineStart + from, Math.min(lineEnd, lineStart + from + widest));
  const width = Math.min(Math.max(end - start, 1), Math.max(shown.length - (column - from), 1));
  const cutBefore = from > 0 ? '...' : '';
  const cutAfter = lineStart + from + widest < lineEnd ? '...' : '';
  return {
    line: before.split('\n').length,
    column: column + 1,
    excerpt: [
      `  ${cutBefore}${shown.replace(/[\t\r]/g, ' ')}${cutAfter}`,
      `  ${' '.repeat(cutBefore.length + column - from)}${'^'.repeat(width)}`,
    ].join('\n'),
  };
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}
