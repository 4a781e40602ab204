// What the endpoints of health answer, and with which code.
//
//   const condition = { isStopping: false, loopAgeMs: 120, stuckAfterMs: 5000, writer: undefined };
//   readyDocument(snapshot, {}, reportOf(results, Date.now()), condition).status; // 200 or 503

import type { LabelFilter, Snapshot } from '../core/reading/snapshot.js';
import type { HealthReport, HealthStatus, ReportedCheck } from '../health/report.js';
import { replicasOf } from './replicas.js';

/** Whose words `/health` is in: StreamBus says `ok` of a check, Kalki `healthy`. */
export type HealthShape = 'streambus' | 'kalki';

/** How the program itself does. */
export interface Condition {
  readonly isStopping: boolean;
  /** How long ago its event loop last turned; undefined: nothing is known of that. */
  readonly loopAgeMs: number | undefined;
  readonly stuckAfterMs: number;
  /** Of a program whose file is read: whether it runs. */
  readonly writerState: 'alive' | 'hung' | 'dead' | undefined;
}

export interface HealthDocument {
  readonly status: 200 | 404 | 503;
  readonly body: object;
}

/** Nothing but the program itself: what it depends on is no reason to restart it. */
export function liveDocument(condition: Condition): HealthDocument {
  return judged('alive', 'not alive', whyNotAlive(condition));
}

/** Whether every replica that has these labels can serve, and nothing that is critical fails. */
export function readyDocument(
  snapshot: Snapshot,
  filter: LabelFilter,
  report: HealthReport,
  condition: Condition,
): HealthDocument {
  const replicas = replicasOf(snapshot, filter);
  if (replicas.length === 0 && Object.keys(filter).length > 0) {
    return { status: 404, body: { problem: 'no replica has these labels', given: filter } };
  }
  const critical = report.checks.filter((check) => check.critical && check.status === 'unhealthy');
  return judged('ready', 'not ready', [
    ...whyNotAlive(condition),
    ...(condition.writerState === 'dead' ? ['the program is dead'] : []),
    ...replicas
      // A catalogue without such a gauge does not tell.
      .filter(({ status }) => status !== 'normal' && status !== 'unknown')
      .map(({ nodeId, status }) => `node ${nodeId} is in status ${status}`),
    ...critical.map(({ name, message }) => `check ${name} is unhealthy: ${message}`),
  ]);
}

/** All checks in a few words, as monitoring asks for them. */
export function healthDocument(
  report: HealthReport,
  condition: Condition,
  { shape, version }: { readonly shape: HealthShape; readonly version: string | undefined },
): HealthDocument {
  const reasons = whyNotAlive(condition);
  if (condition.writerState === 'dead') reasons.push('it is dead');
  const status = reasons.length > 0 ? 'unhealthy' : report.status;
  const checks = report.checks.map((check) => [check.name, wordsOf(check, shape)]);
  // Only then: whoever looks for certain checks finds these and no others.
  if (reasons.length > 0) checks.push(['process', `unhealthy: ${reasons.join(', ')}`]);
  return {
    status: codeOf(status),
    body: {
      status,
      timestamp: new Date().toISOString().replace(/\.\d+/, ''),
      ...(version !== undefined && { version }),
      checks: Object.fromEntries(checks),
    },
  };
}

/** All that is known of each check, for the page and for people. */
export function healthDetails(report: HealthReport, condition: Condition) {
  return {
    status: whyNotAlive(condition).length > 0 ? 'unhealthy' : report.status,
    process: {
      isStopping: condition.isStopping,
      loopAgeMs: condition.loopAgeMs ?? null,
      reasons: whyNotAlive(condition),
    },
    checks: report.checks.map((check) => ({
      ...check,
      checkedAt: check.checkedAt ?? null,
      ageMs: check.ageMs ?? null,
    })),
  };
}

function whyNotAlive({
  isStopping,
  loopAgeMs = 0,
  stuckAfterMs,
  writerState,
}: Condition): string[] {
  const reasons: string[] = [];
  if (isStopping) reasons.push('it is shutting down');
  if (loopAgeMs > stuckAfterMs) {
    reasons.push(`its event loop has not turned for ${(loopAgeMs / 1000).toFixed(1)} s`);
  } else if (writerState === 'hung') {
    reasons.push('it has given no sign of life for a while');
  }
  return reasons;
}

function judged(good: string, bad: string, reasons: readonly string[]): HealthDocument {
  if (reasons.length === 0) return { status: 200, body: { status: good } };
  return { status: 503, body: { status: bad, reasons } };
}

function codeOf(status: HealthStatus): 200 | 503 {
  return status === 'healthy' || status === 'degraded' ? 200 : 503;
}

function wordsOf({ status, message }: ReportedCheck, shape: HealthShape): string {
  if (status === 'healthy') return shape === 'streambus' ? 'ok' : 'healthy';
  return `${status}: ${message}`;
}
