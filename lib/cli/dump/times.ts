// Points in time on a command line.

import { misuse } from '../failure.js';

const spans: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/**
 * A time in unix milliseconds. A span as in `10m` counts back from `reference`.
 *
 * @example
 * parseTime('--from', '2026-08-02T14:05:00Z', Date.now());
 * parseTime('--from', '10m', lastHeardOf);
 * @throws Failure that says what is allowed
 */
export function parseTime(option: string, given: string, reference: number): number {
  if (given === 'now') return Date.now();
  const span = /^-?(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(given);
  if (span !== null) return reference - Number(span[1]) * spans[span[2]!]!;
  // Seconds, as date +%s prints them; so many digits are milliseconds.
  if (/^\d{9,10}(\.\d+)?$/.test(given)) return Number(given) * 1000;
  if (/^\d{13}$/.test(given)) return Number(given);
  const date = /^\d{4}-\d\d-\d\d([T ]|$)/.test(given) ? Date.parse(given) : Number.NaN;
  if (!Number.isNaN(date)) return date;
  throw misuse({
    problem: `${option} is no time`,
    given,
    allowed: 'a date as in 2026-08-02T14:05:00Z, unix seconds, or a time span as in 90s, 10m, 1h',
  });
}
