// What the checks of databases have in common: something is asked, and an answer that takes long is worse
// than one that comes at once.

import { above, limit, type Remark, rounded, timed } from './limits.js';

/** How long an answer may take; nothing is needed. */
export interface AnswerOptions {
  /** An answer that takes so long is degraded: 1,000 unless told otherwise. */
  readonly degradedMs?: number;
}

export const answerKinds = { degradedMs: limit } as const;

/** What was answered, with the remark and the detail that say how long it took. */
export async function answerOf<T>(
  ask: () => T | Promise<T>,
  { degradedMs = 1000 }: AnswerOptions,
): Promise<{
  readonly value: T;
  readonly remarks: Remark[];
  readonly details: { readonly response_time_ms: number };
}> {
  const { value, ms } = await timed(ask);
  const tookMs = rounded(ms);
  const remarks = [above(ms, degradedMs, undefined, `it answered in ${tookMs} ms`)];
  return { value, remarks, details: { response_time_ms: tookMs } };
}
