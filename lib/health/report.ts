// What health checks found, and what that comes to.
//
//   const { status, checks } = reportOf(results, Date.now());
//
// The worst check decides, unless it is not critical: one of those cannot make more of it than
// degraded. A result that is older than its check allows counts as unknown, because whoever should
// have renewed it is stuck.

import { monotonicMs } from '../core/monotonic.js';

/** From best to worst: what cannot be told is worse than what is known to work in part. */
const healthStatuses = ['healthy', 'degraded', 'unknown', 'unhealthy'] as const;

export type HealthStatus = (typeof healthStatuses)[number];

/** What one check found when it last ran. */
export interface HealthResult {
  readonly name: string;
  readonly status: HealthStatus;
  readonly message: string;
  readonly durationMs: number;
  /** More about it, for people. */
  readonly details: Readonly<Record<string, string>>;
  /** Whether the whole is unhealthy when this is. */
  readonly critical: boolean;
  /** Unix milliseconds; undefined: it has not run yet. */
  readonly checkedAt: number | undefined;
  /**
   * The same in milliseconds on a clock of this machine that nobody sets: its age is told by it.
   * Unless it is known, by the time of day.
   */
  readonly checkedMonotonic?: number | undefined;
  /** When it is older than this, nothing is known any more. */
  readonly staleAfterMs: number;
}

/** The same, and how old it is now. */
export interface ReportedCheck extends HealthResult {
  readonly ageMs: number | undefined;
}

export interface HealthReport {
  readonly status: HealthStatus;
  readonly checks: readonly ReportedCheck[];
}

/** What results come to at a time in unix milliseconds, and by the clock that nobody sets. */
export function reportOf(
  results: readonly HealthResult[],
  now: number,
  monotonic = monotonicMs(),
): HealthReport {
  const checks = results.map((result) => reported(result, now, monotonic));
  return { status: worst(checks.map(shareOf)), checks };
}

/** The worst of several; healthy when there is none. */
export function worst(statuses: readonly HealthStatus[]): HealthStatus {
  return statuses.reduce<HealthStatus>(
    (a, b) => (healthStatuses.indexOf(b) > healthStatuses.indexOf(a) ? b : a),
    'healthy',
  );
}

function reported(result: HealthResult, now: number, monotonic: number): ReportedCheck {
  const { checkedAt, checkedMonotonic, staleAfterMs } = result;
  if (checkedAt === undefined) return { ...result, ageMs: undefined };
  const age = checkedMonotonic === undefined ? now - checkedAt : monotonic - checkedMonotonic;
  const ageMs = Math.max(0, age);
  if (ageMs <= staleAfterMs) return { ...result, ageMs };
  const seconds = (ageMs / 1000).toFixed(0);
  const message = `last checked ${seconds} s ago (then ${result.status}: ${result.message})`;
  return { ...result, status: 'unknown', message, ageMs };
}

function shareOf({ status, critical }: ReportedCheck): HealthStatus {
  return critical || status === 'healthy' ? status : 'degraded';
}
