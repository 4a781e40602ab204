// Something that answers HTTP.
//
//   health.add('payments', httpCheck({ url: 'https://payments.internal/health' }));

import type { HealthCheck } from '../run-check.js';
import { above, checkLimits, findingOf, misfit, type Remark, timed } from './limits.js';

/** The first and the last status. */
export type StatusRange = readonly [first: number, last: number];

/** What `httpCheck` takes. */
export interface HttpCheckOptions {
  readonly url: string | URL;
  /** GET unless told otherwise. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** These answers are healthy: [200, 299] unless told otherwise. */
  readonly healthyStatus?: StatusRange;
  /** These are unhealthy; none unless told otherwise. All others are degraded. */
  readonly unhealthyStatus?: StatusRange;
  /** How long it may take to answer; no limit but the check's time limit unless told otherwise. */
  readonly degradedMs?: number;
}

/**
 * A check of something that answers HTTP. What does not answer at all is unhealthy. The time limit
 * is the one that is given to `add`; redirects are followed.
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
  const { method = 'GET', headers = {}, degradedMs } = options;
  const { healthyStatus = [200, 299], unhealthyStatus } = options;
  checkLimits('HTTP', { degradedMs });
  checkRange('healthyStatus', healthyStatus);
  if (unhealthyStatus !== undefined) checkRange('unhealthyStatus', unhealthyStatus);
  const url = checkRequest(options.url, method, headers);
  return async (signal) => {
    const { value: status, ms } = await timed(() => statusOf(url, { method, headers, signal }));
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

function checkRange(option: string, given: StatusRange): void {
  const isStatus = (each: unknown) => Number.isInteger(each) && contains([100, 599], Number(each));
  const isRange = Array.isArray(given) && given.length === 2 && given.every(isStatus);
  if (isRange && given[0] <= given[1]) return;
  throw misfit('HTTP', option, given, 'the first and the last status, as [200, 299]');
}

function checkRequest(url: string | URL, method: string, headers: Record<string, string>): URL {
  const given = String(url);
  try {
    const { protocol } = new URL(given);
    if (protocol !== 'http:' && protocol !== 'https:')
      throw new TypeError('neither http nor https');
    // Method, headers, and whatever else a request refuses: now, and not on each run.
    return new URL(new Request(given, { method, headers }).url);
  } catch (error) {
    throw misfit('HTTP', 'url, method or headers', given, 'what fetch takes', error);
  }
}
