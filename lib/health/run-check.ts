// One run of one check. Whatever it does is a result: it may throw, return nonsense, or never end.

import { show } from '../core/errors.js';
import { redact } from '../core/redact.js';
import type { HealthStatus } from './report.js';

/** What a check may say. */
export interface HealthFinding {
  readonly status: HealthStatus;
  readonly message?: string;
  readonly details?: Readonly<Record<string, string | number | boolean>>;
}

/**
 * Looks whether something works. To return nothing is to find it healthy, to throw is to find it
 * unhealthy. The signal says when nobody waits any longer.
 */
export type HealthCheck = (
  signal: AbortSignal,
  // biome-ignore lint/suspicious/noConfusingVoidType: a ping that promises nothing is a check too
) => HealthFinding | undefined | Promise<HealthFinding | undefined | void>;

export interface HealthOutcome {
  readonly status: HealthStatus;
  readonly message: string;
  readonly details: Readonly<Record<string, string>>;
  readonly durationMs: number;
}

/** `outcome` comes within `timeoutMs`; `ended` when the check itself is over. Neither rejects. */
export function runCheck(
  check: HealthCheck,
  timeoutMs: number,
): { readonly outcome: Promise<HealthOutcome>; readonly ended: Promise<unknown> } {
  const controller = new AbortController();
  const began = performance.now();
  const since = () => performance.now() - began;
  const finished = call(check, controller.signal).then((outcome) => ({
    ...outcome,
    durationMs: since(),
  }));
  const outcome = new Promise<HealthOutcome>((resolve) => {
    // Held: whoever waits for the report waits for this too.
    const timer = setTimeout(() => {
      resolve({ ...unhealthy(`it had not ended after ${timeoutMs} ms`), durationMs: since() });
      controller.abort();
    }, timeoutMs);
    void finished.then((result) => {
      clearTimeout(timer);
      resolve(result);
    });
  });
  return { outcome, ended: finished };
}

async function call(check: HealthCheck, signal: AbortSignal) {
  try {
    return understood((await check(signal)) as HealthFinding | undefined);
  } catch (error) {
    return unhealthy(redact(textOf(error)));
  }
}

function understood(finding: HealthFinding | undefined): Omit<HealthOutcome, 'durationMs'> {
  if (finding === undefined) return { status: 'healthy', message: 'ok', details: {} };
  const { status, message = status === 'healthy' ? 'ok' : status, details = {} } = finding;
  switch (status) {
    case 'healthy':
    case 'degraded':
    case 'unhealthy':
    case 'unknown': {
      const texts = Object.entries(details).map(([name, value]) => [name, redact(String(value))]);
      return { status, message: redact(String(message)), details: Object.fromEntries(texts) };
    }
    default:
      return unhealthy(`it returned no status: ${show(finding)}`);
  }
}

function unhealthy(message: string) {
  return { status: 'unhealthy', message, details: {} } as const;
}

/** A check may throw anything, also what refuses to become a string. */
export function textOf(error: unknown): string {
  if (typeof error === 'string') return error;
  if (!(error instanceof Error)) return `it threw ${typeof error}`;
  // Of several addresses none answered: the message of the whole is empty.
  if (error instanceof AggregateError) return error.errors.map(textOf).join(', ');
  return error.message || error.name;
}
