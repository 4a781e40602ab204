// What the evaluator of alerts says of itself, so that somebody notices when it does not work.

import { defineOwnCatalogue } from '../core/catalogue/define.js';

/** The metrics of an evaluator of alerts. */
export const alertingCatalogue = defineOwnCatalogue({
  name: 'vsr-metrics-alerts',
  families: {
    evaluations: {
      kind: 'counter',
      name: 'vsr_metrics_alerts_evaluations_total',
      help: 'Evaluations of a group of rules',
      labels: { group: 'any' },
    },
    evaluationFailures: {
      kind: 'counter',
      name: 'vsr_metrics_alerts_evaluation_failures_total',
      help: 'Evaluations of a rule that failed and changed nothing',
      labels: { group: 'any', rule: 'any' },
    },
    missedEvaluations: {
      kind: 'counter',
      name: 'vsr_metrics_alerts_missed_evaluations_total',
      help: 'Evaluations of a group that were left out because the one before took too long',
      labels: { group: 'any' },
    },
    lastEvaluation: {
      kind: 'gauge',
      name: 'vsr_metrics_alerts_last_evaluation_timestamp_seconds',
      help: 'When a group was evaluated last, since the unix epoch',
      unit: 'seconds',
      labels: { group: 'any' },
    },
    evaluationInterval: {
      kind: 'gauge',
      name: 'vsr_metrics_alerts_evaluation_interval_seconds',
      help: 'How often a group is to be evaluated',
      unit: 'seconds',
      labels: { group: 'any' },
    },
    evaluationDuration: {
      kind: 'histogram',
      name: 'vsr_metrics_alerts_evaluation_duration_seconds',
      help: 'Time to evaluate a group of rules',
      unit: 'seconds',
      labels: { group: 'any' },
      buckets: [0.0001, 0.001, 0.005, 0.02, 0.1, 0.5, 1, 5],
    },
    ruleSeries: {
      kind: 'gauge',
      name: 'vsr_metrics_alerts_rule_series',
      help: 'Series that the last evaluation of a rule looked at, before any comparison',
      labels: { group: 'any', rule: 'any' },
    },
    firing: {
      kind: 'gauge',
      name: 'vsr_metrics_alerts_firing',
      help: 'Alerts that fire now, by severity',
      labels: { severity: ['critical', 'warning', 'info'] },
    },
    notifications: {
      kind: 'counter',
      name: 'vsr_metrics_alerts_notifications_total',
      help: 'Notifications that were sent',
      labels: { channel: 'any' },
    },
    notificationFailures: {
      kind: 'counter',
      name: 'vsr_metrics_alerts_notification_failures_total',
      help: 'Notifications that could not be sent',
      labels: { channel: 'any' },
    },
    historyKept: {
      kind: 'gauge',
      name: 'vsr_metrics_alerts_history_kept',
      help: 'Whether the history of a source can be read and goes on (1=yes)',
      labels: { source: 'any' },
    },
  },
});
