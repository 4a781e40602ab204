// Alerts on alerting and recording themselves: that alerts arrive, that rules are evaluated and look
// at something, and that no value is lost.
//
//   import { alertingAlerts } from 'vsr-metrics/alerts/alerting';

import { selfCatalogue } from '../../core/catalogue/self-catalogue.js';
import { alert } from '../alert.js';
import { alertingCatalogue } from '../catalogue.js';
import { above, always, equals } from '../conditions.js';
import { type Building, defineAlerts, groupsOf, type Thresholds } from '../define.js';
import { series } from '../scenarios.js';
import { dividedBy, increase, latest, max, quantile, rate, secondsSince, sum } from '../vectors.js';
import { looks } from './looks.js';

const { families: f } = alertingCatalogue;
const { families: own } = selfCatalogue;

const thresholds = {
  lateIntervals: {
    is: 3,
    unit: 'intervals',
    least: 1,
    most: 1000,
    why: 'One evaluation may be late because the one before took long; three in a row are not.',
  },
} as const satisfies Thresholds;

type AlertingBuilding = Building<typeof thresholds>;

/** Alerts on alerting itself. */
export const alertingAlerts = defineAlerts({
  system: 'alerting',
  title: 'Alerting',
  job: '.*',
  groups: groupsOf('alerting'),
  thresholds,
  alerts: {
    AlertingWatchdog: () =>
      alert({
        when: always(),
        severity: 'info',
        for: '0s',
        summary: 'Alerting works',
        description:
          'This alert always fires. Whoever stops getting it is no longer told of anything.',
        why: 'It asks nothing: it has to fire as long as rules are evaluated and notifications arrive.',
        runbook: {
          meaning:
            'Everything from evaluation to notification works. It is bad when this alert is not there.',
          impact: 'None. Without it nobody is told of anything.',
          usersNotice: 'Not.',
          look: [
            { what: 'Evaluations', query: sum(rate(f.evaluations, '5m'), 'group') },
            {
              what: 'Notifications that fail',
              query: sum(increase(f.notificationFailures, '1h'), 'channel'),
            },
          ],
          causes: ['It fires always.'],
          remedies: [
            "Route it to a service that raises an alarm when it stops arriving (a dead man's switch).",
          ],
          over: 'It is never over.',
        },
        panel: { dashboard: 'alerting', panel: 'Notifications' },
        scenarios: {
          firing: { series: [], at: '1m', fires: [{ labels: {}, value: 1 }] },
          quiet: 'never',
        },
      }),

    AlertingEvaluationLate: ({ thresholds: t }: AlertingBuilding) =>
      alert({
        when: above(
          dividedBy(secondsSince(latest(f.lastEvaluation)), latest(f.evaluationInterval)),
          t.lateIntervals,
        ),
        severity: 'critical',
        for: '1m',
        summary: ({ labels }) => `Rules of group ${labels.group} are not evaluated`,
        description: ({ labels, value }) =>
          `The last evaluation of group ${labels.group} was ${value.whole} intervals ago.`,
        why: 'One evaluation may be late; three in a row mean that it stands still.',
        runbook: {
          meaning: 'A group of rules is no longer evaluated.',
          impact: 'Its alerts neither fire nor resolve.',
          usersNotice: 'Not by this; but nobody is told of what they notice.',
          look: [
            { what: 'When groups were evaluated', query: secondsSince(latest(f.lastEvaluation)) },
            {
              what: 'How long they take',
              query: quantile(0.99, f.evaluationDuration, '15m', { by: ['group'] }),
            },
            { what: 'Evaluations that were left out', query: increase(f.missedEvaluations, '1h') },
            looks.processor,
          ],
          causes: [
            'The thread of the server is blocked or has ended.',
            'The rules take longer than their interval.',
          ],
          remedies: ['Restart the server.', 'Make the interval longer, or the rules fewer.'],
          over: 'vsr_metrics_alerts_last_evaluation_timestamp_seconds goes on.',
        },
        panel: { dashboard: 'alerting', panel: 'Evaluations' },
        scenarios: {
          firing: {
            series: [
              series(f.lastEvaluation, { group: 'vsr_critical' }, '0x40'),
              series(f.evaluationInterval, { group: 'vsr_critical' }, '15x40'),
            ],
            at: '5m',
            fires: [{ labels: { group: 'vsr_critical' }, value: 20 }],
          },
          quiet: {
            series: [
              series(f.lastEvaluation, { group: 'vsr_critical' }, '0+15x40'),
              series(f.evaluationInterval, { group: 'vsr_critical' }, '15x40'),
            ],
            at: '5m',
          },
        },
      }),

    AlertingEvaluationFailing: () =>
      alert({
        when: above(increase(f.evaluationFailures, '5m'), 0),
        severity: 'warning',
        for: '5m',
        summary: ({ labels }) => `Rule ${labels.rule} cannot be evaluated`,
        description: ({ value }) => `${value.whole} evaluations failed in five minutes.`,
        why: 'A rule that fails neither fires nor resolves. Five minutes leave out what a restart causes.',
        runbook: {
          meaning: 'A rule fails: for example many series match many others.',
          impact: 'Its alert stays as it is, whatever happens.',
          usersNotice: 'Not.',
          look: [
            {
              what: 'Which rules fail',
              query: sum(increase(f.evaluationFailures, '1h'), 'group', 'rule'),
            },
          ],
          causes: [
            'Two replicas show the same labels.',
            'A rule of your own that does not fit its series.',
          ],
          remedies: [
            'Give the replicas different labels.',
            'Check rule files with vsr-metrics rules lint.',
          ],
          over: 'The counter no longer grows.',
        },
        panel: { dashboard: 'alerting', panel: 'Evaluations' },
        scenarios: {
          firing: {
            series: [series(f.evaluationFailures, { group: 'own', rule: 'Mine' }, '0+1x80')],
            at: '12m',
            fires: [{ labels: { group: 'own', rule: 'Mine' }, value: 20 }],
          },
          quiet: {
            series: [series(f.evaluationFailures, { group: 'own', rule: 'Mine' }, '3x80')],
            at: '12m',
          },
        },
      }),

    AlertingRuleWithoutSeries: () =>
      alert({
        when: equals(latest(f.ruleSeries), 0),
        severity: 'warning',
        for: '30m',
        summary: ({ labels }) => `Rule ${labels.rule} looks at nothing`,
        description: ({ labels }) =>
          `Rule ${labels.rule} of group ${labels.group} has matched no series for half an hour: it cannot fire.`,
        why: 'Half an hour is longer than any start; a rule that looks at nothing looks like one that is content.',
        runbook: {
          meaning: 'No series has the name and the labels that the rule asks for.',
          impact: 'The alert can never fire.',
          usersNotice: 'Not.',
          look: [
            { what: 'How many series each rule sees', query: latest(f.ruleSeries) },
            looks.scraped,
          ],
          causes: [
            'The program does not record that metric.',
            'A label or the selector is spelt otherwise.',
          ],
          remedies: [
            'Leave the alert out (leaveOut), if the program never records it.',
            'Correct the selector.',
          ],
          over: 'The rule sees series.',
        },
        panel: { dashboard: 'alerting', panel: 'Evaluations' },
        scenarios: {
          firing: {
            series: [
              series(f.ruleSeries, { group: 'vsr_critical', rule: 'VsrQuorumLost' }, '0x140'),
            ],
            at: '32m',
            fires: [{ labels: { group: 'vsr_critical', rule: 'VsrQuorumLost' }, value: 0 }],
          },
          quiet: {
            series: [
              series(f.ruleSeries, { group: 'vsr_critical', rule: 'VsrQuorumLost' }, '3x140'),
            ],
            at: '32m',
          },
        },
      }),

    AlertingNotificationsFailing: () =>
      alert({
        when: above(increase(f.notificationFailures, '5m'), 0),
        severity: 'critical',
        for: '2m',
        keepFiringFor: '10m',
        summary: ({ labels }) => `Notifications by ${labels.channel} fail`,
        description: ({ value }) =>
          `${value.whole} notifications could not be sent in five minutes.`,
        why: 'A notification that fails is tried again; what still fails after two minutes reaches nobody.',
        runbook: {
          meaning: 'A channel does not take notifications.',
          impact: 'Whoever is reached only by it is not told of anything.',
          usersNotice: 'Not.',
          look: [
            {
              what: 'Failures by channel',
              query: sum(increase(f.notificationFailures, '1h'), 'channel'),
            },
            {
              what: 'Notifications that were sent',
              query: sum(increase(f.notifications, '1h'), 'channel'),
            },
          ],
          causes: [
            'The service behind the channel is down.',
            'Its token expired.',
            'A proxy or a firewall.',
          ],
          remedies: ['Renew the token.', 'Use another channel until it works again.'],
          over: 'Notifications are sent and none fails.',
        },
        panel: { dashboard: 'alerting', panel: 'Notifications' },
        scenarios: {
          firing: {
            series: [series(f.notificationFailures, { channel: 'slack' }, '0+1x80')],
            at: '8m',
            fires: [{ labels: { channel: 'slack' }, value: 20 }],
          },
          quiet: {
            series: [series(f.notificationFailures, { channel: 'slack' }, '7x80')],
            at: '8m',
          },
        },
      }),

    AlertingHistoryNotKept: () =>
      alert({
        when: equals(latest(f.historyKept), 0),
        severity: 'warning',
        for: '5m',
        summary: ({ labels }) => `The history of ${labels.source} is not kept`,
        description: ({ labels }) =>
          `Rules that look back cannot be evaluated for ${labels.source}, or see less than they should.`,
        why: 'A source that starts again has its history after a minute or two.',
        runbook: {
          meaning: 'The ring of earlier values of a source cannot be read, or stands still.',
          impact: 'Alerts with a window do not fire.',
          usersNotice: 'Not.',
          look: [{ what: 'Whose history is kept', query: latest(f.historyKept) }, looks.top],
          causes: [
            'The background thread of the program has ended, because its process was stopped.',
            'The file is damaged.',
          ],
          remedies: ['Continue or restart the program.'],
          over: 'vsr_metrics_alerts_history_kept is 1.',
        },
        panel: { dashboard: 'alerting', panel: 'History' },
        scenarios: {
          firing: {
            series: [series(f.historyKept, { source: 'replica-0' }, '0x60')],
            at: '8m',
            fires: [{ labels: { source: 'replica-0' }, value: 0 }],
          },
          quiet: { series: [series(f.historyKept, { source: 'replica-0' }, '1x60')], at: '8m' },
        },
      }),

    AlertingValuesRejected: () =>
      alert({
        when: above(sum(increase(own.rejected, '15m'), 'metric', 'reason'), 0),
        severity: 'info',
        for: '0s',
        summary: ({ labels }) => `Values of ${labels.metric} are not recorded`,
        description: ({ labels, value }) =>
          `${value.whole} values of ${labels.metric} were rejected in 15 minutes: ${labels.reason}.`,
        why: 'One is enough: a value that is no number is a defect of the program that records it.',
        runbook: {
          meaning:
            'A program recorded something that is no valid value, as NaN or a negative step of a counter.',
          impact: 'Those values are missing; everything else is recorded.',
          usersNotice: 'Not.',
          look: [
            {
              what: 'What is rejected, and why',
              query: sum(increase(own.rejected, '1h'), 'metric', 'reason'),
            },
          ],
          causes: ['A difference of times that is negative.', 'A division by 0.'],
          remedies: ['Correct the program: its warnings name the first such value.'],
          over: 'vsr_metrics_rejected_total no longer grows.',
        },
        panel: { dashboard: 'alerting', panel: 'Rejected values' },
        scenarios: {
          firing: {
            series: [
              series(
                own.rejected,
                { metric: 'vsr_prepare_latency_ms', reason: 'nan' },
                '0x20 2x80',
              ),
            ],
            at: '15m',
            fires: [{ labels: { metric: 'vsr_prepare_latency_ms', reason: 'nan' }, value: 2 }],
          },
          quiet: {
            series: [
              series(own.rejected, { metric: 'vsr_prepare_latency_ms', reason: 'nan' }, '2x100'),
            ],
            at: '15m',
          },
        },
      }),

    AlertingSeriesOverflowed: () =>
      alert({
        when: above(max(increase(own.overflowed, '15m'), 'metric', 'reason'), 0),
        severity: 'info',
        for: '0s',
        summary: ({ labels }) => `${labels.metric} has more series than it may`,
        description: ({ labels }) =>
          `New label values of ${labels.metric} share one series, because of ${labels.reason}.`,
        why: 'One is enough: from then on values of different labels are added up.',
        runbook: {
          meaning: 'A family has reached its limit of series, or the registry its room.',
          impact: 'What comes later cannot be told apart.',
          usersNotice: 'Not.',
          look: [
            {
              what: 'Which families, and why',
              query: max(increase(own.overflowed, '1h'), 'metric', 'reason'),
            },
          ],
          causes: ['A label with too many values, as ids of requests.', 'A limit that is too low.'],
          remedies: [
            'Take the label away, or raise maxSeries of the family.',
            'Read docs/capacity.md.',
          ],
          over: 'vsr_metrics_overflowed_total no longer grows.',
        },
        panel: { dashboard: 'alerting', panel: 'Series' },
        scenarios: {
          firing: {
            series: [
              series(
                own.overflowed,
                { metric: 'kmb_tenant_log_entries_total', reason: 'family' },
                '0x20 5x80',
              ),
            ],
            at: '15m',
            fires: [
              { labels: { metric: 'kmb_tenant_log_entries_total', reason: 'family' }, value: 5 },
            ],
          },
          quiet: {
            series: [
              series(
                own.overflowed,
                { metric: 'kmb_tenant_log_entries_total', reason: 'family' },
                '5x100',
              ),
            ],
            at: '15m',
          },
        },
      }),
  },
  recordings: () => ({}),
});
