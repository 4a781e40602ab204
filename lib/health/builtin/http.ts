// Something that answers HTTP.
//
//   health.add('payments', httpCheck({ url: 'https://payments.internal/health' }));

import { separateCredentials } from '../../core/credentials.js';
import {
  flag,
  type Kind,
  required,
  secret,
  text,
  texts,
  url as urlKind,
} from '../../core/options.js';
import type { HealthCheck } from '../run-check.js';
import { above, checkOptionsOf, findingOf, limit, misfit, type Remark, timed } from './limits.js';

/** The first and the last status. */
export type StatusRange = readonly [first: number, last: number];

/** What `httpCheck` takes. */
export interface HttpCheckOptions {
  /** A name and a password in it become basic authentication. No message shows them. */
  readonly url: string | URL;
  /** GET unless told otherwise. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** These answers are healthy: [200, 299] unless told otherwise. */
  readonly healthyStatus?: StatusRange;
  /** These are unhealthy; none unless told otherwise. All others are degraded. */
  readonly unhealthyStatus?: StatusRange;
  /**
   * Follows redirects, with all headers: to whatever host they name. Otherwise (by default) a
   * redirect is the answer, and its status counts.
   */
  readonly followRedirects?: boolean;
  /** How long it may take to answer; no limit but the check's time limit unless told otherwise. */
  readonly degradedMs?: number;
}

const isStatus = (each: unknown) =>
  Number.isInteger(each) && Number(each) >= 100 && Number(each) <= 599;

const statusRange: Kind = {
  allowed: 'the first and the last status, as [200, 299]',
  fits: (value) =>
    Array.isArray(value) && value.length === 2 && value.every(isStatus) && value[0] <= value[1],
};

const checkOptions = checkOptionsOf<HttpCheckOptions>('HTTP', {
  url: required(urlKind(['http:', 'https:'], 'a URL as https://payments.internal/health')),
  method: text(),
  headers: secret(texts),
  healthyStatus: statusRange,
  unhealthyStatus: statusRange,
  followRedirects: flag,
  degradedMs: limit,
});

/**
 * A check of something that answers HTTP. What does not answer at all is unhealthy. The time limit
 * is the one that is given to `add`.
 *
 * @example
 * ```ts
 * import { createHealthChecks, httpCheck } from 'vsr-metrics/health';
 *
 * const url = 'https://payments.internal/health';
 * const check = httpCheck({ url, unhealthyStatus: [500, 599] });
 * createHealthChecks().add('external_service', check, { timeoutMs: 5000, critical: false });
 * ```
 * @throws HealthError when an option does not fit
 */
export function httpCheck(options: HttpCheckOptions): HealthCheck {
  checkOptions(options);
  const { method = 'GET', followRedirects = false, degradedMs } = options;
  const { healthyStatus = [200, 299], unhealthyStatus } = options;
  const { url, authorization } = separateCredentials(options.url);
  const headers = {
    ...(authorization !== undefined && { Authorization: authorization }),
    ...options.headers,
  };
  const request: RequestInit = {
    method,
    headers,
    redirect: followRedirects ? 'follow' : 'manual',
  };
  checkRequest(url, request);
  return async (signal) => {
    const { value: status, ms } = await timed(() => statusOf(url, { ...request, signal }));
    const message = `it answered ${status}`;
    const remarks: Remark[] = [
      above(ms, degradedMs, undefined, `it answered in ${Math.round(ms)} ms`),
    ];
    if (contains(healthyStatus, status)) remarks.push({ status: 'healthy', message });
    else if (contains(unhealthyStatus, status)) remarks.push({ status: 'unhealthy', message });
    else remarks.push({ status: 'degraded', message });
    return findingOf(remarks, { response_time_ms: Math.round(ms), status_code: status });
  };
}

async function statusOf(url: URL, init: RequestInit): Promise<number> {
  try {
    const response = await fetch(url, init);
    // What it says is not read; the connection must not wait for that.
    await response.body?.cancel();
    return response.status;
  } catch (error) {
    // Its message is that it failed; why is what it was caused by.
    throw error instanceof Error && error.cause !== undefined ? error.cause : error;
  }
}

function contains(range: StatusRange | undefined, status: number): boolean {
  return range !== undefined && status >= range[0] && status <= range[1];
}

/** Method, headers, and whatever else fetch refuses: now, and not on each run. */
function checkRequest(url: URL, request: RequestInit): void {
  try {
    void new Request(url, request);
  } catch (error) {
    throw misfit('HTTP', 'method or headers', request.method, 'what fetch takes', error);
  }
}
