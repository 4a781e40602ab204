// Alerts on how fast an objective's budget of errors is used up, over several windows at once: a long
// one, so that a short trouble wakes nobody, and a short one, so that the alert ends when the trouble
// does.

import { type AnyAlert, alert, type Runbook } from './alert.js';
import { above, both, type Condition, either } from './conditions.js';
import type { Panel } from './dashboards.js';
import type { Duration } from './durations.js';
import type { Scenarios } from './scenarios.js';
import { dividedBy, type Vector } from './vectors.js';

/** What users are promised. */
export interface Slo {
  /** For texts: 'operations that succeed'. */
  readonly of: string;
  /** The share that has to be good: 0.999. */
  readonly objective: number;
  /** Bad events per second, within a time. */
  readonly bad: (range: Duration) => Vector<never>;
  /** All events per second, within a time. */
  readonly all: (range: Duration) => Vector<never>;
  /** That nobody counts any events: an objective over nothing looks as if it were kept. */
  readonly unknown: Condition<never>;
  /** With fewer events per second than this nothing fires: one bad event among three proves nothing. */
  readonly leastPerSecond: number;
}

interface Window {
  readonly long: Duration;
  readonly short: Duration;
  /** So many times as fast as the budget allows for a period of 30 days. */
  readonly factor: number;
}

/** 2 % of the budget in an hour, or 5 % in six. */
const fast: readonly Window[] = [
  { long: '1h', short: '5m', factor: 14.4 },
  { long: '6h', short: '30m', factor: 6 },
];

/** 10 % of the budget in a day, or in three. */
const slow: readonly Window[] = [
  { long: '1d', short: '2h', factor: 3 },
  { long: '3d', short: '6h', factor: 1 },
];

export interface BurnRateTexts {
  readonly runbook: Runbook;
  readonly panel: Panel;
  readonly scenarios: {
    readonly fast: Scenarios<never>;
    readonly slow: Scenarios<never>;
    readonly unknown: Scenarios<never>;
  };
}

/** One alert that wakes somebody, one that waits for the morning, and one when nothing is known. */
export function burnRateAlerts(
  slo: Slo,
  { runbook, panel, scenarios }: BurnRateTexts,
): { readonly fast: AnyAlert; readonly slow: AnyAlert; readonly unknown: AnyAlert } {
  const promise = `${percent(slo.objective)} of ${slo.of}`;
  const common = { panel, runbook } as const;
  return {
    fast: alert({
      ...common,
      when: burning(slo, fast),
      severity: 'critical',
      for: '2m',
      summary: `The error budget is used up fast: ${promise}`,
      description: ({ value }) =>
        `${value.percentage} were bad in the last hour or six hours, of ${percent(1 - slo.objective)} that are allowed.`,
      why: '14.4 times as fast as allowed uses 2 % of the budget of 30 days in an hour, 6 times uses 5 % in six hours: both are worth waking somebody.',
      scenarios: scenarios.fast,
    }),
    slow: alert({
      ...common,
      when: burning(slo, slow),
      severity: 'warning',
      for: '15m',
      summary: `The error budget will not last: ${promise}`,
      description: ({ value }) =>
        `${value.percentage} were bad in the last day or three days, of ${percent(1 - slo.objective)} that are allowed.`,
      why: '3 times as fast as allowed uses 10 % of the budget of 30 days in a day; as fast as allowed for three days leaves nothing for anything else.',
      scenarios: scenarios.slow,
    }),
    unknown: alert({
      panel,
      when: slo.unknown,
      severity: 'warning',
      for: '15m',
      summary: `Nobody knows whether the objective is kept: ${promise}`,
      description: 'There are no series of the events that it counts.',
      why: 'A share of nothing is no share, so that the other alerts of this objective cannot fire. A quarter of an hour leaves out restarts.',
      runbook: {
        meaning: 'The counters that the objective is made of are not there.',
        impact: 'Failures use up the budget, and nobody is told.',
        usersNotice: 'Not by this.',
        look: runbook.look,
        causes: ['Nothing is scraped.', 'The metric or a label was renamed.'],
        remedies: ['Ask the program what it exports, and compare names and labels.'],
        over: 'The counters are there again.',
      },
      scenarios: scenarios.unknown,
    }),
  };
}

function burning(slo: Slo, windows: readonly Window[]): Condition<never> {
  const [first, ...others] = windows.map(({ long, short, factor }) => {
    const most = Number((factor * (1 - slo.objective)).toPrecision(6));
    const share = (range: Duration) => dividedBy(slo.bad(range), slo.all(range));
    return both(
      above(share(long), most),
      above(share(short), most),
      above(slo.all(short), slo.leastPerSecond),
    );
  });
  return either(first!, ...others);
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(6))}%`;
}
