// What the endpoints of health answer, and with which code.
//
//   const condition = { isStopping: false, loopAgeMs: 120, stuckAfterMs: 5000, writer: undefined };
//   readyDocument(cluster, {}, reportOf(results, Date.now()), condition).status; // 200 or 503

import { canServe, whyOf } from '../catalogues/cluster/assess.js';
import type { Cluster } from '../catalogues/cluster/cluster.js';
import type { State } from '../catalogues/cluster/profile.js';
import type { HealthWord } from '../catalogues/preset.js';
import type { LabelFilter } from '../core/reading/snapshot.js';
import {
  type HealthReport,
  type HealthStatus,
  type ReportedCheck,
  worst,
} from '../health/report.js';
import { membersWith } from './status-document.js';

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

/**
 * Whether every member that has these labels can serve, and nothing that is critical fails. A standby
 * keeps nobody away, unless it is asked for.
 */
export function readyDocument(
  cluster: Cluster | undefined,
  filter: LabelFilter,
  report: HealthReport,
  condition: Condition,
): HealthDocument {
  const isAsked = Object.keys(filter).length > 0;
  const members = membersWith(cluster, filter);
  if (members.length === 0 && isAsked) {
    const problem = `no ${cluster?.member ?? 'replica'} has these labels`;
    return { status: 404, body: { problem, given: filter } };
  }
  const critical = report.checks.filter((check) => check.critical && check.status === 'unhealthy');
  const away = members.filter((member) => {
    return (isAsked || member.role !== 'standby') && !canServe(member);
  });
  return judged('ready', 'not ready', [
    ...whyNotAlive(condition),
    ...(condition.writerState === 'dead' ? ['the program is dead'] : []),
    ...away.map((member) => `${cluster!.member} ${member.name} ${whyOf(member)}`),
    ...(cluster === undefined || isAsked ? [] : whyNotWhole(cluster)),
    ...critical.map(({ name, message }) => `check ${name} is unhealthy: ${message}`),
  ]);
}

/** What no member says: that another is missing, or that all are. */
function whyNotWhole({ member, members, missing, size }: Cluster): string[] {
  if (members.length === 0) return [`no ${member} has said anything yet`];
  return missing === 0
    ? []
    : [`${missing} of ${size} ${member}s ${missing === 1 ? 'is' : 'are'} missing`];
}

/** All checks in a few words, as monitoring asks for them. */
export function healthDocument(
  cluster: Cluster | undefined,
  report: HealthReport,
  condition: Condition,
  {
    healthWord,
    version,
  }: { readonly healthWord: HealthWord; readonly version: string | undefined },
): HealthDocument {
  const reasons = whyNotAlive(condition);
  if (condition.writerState === 'dead') reasons.push('it is dead');
  const status = reasons.length > 0 ? 'unhealthy' : wholeOf(report, cluster);
  const checks = [...clusterCheck(cluster), ...report.checks].map((check) => [
    check.name,
    wordsOf(check, healthWord),
  ]);
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
export function healthDetails(
  cluster: Cluster | undefined,
  report: HealthReport,
  condition: Condition,
) {
  return {
    status: whyNotAlive(condition).length > 0 ? 'unhealthy' : wholeOf(report, cluster),
    cluster: cluster ?? null,
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

/** What the state of a cluster is called among checks. */
const statusOf: Readonly<Record<State, HealthStatus>> = {
  good: 'healthy',
  warn: 'degraded',
  bad: 'unhealthy',
  unknown: 'unknown',
};

function wholeOf({ status }: HealthReport, cluster: Cluster | undefined): HealthStatus {
  return cluster === undefined ? status : worst([status, statusOf[cluster.state]]);
}

/**
 * The cluster as one more check: `replicas`, `nodes`, `brokers`. Only while it is not well: whoever looks
 * for certain checks finds these and no others.
 */
function clusterCheck(cluster: Cluster | undefined): Words[] {
  if (cluster === undefined || cluster.state === 'good') return [];
  const { member, state, word, message } = cluster;
  return [{ name: `${member}s`, status: statusOf[state], message: `${word}, ${message}` }];
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

type Words = Pick<ReportedCheck, 'name' | 'status' | 'message'>;

function wordsOf({ status, message }: Words, healthWord: HealthWord): string {
  if (status === 'healthy') return healthWord;
  return `${status}: ${message}`;
}
