// Alerts as typed values, and what they are built from:
//
//   import { alertsOf } from 'vsr-metrics/alerts';
//   import { vsrAlerts } from 'vsr-metrics/alerts/vsr';
//
//   const { alerts } = alertsOf(vsrAlerts);
//
// The alerts of each system are in a file of their own, which is loaded when it is imported.

export {
  type AlertDeclaration,
  type AnyAlert,
  alert,
  type Look,
  type Original,
  type Runbook,
  type Text,
} from './alert.js';
export { burnRateAlerts, type Slo } from './burn-rate.js';
export {
  above,
  absent,
  always,
  atLeast,
  atMost,
  both,
  type Condition,
  differs,
  either,
  equals,
  equalsOne,
  givenThat,
  lessThan,
  lessThanOne,
  noTarget,
  whether,
  without,
} from './conditions.js';
export { type DashboardName, dashboards, type Panel, uidOf } from './dashboards.js';
export {
  type AlertGroup,
  type Building,
  defineAlerts,
  groupsOf,
  type Recording,
  type RecordingScenario,
  type SystemAlerts,
  type Threshold,
  type Thresholds,
} from './define.js';
export type { Duration } from './durations.js';
export { ruleFile } from './prometheus/rule-file.js';
export { unitTestFiles } from './prometheus/unit-tests.js';
export { runbookOf } from './runbook.js';
export {
  buckets,
  type Fired,
  observed,
  type Scenarios,
  series,
  type TestSeries,
  target,
} from './scenarios.js';
export {
  type Alert,
  type AlertRules,
  type AlertSettings,
  alertsOf,
  annotationsFor,
  type RecordingRule,
  type RuleGroup,
} from './settings.js';
export { meaningOf, type Priority, type Severity } from './severity.js';
export {
  type AnyVector,
  absolute,
  below,
  changes,
  count,
  delta,
  dividedBy,
  type HistogramForm,
  having,
  increase,
  latest,
  least,
  max,
  min,
  minus,
  most,
  observations,
  observationsUpTo,
  orElse,
  plus,
  predicted,
  quantile,
  rate,
  type Selected,
  secondsSince,
  sinceStart,
  slope,
  sum,
  times,
  up,
  type Vector,
  where,
} from './vectors.js';
export { type Words, wordsOf } from './words.js';
