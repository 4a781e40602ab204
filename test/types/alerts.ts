// What alerts may be built from, and what must not compile.

import {
  type AlertDeclaration,
  above,
  absent,
  alert,
  alertsOf,
  atLeast,
  both,
  buckets,
  type Condition,
  count,
  defineAlerts,
  delta,
  dividedBy,
  equals,
  groupsOf,
  increase,
  latest,
  lessThan,
  max,
  observations,
  observationsUpTo,
  quantile,
  rate,
  series,
  sinceStart,
  sum,
  type up,
  type Vector,
  where,
  without,
} from 'vsr-metrics/alerts';
import { vsrAlerts } from 'vsr-metrics/alerts/vsr';
import { vsr } from 'vsr-metrics/catalogues';
import { isTrue, ledger, type Same } from './catalogues.js';

const { families: f } = vsr;
const { families: own } = ledger;

// ---- series: the kind of a family decides what can be asked of it ----

const byReason = rate(f.viewChanges, '5m');
isTrue<Same<typeof byReason, Vector<'replica_id' | 'reason' | 'instance' | 'job'>>>();
isTrue<Same<ReturnType<typeof up>, Vector<'instance' | 'job'>>>();
latest(f.viewNumber);
delta(f.viewNumber, '1m');
increase(observations(f.clientLatency), '5m');
increase(observationsUpTo(f.clientLatency, 100), '5m');
above(sinceStart(f.checksumFailures), 0);
// @ts-expect-error: Property 'viewNumbers' does not exist on type
latest(f.viewNumbers);
// @ts-expect-error: Type '"gauge"' is not assignable to type '"counter"'
rate(f.viewNumber, '5m');
// @ts-expect-error: Type '"histogram"' is not assignable to type '"counter"'
rate(f.clientLatency, '5m');
// @ts-expect-error: is not assignable to parameter of type
latest(f.viewChanges);
// @ts-expect-error: is not assignable to parameter of type
delta(f.viewChanges, '5m');
// @ts-expect-error: is not assignable to parameter of type
quantile(0.99, f.viewChanges, '5m');
// @ts-expect-error: Property 'tree' is missing in type
above(f.viewChanges, 5);
// @ts-expect-error: Argument of type '"5 minutes"' is not assignable
rate(f.viewChanges, '5 minutes');
// @ts-expect-error: Argument of type '75' is not assignable to parameter of type
observationsUpTo(f.clientLatency, 75);

// ---- labels and their values ----

where(f.operations, { status: 'failure', replica_id: '0', job: { like: 'vsr.*' } });
where(f.viewChanges, { reason: { oneOf: ['operator', 'primary_timeout'] } });
rate(where(own.transfers, { outcome: { not: 'ok' }, tenant_id: 'a' }), '5m');
// @ts-expect-error: Type '"failed"' is not assignable to type
where(f.operations, { status: 'failed' });
// @ts-expect-error: 'state' does not exist in type
where(f.operations, { state: 'failure' });
// @ts-expect-error: Type '"maybe"' is not assignable to type
where(own.transfers, { outcome: { oneOf: ['ok', 'maybe'] } });
// @ts-expect-error: Type '"gauge"' is not assignable to type '"counter"'
rate(where(f.viewNumber, { replica_id: '0' }), '5m');

// ---- aggregations keep the labels that they name ----

const byReplica = sum(byReason, 'replica_id');
isTrue<Same<typeof byReplica, Vector<'replica_id'>>>();
isTrue<Same<ReturnType<typeof count<'job', readonly []>>, Vector<never>>>();
// @ts-expect-error: Argument of type '"peer"' is not assignable to parameter of type
sum(byReason, 'peer');
// @ts-expect-error: Argument of type '"reason"' is not assignable to parameter of type
max(byReplica, 'reason');
// @ts-expect-error: Type '"peer"' is not assignable to type
quantile(0.99, f.clientLatency, '5m', { by: ['peer'] });

// ---- both sides of an operator have the same labels ----

lessThan(latest(f.prepareOkVotes), latest(f.quorumSize));
both(above(byReplica, 5), equals(sum(byReason, 'replica_id'), 7));
// @ts-expect-error: is not assignable to parameter of type
dividedBy(byReplica, sum(byReason));
// @ts-expect-error: is not assignable to parameter of type
both(above(byReplica, 5), above(byReason, 5));
// @ts-expect-error: is not assignable to parameter of type
without(byReplica, count(latest(f.viewNumber)));

// ---- alerts ----

const rest = {
  severity: 'warning',
  for: '5m',
  why: 'A test.',
  panel: { dashboard: 'vsr-overview', panel: 'Members' },
  runbook: {
    meaning: 'A test.',
    impact: 'None.',
    usersNotice: 'Not.',
    look: [{ what: 'Views', query: latest(f.viewNumber) }],
    causes: ['None.'],
    remedies: ['None.'],
    over: 'Now.',
  },
  scenarios: {
    firing: { series: [], at: '5m', fires: [{ labels: {}, value: 1 }] },
    quiet: 'never',
  },
} as const satisfies Omit<AlertDeclaration<never>, 'when' | 'summary' | 'description'>;

const when = above(byReplica, 5);
isTrue<Same<typeof when, Condition<'replica_id'>>>();
alert({
  ...rest,
  when,
  summary: 'a',
  description: ({ labels, value }) => `${labels.replica_id} ${value.whole}`,
});
alert({ ...rest, when: absent(f.viewNumber), summary: 'a', description: 'b' });
alert({
  ...rest,
  when,
  summary: 'a',
  // @ts-expect-error: Property 'reason' does not exist on type
  description: ({ labels }) => labels.reason,
});
alert({
  ...rest,
  when,
  // @ts-expect-error: Property 'percent' does not exist on type
  summary: ({ value }) => value.percent,
  description: 'b',
});
// @ts-expect-error: is missing in type 'Vector<"replica_id">' but required in type 'Condition<"replica_id">'
alert({ ...rest, when: byReplica, summary: 'a', description: 'b' });
// @ts-expect-error: Type '"high"' is not assignable to type
alert({ ...rest, when, summary: 'a', description: 'b', severity: 'high' });
// @ts-expect-error: Type '"P0"' is not assignable to type 'undefined'
alert({ ...rest, when, summary: 'a', description: 'b', priority: 'P0' });
// @ts-expect-error: Type '"soon"' is not assignable to type
alert({ ...rest, when, summary: 'a', description: 'b', for: 'soon' });
const nowhere = { dashboard: 'vsr-overview', panel: 'Nothing' } as const;
// @ts-expect-error: Type '"Nothing"' is not assignable to type
alert({ ...rest, when, summary: 'a', description: 'b', panel: nowhere });
const isAlert = (_: AlertDeclaration<'replica_id'>): void => undefined;
const { why, ...unexplained } = rest;
// @ts-expect-error: Property 'why' is missing in type
isAlert({ ...unexplained, when, summary: why, description: 'b' });
const { runbook, ...unhelpful } = rest;
// @ts-expect-error: Property 'runbook' is missing in type
isAlert({ ...unhelpful, when, summary: runbook.over, description: 'b' });
const { over, ...endless } = runbook;
// @ts-expect-error: Property 'over' is missing in type
alert({ ...rest, when, summary: over, description: 'b', runbook: endless });
// @ts-expect-error: Source has 0 element(s) but target requires 1
alert({ ...rest, when, summary: 'a', description: 'b', runbook: { ...runbook, causes: [] } });

// ---- series of tests have the labels of their family ----

series(f.operations, { replica_id: '0', status: 'failure' }, '0+1x5');
buckets(f.clientLatency, { replica_id: '0' }, { 100: '0+1x5', '+Inf': '0+1x5' });
// @ts-expect-error: Property 'status' is missing in type
series(f.operations, { replica_id: '0' }, '0+1x5');
// @ts-expect-error: '75' does not exist in type
buckets(f.clientLatency, { replica_id: '0' }, { 75: '0+1x5' });

// ---- systems and their settings ----

const mine = defineAlerts({
  system: 'ledger',
  title: 'Ledger',
  job: 'ledger',
  groups: groupsOf('ledger'),
  thresholds: { waiting: { is: 100, unit: 'transfers', least: 1, most: 1e6, why: 'A test.' } },
  alerts: {
    LedgerWaits: ({ thresholds }) =>
      alert({
        ...rest,
        when: atLeast(latest(own.queueDepth), thresholds.waiting),
        summary: 'a',
        description: 'b',
      }),
  },
  recordings: () => ({}),
});
alertsOf(mine, { thresholds: { waiting: 5 }, for: { LedgerWaits: '1m' } });
alertsOf(vsrAlerts, { thresholds: { replicaLag: 5 }, leaveOut: ['VsrBacklog'] });
// @ts-expect-error: 'wait' does not exist in type
alertsOf(mine, { thresholds: { wait: 5 } });
// @ts-expect-error: 'VsrBacklog' does not exist in type
alertsOf(mine, { for: { VsrBacklog: '1m' } });
// @ts-expect-error: Type '"VsrBackLog"' is not assignable to type
alertsOf(vsrAlerts, { leaveOut: ['VsrBackLog'] });
