// How urgent an alert is, and what other words there are for it.

/** Wakes somebody, waits for the morning, or is worth knowing. */
export type Severity = 'critical' | 'warning' | 'info';

/** The same as numbers: P0 and P1 are critical, P2 is a warning, P3 informs. */
export type Priority = 'P0' | 'P1' | 'P2' | 'P3';

export const severities: readonly Severity[] = ['critical', 'warning', 'info'];

/** Every word that documents and playbooks have for a severity, in lower case. */
export const severityWords: Readonly<Record<string, readonly [Severity, Priority]>> = {
  p0: ['critical', 'P0'],
  p1: ['critical', 'P1'],
  p2: ['warning', 'P2'],
  p3: ['info', 'P3'],
  emergency: ['critical', 'P0'],
  critical: ['critical', 'P1'],
  page: ['critical', 'P1'],
  error: ['critical', 'P1'],
  warning: ['warning', 'P2'],
  warn: ['warning', 'P2'],
  ticket: ['warning', 'P2'],
  info: ['info', 'P3'],
  sev1: ['critical', 'P0'],
  sev2: ['critical', 'P1'],
  sev3: ['warning', 'P2'],
  sev4: ['info', 'P3'],
};

/**
 * What a word means, in whatever case of letters; undefined when nobody uses it.
 *
 * @example
 * ```ts
 * import { meaningOf } from 'vsr-metrics/alerts';
 *
 * console.log(meaningOf('SEV1')); // { severity: 'critical', priority: 'P0' }
 * ```
 */
export function meaningOf(
  word: string,
): { readonly severity: Severity; readonly priority: Priority } | undefined {
  const known = word.toLowerCase();
  if (!Object.hasOwn(severityWords, known)) return undefined;
  const [severity, priority] = severityWords[known]!;
  return { severity, priority };
}

export function priorityOf(severity: Severity): Priority {
  return severityWords[severity]![1];
}
