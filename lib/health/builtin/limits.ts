// What the built-in checks have in common: values that are held against limits, and what that comes to.
//
//   const limits = checkLimits('memory', { degradedPercent: 85, unhealthyPercent: 95 });
//   const remarks = [above(used, limits.degradedPercent, limits.unhealthyPercent, `${used} % are used`)];
//   return findingOf(remarks, { used_percent: used });

import { HealthError } from '../../core/errors.js';
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

/**
 * Options that are numbers, complete.
 *
 * @throws HealthError that names the check and the option
 */
export function checkLimits<T extends Readonly<Record<string, number | undefined>>>(
  check: string,
  limits: T,
): T {
  for (const [option, given] of Object.entries(limits)) {
    if (given === undefined || (typeof given === 'number' && given >= 0)) continue;
    throw misfit(check, option, given, 'a number that is not negative');
  }
  return limits;
}

export function misfit(
  check: string,
  option: string,
  given: unknown,
  allowed: string,
  cause?: unknown,
): HealthError {
  const problem = `${option} of a ${check} check does not fit`;
  return new HealthError('VSR_METRICS_HEALTH_OPTIONS', { problem, given, allowed, cause });
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
