// What the built-in checks have in common: values that are held against limits, and what that comes to.
//
//   const remarks = [above(used, degradedPercent, unhealthyPercent, `${used} % are used`)];
//   return findingOf(remarks, { used_percent: used });

import type { HealthError } from '../../core/errors.js';
import { type Kind, type Kinds, optionsCheck, refusals } from '../../core/options.js';
import type { HealthFinding } from '../run-check.js';

/** Something that was looked at, with a message that holds whatever the status. */
export interface Remark {
  readonly status: 'healthy' | 'degraded' | 'unhealthy' | 'unknown';
  readonly message: string;
}

/** A value that is bad when it is large; limits that are undefined are never reached. */
export function above(
  value: number,
  degraded: number | undefined,
  unhealthy: number | undefined,
  message: string,
): Remark {
  if (value >= (unhealthy ?? Number.POSITIVE_INFINITY)) return { status: 'unhealthy', message };
  if (value >= (degraded ?? Number.POSITIVE_INFINITY)) return { status: 'degraded', message };
  return { status: 'healthy', message };
}

/** The worst remarks speak for all. Without any, nothing is known. */
export function findingOf(
  remarks: readonly Remark[],
  details: NonNullable<HealthFinding['details']>,
): HealthFinding {
  if (remarks.length === 0) {
    return { status: 'unknown', message: 'the system tells nothing', details };
  }
  const status =
    (['unhealthy', 'unknown', 'degraded'] as const).find((each) =>
      remarks.some((remark) => remark.status === each),
    ) ?? 'healthy';
  const messages = remarks.filter((remark) => remark.status === status);
  return { status, message: messages.map(({ message }) => message).join(', '), details };
}

/** A limit, in whatever its name says. */
export const limit: Kind = {
  allowed: 'a number that is not negative',
  fits: (value) => typeof value === 'number' && value >= 0,
};

/** A function that checks the options of one of the built-in checks. */
export function checkOptionsOf<T extends object>(
  check: string,
  kinds: Kinds<T>,
): (given: T) => void {
  return optionsCheck<T>(`a ${check} check`, refusals.health, kinds);
}

export function misfit(
  check: string,
  option: string,
  given: unknown,
  allowed: string,
  cause?: unknown,
): HealthError {
  const problem = `the option ${option} of a ${check} check does not fit`;
  return refusals.health({ problem, given, allowed, cause });
}

/** With one decimal, for people. */
export function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

/** What was awaited, and how long that took. */
export async function timed<T>(
  task: () => T | Promise<T>,
): Promise<{ readonly value: T; readonly ms: number }> {
  const began = performance.now();
  const value = await task();
  return { value, ms: performance.now() - began };
}
