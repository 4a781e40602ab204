// Alerts and recordings of a KotobaDB server, as its monitoring crate has them:
//
//   import { kotobaAlerts } from 'vsr-metrics/alerts/kotoba';

import { kotoba } from '../../catalogues/kotoba.js';
import { alert } from '../alert.js';
import { above, atLeast, equals } from '../conditions.js';
import { type Building, defineAlerts, type Thresholds } from '../define.js';
import { buckets, series } from '../scenarios.js';
import { increase, latest, max, minus, quantile, rate, slope, where } from '../vectors.js';
import { looks } from './looks.js';

const { families: f } = kotoba;

const thresholds = {
  cpuPercent: {
    is: 80,
    unit: 'percent',
    least: 1,
    most: 100,
    why: 'The crate says 80 %: above it queries begin to wait for a processor.',
  },
  diskPercent: {
    is: 85,
    unit: 'percent',
    least: 1,
    most: 100,
    why: 'Compactions need room of their own: with 15 % left there is time to make some.',
  },
  querySeconds: {
    is: 0.1,
    unit: 'seconds',
    least: 0.001,
    most: 60,
    why: 'The samples of the crate have P99 at 100 ms.',
  },
  leaderChanges: {
    is: 4,
    unit: 'changes in 15 minutes',
    least: 1,
    most: 1000,
    why: 'A rolling restart of three nodes changes the leader at most three times.',
  },
} as const satisfies Thresholds;

type KotobaBuilding = Building<typeof thresholds>;

/** The alerts of kotoba-monitoring. */
export const kotobaAlerts = defineAlerts({
  system: 'kotoba',
  title: 'KotobaDB',
  job: 'kotoba.*',
  groups: {
    critical: { name: 'kotoba_critical', interval: '30s' },
    warning: { name: 'kotoba_warnings', interval: '1m' },
    info: { name: 'kotoba_info', interval: '1m' },
  },
  thresholds,
  alerts: {
    KotobaDatabaseDown: () =>
      alert({
        when: equals(latest(where(f.healthCheckStatus, { check_name: 'database' })), 0),
        severity: 'critical',
        for: '1m',
        labels: { service: 'database' },
        summary: 'The database does not work',
        description: 'Database health check is failing.',
        why: '0 is a check that fails, 0.5 one that is degraded, -1 one that has not run. Two evaluations of 30 s keep one slow answer from waking somebody.',
        runbook: {
          meaning: 'The health check named database fails.',
          impact: 'Queries fail.',
          usersNotice: 'Now.',
          look: [
            { what: 'All checks', query: latest(f.healthCheckStatus) },
            { what: 'Queries per second', query: rate(f.dbQueries, '5m') },
            { what: 'Connections', query: latest(f.dbConnectionsActive) },
            looks.health,
            looks.disk,
          ],
          causes: [
            'The process of the database is down.',
            'Its disk is full.',
            'No connection is free.',
          ],
          remedies: [
            'Read what the check says under /health.',
            'Make room on the disk, or restart the database.',
          ],
          over: 'health_check_status{check_name="database"} is 1.',
        },
        panel: { dashboard: 'kotoba-health', panel: 'Health checks' },
        original: {
          name: 'Database Down',
          expression: 'health_check_status{check_name="database"} == 0',
        },
        scenarios: {
          firing: {
            series: [series(f.healthCheckStatus, { check_name: 'database' }, '1x8 0x20')],
            at: '5m',
            fires: [{ labels: { check_name: 'database' }, value: 0 }],
          },
          quiet: {
            series: [
              series(f.healthCheckStatus, { check_name: 'database' }, '0.5x28'),
              series(f.healthCheckStatus, { check_name: 'network' }, '0x28'),
            ],
            at: '5m',
          },
        },
      }),

    KotobaHighCpuUsage: ({ thresholds: t }: KotobaBuilding) =>
      alert({
        when: above(latest(f.systemCpuUsage), t.cpuPercent),
        severity: 'warning',
        for: '5m',
        labels: { team: 'infrastructure' },
        summary: 'The processors are busy',
        description: ({ value }) => `CPU usage is at ${value.whole} %.`,
        why: 'The crate says 80 %; five minutes are more than a query or a compaction.',
        runbook: {
          meaning: 'The machine has little time left.',
          impact: 'Queries wait for a processor.',
          usersNotice: 'As latency, when it stays.',
          look: [
            { what: 'CPU', query: latest(f.systemCpuUsage) },
            { what: 'Queries per second', query: rate(f.dbQueries, '5m') },
            { what: 'P99 of queries', query: quantile(0.99, f.dbQueryLatency, '5m') },
            looks.processor,
          ],
          causes: ['More queries.', 'An expensive query.', 'Something else on the machine.'],
          remedies: ['Find who computes.', 'Move or limit it; else plan for a larger machine.'],
          over: 'It is below 80 %.',
        },
        panel: { dashboard: 'kotoba-system', panel: 'CPU' },
        original: {
          name: 'High CPU Usage',
          expression: 'system_cpu_usage_percent > 80',
          problem:
            'the crate has the threshold twice, in the query and beside it; it has no duration.',
        },
        scenarios: {
          firing: {
            series: [series(f.systemCpuUsage, {}, '95x60')],
            at: '10m',
            fires: [{ labels: {}, value: 95 }],
          },
          quiet: { series: [series(f.systemCpuUsage, {}, '95x10 40x50')], at: '10m' },
        },
      }),

    KotobaDiskFilling: ({ thresholds: t }: KotobaBuilding) =>
      alert({
        when: above(latest(f.systemDiskUsagePercent), t.diskPercent),
        severity: 'warning',
        for: '10m',
        summary: 'The disk is filling up',
        description: ({ value }) => `The disk is ${value.whole} % full.`,
        why: 'With 15 % left there is time to make room, and compactions still find theirs.',
        runbook: {
          meaning: 'The disk has little room left.',
          impact: 'When it is full the database stops writing.',
          usersNotice: 'When it is full.',
          look: [
            { what: 'How full it is', query: latest(f.systemDiskUsagePercent) },
            {
              what: 'How fast it fills, in bytes per second',
              query: slope(f.systemDiskUsageBytes, '1h'),
            },
            { what: 'What the database has', query: latest(f.dbStorageUsed) },
            looks.disk,
          ],
          causes: ['Data grows.', 'Logs or snapshots are not removed.'],
          remedies: ['Remove what is not needed.', 'Make the disk larger.'],
          over: 'It is below 85 %.',
        },
        panel: { dashboard: 'kotoba-storage', panel: 'Disk usage' },
        scenarios: {
          firing: {
            series: [series(f.systemDiskUsagePercent, {}, '91x80')],
            at: '15m',
            fires: [{ labels: {}, value: 91 }],
          },
          quiet: { series: [series(f.systemDiskUsagePercent, {}, '70x80')], at: '15m' },
        },
      }),

    KotobaSlowQueries: ({ thresholds: t, form }: KotobaBuilding) =>
      alert({
        when: above(quantile(0.99, f.dbQueryLatency, '5m', { form }), t.querySeconds),
        severity: 'warning',
        for: '10m',
        summary: 'Queries are slow',
        description: ({ value }) => `P99 of query latency is ${value.decimals} s.`,
        why: 'The samples of the crate have P99 at 100 ms.',
        runbook: {
          meaning: 'One query in a hundred takes longer than it should.',
          impact: 'Users wait.',
          usersNotice: 'Now.',
          look: [
            { what: 'P50', query: quantile(0.5, f.dbQueryLatency, '5m') },
            { what: 'P99', query: quantile(0.99, f.dbQueryLatency, '5m') },
            { what: 'CPU', query: latest(f.systemCpuUsage) },
            looks.processor,
          ],
          causes: ['An expensive query.', 'A busy processor or disk.'],
          remedies: ['Find the query.', 'Follow KotobaHighCpuUsage if it fires.'],
          over: 'P99 is below 100 ms.',
        },
        panel: { dashboard: 'kotoba-database', panel: 'Query latency' },
        scenarios: {
          firing: {
            series: buckets(
              f.dbQueryLatency,
              {},
              { 0.1: '0+80x100', 0.25: '0+100x100', '+Inf': '0+100x100' },
            ),
            at: '18m',
            fires: [{ labels: {}, value: 0.2425 }],
          },
          quiet: {
            series: buckets(f.dbQueryLatency, {}, { 0.05: '0+100x100', '+Inf': '0+100x100' }),
            at: '18m',
          },
        },
      }),

    KotobaNodesMissing: () =>
      alert({
        when: above(minus(max(latest(f.clusterNodes)), max(latest(f.clusterNodesActive))), 0),
        severity: 'warning',
        for: '5m',
        summary: 'Nodes of the cluster are not active',
        description: ({ value }) => `${value.whole} nodes are not active.`,
        why: 'A restart is over within five minutes.',
        runbook: {
          meaning: 'The cluster has more nodes than are active.',
          impact: 'Fewer to spare.',
          usersNotice: 'Not, as long as a majority is active.',
          look: [
            { what: 'Active nodes', query: latest(f.clusterNodesActive) },
            { what: 'All nodes', query: latest(f.clusterNodes) },
            looks.top,
          ],
          causes: ['A node is down or cut off.'],
          remedies: ['Start it.'],
          over: 'All nodes are active.',
        },
        panel: { dashboard: 'kotoba-health', panel: 'Nodes' },
        scenarios: {
          firing: {
            series: [series(f.clusterNodes, {}, '3x60'), series(f.clusterNodesActive, {}, '2x60')],
            at: '10m',
            fires: [{ labels: {}, value: 1 }],
          },
          quiet: {
            series: [series(f.clusterNodes, {}, '3x60'), series(f.clusterNodesActive, {}, '3x60')],
            at: '10m',
          },
        },
      }),

    KotobaLeaderChanges: ({ thresholds: t }: KotobaBuilding) =>
      alert({
        when: atLeast(max(increase(f.clusterLeaderChanges, '15m')), t.leaderChanges),
        severity: 'warning',
        for: '5m',
        summary: 'The leader changes often',
        description: ({ value }) => `It changed ${value.whole} times in 15 minutes.`,
        why: 'A rolling restart of three nodes changes it three times at most.',
        runbook: {
          meaning: 'Leaders are given up again and again.',
          impact: 'Every change pauses writes.',
          usersNotice: 'As single slow requests.',
          look: [{ what: 'Changes', query: increase(f.clusterLeaderChanges, '15m') }, looks.top],
          causes: ['A leader that pauses.', 'A network that loses messages.'],
          remedies: ['Look at the machine of the leader.'],
          over: 'The leader has stayed for 15 minutes.',
        },
        panel: { dashboard: 'kotoba-health', panel: 'Nodes' },
        scenarios: {
          firing: {
            series: [series(f.clusterLeaderChanges, {}, '0+1x200')],
            at: '25m',
            fires: [{ labels: {}, value: 60 }],
          },
          quiet: { series: [series(f.clusterLeaderChanges, {}, '0x60 1x140')], at: '25m' },
        },
      }),
  },
  recordings: ({ form }) => ({
    'kotoba:db_queries:rate_second': { help: 'Queries per second.', of: rate(f.dbQueries, '1m') },
    'kotoba:db_query_latency_seconds:p95': {
      help: 'P95 of query latency.',
      of: quantile(0.95, f.dbQueryLatency, '5m', { form }),
    },
    'kotoba:db_query_latency_seconds:p99': {
      help: 'P99 of query latency.',
      of: quantile(0.99, f.dbQueryLatency, '5m', { form }),
    },
  }),
});
