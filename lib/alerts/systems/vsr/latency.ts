// How long operations take, and whether they succeed.

import { vsr } from '../../../catalogues/vsr.js';
import { alert } from '../../alert.js';
import { burnRateAlerts } from '../../burn-rate.js';
import { above, absent, atLeast, both } from '../../conditions.js';
import type { Duration } from '../../durations.js';
import { buckets, series } from '../../scenarios.js';
import { dividedBy, latest, max, plus, quantile, rate, sum, where } from '../../vectors.js';
import { looks } from '../looks.js';
import type { VsrBuilding } from './thresholds.js';

const { families: f } = vsr;

/** Operations that failed, per second. */
export const failedPerSecond = (range: Duration) =>
  sum(rate(where(f.operations, { status: 'failure' }), range));

/** All operations per second: every replica counts what it commits, only the leader what fails. */
export const operationsPerSecond = (range: Duration) =>
  plus(
    failedPerSecond(range),
    max(sum(rate(where(f.operations, { status: 'success' }), range), 'replica_id')),
  );

const whereTimeGoes = [
  {
    what: 'P99 until a quorum has it, by replica',
    query: quantile(0.99, f.prepareLatency, '5m', { by: ['replica_id'] }),
  },
  {
    what: 'P99 until it is told',
    query: quantile(0.99, f.commitLatency, '5m', { by: ['replica_id'] }),
  },
  {
    what: 'P99 of round trips',
    query: quantile(0.99, f.heartbeatRtt, '5m', { by: ['replica_id', 'peer'] }),
  },
  { what: 'Requests that wait', query: latest(f.pendingRequests) },
] as const;

export const latencyAlerts = {
  VsrHighLatency: ({ thresholds: t, form }: VsrBuilding) =>
    alert({
      when: above(quantile(0.99, f.clientLatency, '5m', { form }), t.clientLatencyMs),
      severity: 'critical',
      for: '1m',
      keepFiringFor: '2m',
      summary: 'Clients wait long for their answers',
      description: ({ value }) => `P99 of client latency is ${value.whole} ms.`,
      why: 'The document says more than 100 ms for a minute. The window of 5 minutes keeps single slow operations from being a percentile.',
      runbook: {
        meaning: 'One request in a hundred takes longer than it may, over the whole cluster.',
        impact:
          'Clients are slow; those with short timeouts fail and ask again, which makes it worse.',
        usersNotice: 'Now: this is what they see.',
        look: [...whereTimeGoes, looks.processor],
        causes: [
          'A disk that syncs slowly: prepare latency is high on all replicas that wait for it.',
          'A slow network between replicas: round trips are long.',
          'More requests than the cluster commits: they wait (vsr_pending_requests).',
          'The event loop of the leader is blocked.',
        ],
        remedies: [
          'If prepare is slow, look at disk and network of the replicas that answer last.',
          'If requests wait, shed load or batch more.',
          'If only the leader is slow, stop it: another takes over within a timeout.',
        ],
        over: 'vsr:client_latency_ms:p99 is below the threshold for ten minutes.',
      },
      panel: { dashboard: 'vsr-overview', panel: 'Client latency' },
      original: {
        name: 'High Latency',
        expression: 'vsr_client_latency_ms_p99 > 100ms for 1m',
        problem:
          'no replica exports that series (a recording rule of this name does now), and 100ms is no number.',
      },
      scenarios: {
        firing: {
          series: buckets(
            f.clientLatency,
            { replica_id: '0' },
            {
              100: '0+90x40',
              250: '0+100x40',
              '+Inf': '0+100x40',
            },
          ),
          at: '8m',
          fires: [{ labels: {}, value: 235 }],
        },
        quiet: {
          series: buckets(
            f.clientLatency,
            { replica_id: '0' },
            {
              50: '0+100x40',
              100: '0+100x40',
              '+Inf': '0+100x40',
            },
          ),
          at: '8m',
        },
      },
    }),

  VsrSlowPrepare: ({ thresholds: t, form }: VsrBuilding) =>
    alert({
      when: above(
        quantile(0.99, f.prepareLatency, '5m', { by: ['replica_id'], form }),
        t.prepareLatencyMs,
      ),
      severity: 'warning',
      for: '10m',
      summary: ({ labels }) => `Replica ${labels.replica_id} waits long for its quorum`,
      description: ({ labels, value }) =>
        `P99 from Prepare to a quorum of PrepareOk is ${value.whole} ms on replica ${labels.replica_id}: the disks of the others, or the network.`,
      why: 'A PrepareOk is sent after the entry is on disk and synced, so this is fsync and a round trip. Half of what clients are promised leaves room for the rest.',
      runbook: {
        meaning:
          'Between sending an operation and having a majority that has it on disk, too much time goes by.',
        impact: 'Every write is slower by it.',
        usersNotice: 'When it comes near the promised latency.',
        look: [
          ...whereTimeGoes,
          { what: 'Disk operations', query: latest(f.diskIops) },
          looks.kernel,
        ],
        causes: [
          'A disk that syncs slowly, or is shared with something that writes much.',
          'A slow or lossy network.',
          'A backup whose processor has no time.',
        ],
        remedies: [
          'Move what else writes to that disk.',
          'Compare round trips: if they are short, it is the disk.',
        ],
        over: 'P99 of prepare latency is back where it was.',
      },
      panel: { dashboard: 'vsr-latency', panel: 'Prepare latency' },
      scenarios: {
        firing: {
          series: buckets(
            f.prepareLatency,
            { replica_id: '0' },
            {
              50: '0+90x80',
              100: '0+100x80',
              '+Inf': '0+100x80',
            },
          ),
          at: '16m',
          fires: [{ labels: { replica_id: '0' }, value: 95 }],
        },
        quiet: {
          series: buckets(
            f.prepareLatency,
            { replica_id: '0' },
            {
              5: '0+100x80',
              50: '0+100x80',
              '+Inf': '0+100x80',
            },
          ),
          at: '16m',
        },
      },
    }),

  VsrVerySlowPrepare: ({ form }: VsrBuilding) =>
    alert({
      when: atLeast(quantile(0.99, f.prepareLatency, '5m', { by: ['replica_id'], form }), 100),
      severity: 'critical',
      for: '10m',
      summary: ({ labels }) => `Replica ${labels.replica_id} waits very long for its quorum`,
      description: ({ labels }) =>
        `P99 from Prepare to a quorum of PrepareOk is 100 ms or more on replica ${labels.replica_id}.`,
      why: '100 ms is the largest bound of the histogram and all that clients are promised: no answer can be in time.',
      runbook: {
        meaning: 'Disk or network of a majority is so slow that no write is in time.',
        impact: 'All writes are late; elections may begin because leaders look dead.',
        usersNotice: 'Now.',
        look: [...whereTimeGoes, looks.disk, looks.kernel],
        causes: [
          'A disk that is about to fail or full.',
          'A throttled volume of a cloud.',
          'A network that loses most packets.',
        ],
        remedies: [
          'Stop the replica with the worst disk, if a quorum remains without it.',
          'Raise the limits of the volume.',
        ],
        over: 'P99 of prepare latency is below 100 ms.',
      },
      panel: { dashboard: 'vsr-latency', panel: 'Prepare latency' },
      scenarios: {
        firing: {
          series: buckets(
            f.prepareLatency,
            { replica_id: '0' },
            { 100: '0+90x80', '+Inf': '0+100x80' },
          ),
          at: '16m',
          fires: [{ labels: { replica_id: '0' }, value: 100 }],
        },
        quiet: {
          series: buckets(
            f.prepareLatency,
            { replica_id: '0' },
            {
              50: '0+90x80',
              100: '0+100x80',
              '+Inf': '0+100x80',
            },
          ),
          at: '16m',
        },
      },
    }),

  VsrSlowCommit: ({ thresholds: t, form }: VsrBuilding) =>
    alert({
      when: above(
        quantile(0.99, f.commitLatency, '5m', { by: ['replica_id'], form }),
        t.commitLatencyMs,
      ),
      severity: 'warning',
      for: '10m',
      summary: ({ labels }) => `Replica ${labels.replica_id} is slow to commit`,
      description: ({ labels, value }) =>
        `P99 from a quorum of PrepareOk to the Commit is ${value.whole} ms on replica ${labels.replica_id}.`,
      why: 'It needs no disk and waits for nobody: what takes 25 ms here is the processor.',
      runbook: {
        meaning: 'The leader has its quorum and does not get round to saying so.',
        impact: 'Every write is slower by it.',
        usersNotice: 'When it comes near the promised latency.',
        look: [
          ...whereTimeGoes,
          { what: 'Its processor', query: latest(f.cpuUtilization) },
          looks.processor,
        ],
        causes: [
          'The event loop of the leader is blocked: garbage collections, large messages, synchronous work.',
          'Its machine is shared and gets no time.',
        ],
        remedies: ['Profile the leader.', 'Stop it: another replica takes over.'],
        over: 'P99 of commit latency is back where it was.',
      },
      panel: { dashboard: 'vsr-latency', panel: 'Commit latency' },
      scenarios: {
        firing: {
          series: buckets(
            f.commitLatency,
            { replica_id: '0' },
            {
              25: '0+90x80',
              50: '0+100x80',
              '+Inf': '0+100x80',
            },
          ),
          at: '16m',
          fires: [{ labels: { replica_id: '0' }, value: 47.5 }],
        },
        quiet: {
          series: buckets(
            f.commitLatency,
            { replica_id: '0' },
            { 1: '0+100x80', '+Inf': '0+100x80' },
          ),
          at: '16m',
        },
      },
    }),

  VsrSlowRoundTrips: ({ thresholds: t, form }: VsrBuilding) =>
    alert({
      when: above(
        quantile(0.99, f.heartbeatRtt, '5m', { by: ['replica_id', 'peer'], form }),
        t.roundTripMs,
      ),
      severity: 'warning',
      for: '10m',
      summary: ({ labels }) =>
        `Round trips from replica ${labels.replica_id} to ${labels.peer} are long`,
      description: ({ value }) => `P99 of the round trip is ${value.decimals} ms.`,
      why: 'Within one region it stays below 2 ms. Who spans regions sets the threshold to what the way takes.',
      runbook: {
        meaning: 'Pings between two replicas take long.',
        impact:
          'Every operation that waits for this replica is slower; clocks are known less well.',
        usersNotice: 'When the slow replica is needed for a quorum.',
        look: [
          {
            what: 'P99 of all pairs',
            query: quantile(0.99, f.heartbeatRtt, '5m', { by: ['replica_id', 'peer'] }),
          },
          looks.sockets,
          looks.processor,
        ],
        causes: ['A congested or rerouted network.', 'A replica whose event loop is blocked.'],
        remedies: [
          'If all pairs with one replica are slow, look at that machine; if one pair is, at the network between them.',
        ],
        over: 'The round trips are short again.',
      },
      panel: { dashboard: 'vsr-latency', panel: 'Round trips' },
      scenarios: {
        firing: {
          series: buckets(
            f.heartbeatRtt,
            { replica_id: '0', peer: '2' },
            {
              10: '0+90x80',
              25: '0+100x80',
              '+Inf': '0+100x80',
            },
          ),
          at: '16m',
          fires: [{ labels: { replica_id: '0', peer: '2' }, value: 23.5 }],
        },
        quiet: {
          series: buckets(
            f.heartbeatRtt,
            { replica_id: '0', peer: '2' },
            {
              1: '0+100x80',
              '+Inf': '0+100x80',
            },
          ),
          at: '16m',
        },
      },
    }),

  VsrOperationsFailing: ({ thresholds: t }: VsrBuilding) =>
    alert({
      when: both(
        above(dividedBy(failedPerSecond('5m'), operationsPerSecond('5m')), t.failedShare),
        above(operationsPerSecond('5m'), t.leastOperationsPerSecond),
      ),
      severity: 'warning',
      for: '5m',
      summary: 'Operations fail',
      description: ({ value }) =>
        `${value.percentage} of the operations were rejected, dropped or timed out.`,
      why: 'Single failures belong to every view change. The minimum of traffic keeps one failure at night from being a large share.',
      runbook: {
        meaning:
          'The leader did not take requests: too many waited, its view ended, or they took too long.',
        impact: 'Clients have to ask again.',
        usersNotice: 'Those that do not retry: now.',
        look: [
          {
            what: 'Failures by replica',
            query: sum(rate(where(f.operations, { status: 'failure' }), '5m'), 'replica_id'),
          },
          { what: 'Requests that wait', query: latest(f.pendingRequests) },
          { what: 'View changes', query: sum(rate(f.viewChanges, '5m'), 'reason') },
        ],
        causes: ['More requests than the cluster commits.', 'View changes.', 'Lost quorum.'],
        remedies: [
          'Shed load.',
          'Follow the runbooks of VsrLeaderChanges and VsrQuorumLost if they fire.',
        ],
        over: 'vsr_operations_total{status="failure"} no longer grows.',
      },
      panel: { dashboard: 'vsr-overview', panel: 'Failed operations' },
      scenarios: {
        firing: {
          series: [
            series(f.operations, { replica_id: '0', status: 'success' }, '0+1350x60'),
            series(f.operations, { replica_id: '1', status: 'success' }, '0+1350x60'),
            series(f.operations, { replica_id: '0', status: 'failure' }, '0+150x60'),
          ],
          at: '12m',
          fires: [{ labels: {}, value: 0.1 }],
        },
        // A large share of hardly anything.
        quiet: {
          series: [
            series(f.operations, { replica_id: '0', status: 'success' }, '0+1x60'),
            series(f.operations, { replica_id: '0', status: 'failure' }, '0+1x60'),
          ],
          at: '12m',
        },
      },
    }),

  VsrBacklog: ({ thresholds: t }: VsrBuilding) =>
    alert({
      when: above(latest(f.pendingRequests), t.pendingRequests),
      severity: 'warning',
      for: '5m',
      summary: ({ labels }) => `Requests wait at replica ${labels.replica_id}`,
      description: ({ value }) => `${value.whole} requests wait for their turn.`,
      why: 'A burst is worked off within seconds; what waits for five minutes grows.',
      runbook: {
        meaning: 'Requests come faster than they are committed.',
        impact: 'Latency grows with the queue, until the replica rejects requests.',
        usersNotice: 'As latency, now.',
        look: [
          { what: 'How many wait', query: latest(f.pendingRequests) },
          {
            what: 'Commits per second',
            query: sum(rate(where(f.operations, { status: 'success' }), '1m'), 'replica_id'),
          },
          ...whereTimeGoes,
        ],
        causes: [
          'More load than before.',
          'Slow disks or network, so that fewer operations are committed.',
        ],
        remedies: ['Shed load or spread it.', 'If commits per second fell, follow VsrSlowPrepare.'],
        over: 'vsr_pending_requests is near 0.',
      },
      panel: { dashboard: 'vsr-replica', panel: 'Pending requests' },
      scenarios: {
        firing: {
          series: [series(f.pendingRequests, { replica_id: '0' }, '0 1500x40')],
          at: '8m',
          fires: [{ labels: { replica_id: '0' }, value: 1500 }],
        },
        quiet: {
          series: [series(f.pendingRequests, { replica_id: '0' }, '0x10 5000x4 20x40')],
          at: '8m',
        },
      },
    }),

  VsrErrorBudgetBurnsFast: (building: VsrBuilding) => burning(building).fast,
  VsrErrorBudgetBurnsSlowly: (building: VsrBuilding) => burning(building).slow,
  VsrErrorBudgetUnknown: (building: VsrBuilding) => burning(building).unknown,
};

function burning({ thresholds: t }: VsrBuilding) {
  const quiet = {
    series: [
      series(f.operations, { replica_id: '0', status: 'success' }, '0+1500x2000'),
      series(f.operations, { replica_id: '0', status: 'failure' }, '0x2000'),
    ],
    at: '8h',
  } as const;
  const nobodyCounts = {
    firing: {
      series: [],
      at: '18m',
      fires: [{ labels: {}, value: 1 }] as const,
    },
    quiet: { ...quiet, at: '18m' },
  } as const;
  const failing = (at: '8h' | '20h', share: number) => ({
    firing: {
      series: [
        series(
          f.operations,
          { replica_id: '0', status: 'success' },
          `0+${1500 * (1 - share)}x5000`,
        ),
        series(f.operations, { replica_id: '0', status: 'failure' }, `0+${1500 * share}x5000`),
      ],
      at,
      fires: [{ labels: {}, value: share }] as const,
    },
    quiet,
  });
  return burnRateAlerts(
    {
      of: 'operations that succeed',
      objective: t.objective,
      bad: failedPerSecond,
      all: operationsPerSecond,
      unknown: absent(f.operations),
      leastPerSecond: t.leastOperationsPerSecond,
    },
    {
      panel: { dashboard: 'vsr-overview', panel: 'Error budget' },
      runbook: {
        meaning: 'So many operations fail that the promise of 30 days will be broken.',
        impact: 'Clients see failures; the budget for maintenance and releases is used up.',
        usersNotice: 'They do already.',
        look: [
          {
            what: 'Share of failures in an hour',
            query: dividedBy(failedPerSecond('1h'), operationsPerSecond('1h')),
          },
          {
            what: 'Failures by replica',
            query: sum(rate(where(f.operations, { status: 'failure' }), '5m'), 'replica_id'),
          },
          { what: 'View changes', query: sum(rate(f.viewChanges, '1h'), 'reason') },
        ],
        causes: [
          'Whatever else fires: this alert says how bad it is for users.',
          'Load that is rejected now and then.',
          'Elections that come again and again.',
        ],
        remedies: [
          'Follow the runbooks of the other alerts that fire.',
          'Roll back what was changed when failures began.',
          'Put off maintenance until the budget has recovered.',
        ],
        over: 'The share of failures in the short window is below what the objective allows.',
      },
      scenarios: { fast: failing('8h', 0.02), slow: failing('20h', 0.004), unknown: nobodyCounts },
    },
  );
}
