// Alerts and recordings of a Kimberlite cluster, as its operating guide has them:
//
//   import { kimberliteAlerts } from 'vsr-metrics/alerts/kimberlite';

import { kimberlite } from '../../catalogues/kimberlite.js';
import { alert } from '../alert.js';
import { above, absent, both, either, equals } from '../conditions.js';
import { type Building, defineAlerts, groupsOf, type Thresholds } from '../define.js';
import { buckets, series, target } from '../scenarios.js';
import { increase, latest, max, quantile, rate, slope, sum, up, where } from '../vectors.js';
import { looks } from './looks.js';

const { families: f } = kimberlite;

const thresholds = {
  errorsPerSecond: {
    is: 10,
    unit: 'errors per second',
    least: 0.001,
    most: 1e6,
    why: 'The guide says 10 per second, of the whole cluster.',
  },
  projectionLag: {
    is: 1000,
    unit: 'entries',
    least: 1,
    most: 1e9,
    why: 'The guide says 1000: queries then show a state that is visibly old.',
  },
  projectionLagTarget: {
    is: 100,
    unit: 'entries',
    least: 1,
    most: 1e9,
    why: 'The guide wants fewer than 100 in steady state.',
  },
  viewChangesInTenMinutes: {
    is: 1,
    unit: 'view changes in 10 minutes',
    least: 0,
    most: 1000,
    why: 'The guide says more than one in ten minutes.',
  },
  viewChangesPerSecond: {
    is: 0.01,
    unit: 'view changes per second',
    least: 0.0001,
    most: 10,
    why: 'The guide wants fewer than 0.01 per second over an hour, which are 36.',
  },
  writeSeconds: {
    is: 0.1,
    unit: 'seconds',
    least: 0.001,
    most: 60,
    why: 'The guide promises writers 100 ms.',
  },
} as const satisfies Thresholds;

type KimberliteBuilding = Building<typeof thresholds>;

const writes = [
  {
    what: 'P99 of writes by node',
    query: quantile(0.99, f.writeDuration, '5m', { by: ['node_id'] }),
  },
  { what: 'Writes per second', query: sum(rate(f.logEntries, '1m'), 'node_id') },
  { what: 'Requests under way', query: latest(f.requestsInFlight) },
] as const;

/** The alerts of the Kimberlite operating guide. */
export const kimberliteAlerts = defineAlerts({
  system: 'kimberlite',
  title: 'Kimberlite',
  job: 'kimberlite.*',
  groups: groupsOf('kimberlite'),
  thresholds,
  alerts: {
    KimberliteClusterNoQuorum: () =>
      alert({
        when: either(equals(max(latest(f.consensusLeader)), 0), absent(f.consensusLeader)),
        severity: 'critical',
        priority: 'P0',
        for: '30s',
        summary: 'The cluster has no leader',
        description: 'No node knows a leader, or no node is seen at all.',
        why: 'Node ids begin at 1, so that 0 means no leader. An election takes seconds, not half a minute.',
        runbook: {
          meaning: 'All nodes say that they know no leader, or none says anything.',
          impact: 'Writes stop. What was acknowledged is safe.',
          usersNotice: 'At once.',
          look: [
            { what: 'Whom each node follows', query: latest(f.consensusLeader) },
            { what: 'Which view each is in', query: latest(f.consensusView) },
            { what: 'Who can be scraped', query: up('kimberlite.*') },
            looks.top,
          ],
          causes: [
            'The cluster lost its quorum: more than half of the nodes are down or cut off.',
            'An election does not complete.',
            'Prometheus no longer scrapes any node.',
          ],
          remedies: [
            'Start the nodes that are down.',
            'Restore the network between nodes.',
            'Whether a quorum is there is a question of its own: VsrInsufficientMembers answers it.',
          ],
          over: 'kmb_consensus_leader is the same number above 0 on all nodes.',
        },
        panel: { dashboard: 'kimberlite', panel: 'Leader' },
        original: {
          name: 'ClusterNoQuorum',
          expression: 'sum(kmb_consensus_leader) == 0',
          problem:
            'it adds up ids, and is silent when all nodes are gone; having a leader and having a quorum are two questions.',
        },
        scenarios: {
          firing: {
            series: [
              series(f.consensusLeader, { node_id: '1' }, '2x4 0x20'),
              series(f.consensusLeader, { node_id: '2' }, '2x4 0x20'),
            ],
            at: '3m',
            fires: [{ labels: {}, value: 0 }],
          },
          quiet: {
            series: [
              series(f.consensusLeader, { node_id: '1' }, '2x20'),
              series(f.consensusLeader, { node_id: '2' }, '0x20'),
            ],
            at: '3m',
          },
        },
      }),

    KimberliteHighErrorRate: ({ thresholds: t }: KimberliteBuilding) =>
      alert({
        when: above(sum(rate(where(f.requests, { status: 'error' }), '5m')), t.errorsPerSecond),
        severity: 'critical',
        for: '5m',
        summary: 'Many requests fail',
        description: ({ value }) => `${value.decimals} requests per second fail.`,
        why: 'The guide says 10 per second; single refusals are usual.',
        runbook: {
          meaning: 'Requests are answered with errors, or not at all.',
          impact: 'Those requests fail.',
          usersNotice: 'Now.',
          look: [
            {
              what: 'Errors by method',
              query: sum(rate(where(f.requests, { status: 'error' }), '5m'), 'method'),
            },
            {
              what: 'Errors by node',
              query: sum(rate(where(f.requests, { status: 'error' }), '5m'), 'node_id'),
            },
            ...writes,
          ],
          causes: [
            'No leader: KimberliteClusterNoQuorum fires too.',
            'More load than the cluster takes.',
            'A client that sends requests which are refused.',
          ],
          remedies: [
            'If one method fails, look at what changed in its clients.',
            'If all do, follow the alerts on the consensus.',
          ],
          over: 'The rate of errors is back where it was.',
        },
        panel: { dashboard: 'kimberlite', panel: 'Error rates' },
        original: {
          name: 'HighErrorRate',
          expression: 'rate(kmb_requests_total{status="error"}[5m]) > 10',
          problem:
            'it asks each series alone, one for each node and method; Kalki has an alert of the same name.',
        },
        scenarios: {
          firing: {
            series: [
              series(f.requests, { node_id: '1', method: 'write', status: 'error' }, '0+90x60'),
              series(f.requests, { node_id: '2', method: 'query', status: 'error' }, '0+90x60'),
            ],
            at: '11m',
            fires: [{ labels: {}, value: 12 }],
          },
          quiet: {
            series: [
              series(f.requests, { node_id: '1', method: 'write', status: 'error' }, '0+15x60'),
              series(f.requests, { node_id: '1', method: 'write', status: 'success' }, '0+9000x60'),
            ],
            at: '11m',
          },
        },
      }),

    KimberliteProjectionLagHigh: ({ thresholds: t }: KimberliteBuilding) =>
      alert({
        when: above(latest(f.projectionLag), t.projectionLag),
        severity: 'critical',
        for: '5m',
        summary: ({ labels }) => `The projection of node ${labels.node_id} is behind`,
        description: ({ labels, value }) =>
          `Node ${labels.node_id} has ${value.whole} entries to apply.`,
        why: 'The guide says 1000 for five minutes: a burst is applied faster.',
        runbook: {
          meaning: 'The node has log entries that its queries do not show yet.',
          impact: 'Queries on this node show an old state.',
          usersNotice: 'As soon as they read what they wrote.',
          look: [
            { what: 'Lag of all nodes', query: latest(f.projectionLag) },
            { what: 'Whether it grows', query: slope(f.projectionLag, '10m') },
            {
              what: 'P99 of queries',
              query: quantile(0.99, f.queryDuration, '5m', { by: ['node_id'] }),
            },
            looks.processor,
          ],
          causes: [
            'The processor has no time.',
            'Slow queries hold the projection up.',
            'A burst of writes.',
          ],
          remedies: [
            'Stop the slow queries.',
            'Send queries to other nodes.',
            'If it grows, shed writes.',
          ],
          over: 'kmb_projection_lag is near 0.',
        },
        panel: { dashboard: 'kimberlite', panel: 'Projection lag' },
        original: { name: 'ProjectionLagHigh', expression: 'kmb_projection_lag > 1000' },
        scenarios: {
          firing: {
            series: [series(f.projectionLag, { node_id: '1' }, '2500x60')],
            at: '8m',
            fires: [{ labels: { node_id: '1' }, value: 2500 }],
          },
          quiet: { series: [series(f.projectionLag, { node_id: '1' }, '2500x16 40x60')], at: '8m' },
        },
      }),

    KimberliteProjectionLagGrowing: ({ thresholds: t }: KimberliteBuilding) =>
      alert({
        when: both(
          above(latest(f.projectionLag), t.projectionLagTarget),
          above(slope(f.projectionLag, '10m'), 0),
        ),
        severity: 'warning',
        for: '10m',
        summary: ({ labels }) => `The projection of node ${labels.node_id} falls behind`,
        description: ({ value }) => `${value.whole} entries wait, and there are more all the time.`,
        why: 'Above the 100 that the guide wants, and growing for ten minutes: it will not become less by itself.',
        runbook: {
          meaning: 'Entries are written faster than they are applied.',
          impact: 'None yet; KimberliteProjectionLagHigh will follow.',
          usersNotice: 'When it has reached a few thousand.',
          look: [
            { what: 'How fast it grows', query: slope(f.projectionLag, '10m') },
            { what: 'Writes per second', query: sum(rate(f.logEntries, '1m'), 'node_id') },
            looks.processor,
          ],
          causes: ['More writes than one node applies.', 'Slow queries.'],
          remedies: ['Compare writes per second with the day before.', 'Look for slow queries.'],
          over: 'It falls.',
        },
        panel: { dashboard: 'kimberlite', panel: 'Projection lag' },
        scenarios: {
          firing: {
            series: [series(f.projectionLag, { node_id: '1' }, '10+5x100')],
            at: '20m',
            fires: [{ labels: { node_id: '1' }, value: 410 }],
          },
          quiet: { series: [series(f.projectionLag, { node_id: '1' }, '900-5x100')], at: '20m' },
        },
      }),

    KimberliteProjectionLagAboveTarget: ({ thresholds: t }: KimberliteBuilding) =>
      alert({
        when: above(latest(f.projectionLag), t.projectionLagTarget),
        severity: 'info',
        for: '15m',
        summary: ({ labels }) => `The projection of node ${labels.node_id} is above its target`,
        description: ({ value }) => `${value.whole} entries wait.`,
        why: 'The guide wants fewer than 100 in steady state; a quarter of an hour is steady.',
        runbook: {
          meaning: 'Queries are a little behind, for some time already.',
          impact: 'Hardly any.',
          usersNotice: 'Probably not.',
          look: [
            { what: 'Lag', query: latest(f.projectionLag) },
            { what: 'Whether it grows', query: slope(f.projectionLag, '10m') },
          ],
          causes: ['A node that is nearly busy.'],
          remedies: ['Plan for more capacity when it comes every day.'],
          over: 'kmb_projection_lag is below 100.',
        },
        panel: { dashboard: 'kimberlite', panel: 'Projection lag' },
        scenarios: {
          firing: {
            series: [series(f.projectionLag, { node_id: '1' }, '150x100')],
            at: '17m',
            fires: [{ labels: { node_id: '1' }, value: 150 }],
          },
          quiet: { series: [series(f.projectionLag, { node_id: '1' }, '80x100')], at: '17m' },
        },
      }),

    KimberliteFrequentViewChanges: ({ thresholds: t }: KimberliteBuilding) =>
      alert({
        when: above(max(increase(f.consensusViewChanges, '10m')), t.viewChangesInTenMinutes),
        severity: 'warning',
        for: '15m',
        summary: 'Views change often',
        description: ({ value }) => `A node counted ${value.decimals} view changes in ten minutes.`,
        why: 'More than one in ten minutes, for a quarter of an hour: a restart of single nodes is over by then.',
        runbook: {
          meaning: 'Leaders are given up again and again.',
          impact: 'Every change pauses writes.',
          usersNotice: 'As single slow writes.',
          look: [
            { what: 'View changes by node', query: increase(f.consensusViewChanges, '10m') },
            { what: 'Views', query: latest(f.consensusView) },
            { what: 'Leaders', query: latest(f.consensusLeader) },
            looks.top,
          ],
          causes: [
            'A network partition that comes and goes.',
            'A node that crashes again and again.',
            'A leader that pauses.',
          ],
          remedies: ['Find the node that all give up and look at its machine.'],
          over: 'kmb_consensus_view stays.',
        },
        panel: { dashboard: 'kimberlite', panel: 'View changes' },
        original: {
          name: 'FrequentViewChanges',
          expression: 'rate(kmb_consensus_view_changes_total[15m]) > 0.1',
          problem: '0.1 per second are 60 in ten minutes, and the text says one.',
        },
        scenarios: {
          firing: {
            series: [series(f.consensusViewChanges, { node_id: '1' }, '0+1x200')],
            at: '30m',
            fires: [{ labels: {}, value: 40 }],
          },
          quiet: {
            series: [series(f.consensusViewChanges, { node_id: '1' }, '0x100 1x100')],
            at: '30m',
          },
        },
      }),

    KimberliteViewChangesAboveTarget: ({ thresholds: t }: KimberliteBuilding) =>
      alert({
        when: above(max(rate(f.consensusViewChanges, '1h')), t.viewChangesPerSecond),
        severity: 'info',
        for: '15m',
        summary: 'More view changes in an hour than the guide wants',
        description: ({ value }) => `${value.decimals} view changes per second over an hour.`,
        why: 'The guide wants less than 0.01 per second over an hour.',
        runbook: {
          meaning: 'Over an hour there were more than 36 view changes.',
          impact: 'Writes pause now and then.',
          usersNotice: 'Perhaps.',
          look: [{ what: 'View changes', query: increase(f.consensusViewChanges, '1h') }],
          causes: ['Network problems or crashes of nodes.'],
          remedies: ['As for KimberliteFrequentViewChanges.'],
          over: 'The rate over an hour is below 0.01.',
        },
        panel: { dashboard: 'kimberlite', panel: 'View changes' },
        scenarios: {
          firing: {
            series: [series(f.consensusViewChanges, { node_id: '1' }, '0+3x400')],
            at: '90m',
            fires: [{ labels: {}, value: 0.2 }],
          },
          quiet: {
            series: [series(f.consensusViewChanges, { node_id: '1' }, '0x200 5x200')],
            at: '90m',
          },
        },
      }),

    KimberliteHighWriteLatency: ({ thresholds: t, form }: KimberliteBuilding) =>
      alert({
        when: above(quantile(0.99, f.writeDuration, '5m', { form }), t.writeSeconds),
        severity: 'warning',
        for: '10m',
        summary: 'Writes are slow',
        description: ({ value }) => `P99 of write latency is ${value.decimals} s.`,
        why: 'The guide promises 100 ms; ten minutes are no burst.',
        runbook: {
          meaning: 'One write in a hundred takes longer than promised, over the whole cluster.',
          impact: 'Writers wait.',
          usersNotice: 'Now.',
          look: [...writes, looks.disk, looks.kernel],
          causes: ['Disk I/O.', 'Network latency between nodes.'],
          remedies: [
            'Find the node whose disk is slow.',
            'Look at VsrSlowPrepare and VsrSlowRoundTrips.',
          ],
          over: 'P99 is below 100 ms.',
        },
        panel: { dashboard: 'kimberlite', panel: 'Latency' },
        original: {
          name: 'HighWriteLatency',
          expression: 'histogram_quantile(0.99, rate(kmb_write_duration_seconds_bucket[5m])) > 0.1',
          problem:
            'a percentile of each node says nothing of the cluster: buckets are added up first.',
        },
        scenarios: {
          firing: {
            series: [
              ...buckets(
                f.writeDuration,
                { node_id: '1' },
                { 0.1: '0+80x80', 0.25: '0+100x80', '+Inf': '0+100x80' },
              ),
            ],
            at: '16m',
            fires: [{ labels: {}, value: 0.2425 }],
          },
          quiet: {
            series: buckets(
              f.writeDuration,
              { node_id: '1' },
              { 0.05: '0+100x80', 0.1: '0+100x80', '+Inf': '0+100x80' },
            ),
            at: '16m',
          },
        },
      }),

    KimberliteNodeDown: ({ job }: KimberliteBuilding) =>
      alert({
        when: equals(up(job), 0),
        severity: 'warning',
        for: '2m',
        summary: ({ labels }) => `${labels.instance} cannot be scraped`,
        description: ({ labels }) =>
          `Prometheus gets no answer from ${labels.instance} of job ${labels.job}.`,
        why: 'One scrape may fail; eight in a row do not.',
        runbook: {
          meaning: 'A node does not answer its scrapes.',
          impact: 'If it is down, the cluster has one less to spare.',
          usersNotice: 'Not, as long as a quorum is there.',
          look: [
            { what: 'Who cannot be scraped', query: equals(up('kimberlite.*'), 0) },
            looks.health,
            looks.scraped,
          ],
          causes: ['The process is down or hangs.', 'The network to it is cut.'],
          remedies: ['Start the process.'],
          over: 'up is 1.',
        },
        panel: { dashboard: 'kimberlite', panel: 'Leader' },
        scenarios: {
          firing: {
            series: [target('kimberlite', 'kimberlite-node1:9090', '0x20')],
            at: '4m',
            fires: [{ labels: { job: 'kimberlite', instance: 'kimberlite-node1:9090' }, value: 0 }],
          },
          quiet: { series: [target('kimberlite', 'kimberlite-node1:9090', '1x20')], at: '4m' },
        },
      }),
  },
  recordings: ({ form }) => ({
    'kimberlite:log_entries:rate_second': {
      help: 'Log entries written per second, by node.',
      of: sum(rate(f.logEntries, '1m'), 'node_id'),
    },
    'kimberlite:log_bytes:rate_second': {
      help: 'Log bytes written per second, by node.',
      of: sum(rate(f.logBytes, '1m'), 'node_id'),
    },
    'kimberlite:write_duration_seconds:p95': {
      help: 'P95 of write latency, of the cluster.',
      of: quantile(0.95, f.writeDuration, '5m', { form }),
    },
    'kimberlite:write_duration_seconds:p99': {
      help: 'P99 of write latency, of the cluster.',
      of: quantile(0.99, f.writeDuration, '5m', { form }),
    },
    'kimberlite:query_duration_seconds:p99': {
      help: 'P99 of query latency, of the cluster.',
      of: quantile(0.99, f.queryDuration, '5m', { form }),
    },
  }),
});
