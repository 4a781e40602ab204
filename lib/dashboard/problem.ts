// What clients are told of something that went wrong: what the library says itself. Of anything else,
// which may hold whatever the program has, only the program is told.

import { VsrMetricsError } from '../core/errors.js';

export function problemOf(
  error: unknown,
  report: (error: unknown) => void,
): { readonly status: 500 | 503; readonly problem: string } {
  if (error instanceof VsrMetricsError) return { status: 503, problem: error.message };
  report(error);
  return { status: 500, problem: 'this cannot be answered' };
}
