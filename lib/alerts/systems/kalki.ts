// Alerts and recordings of a Kalki service, as its observability guide has them:
//
//   import { kalkiAlerts } from 'vsr-metrics/alerts/kalki';

import { kalki } from '../../catalogues/kalki.js';
import { alert } from '../alert.js';
import { above, equals, noTarget } from '../conditions.js';
import { type Building, defineAlerts, groupsOf, type Thresholds } from '../define.js';
import { buckets, series, target } from '../scenarios.js';
import { count, dividedBy, latest, predicted, quantile, rate, sum, up } from '../vectors.js';
import { looks } from './looks.js';

const { families: f } = kalki;

const thresholds = {
  errorsPerSecond: {
    is: 0.1,
    unit: 'errors per second',
    least: 0.001,
    most: 1e6,
    why: 'The guide says 0.1 per second: one in ten seconds.',
  },
  memoryShare: {
    is: 0.8,
    unit: 'of the limit',
    least: 0.01,
    most: 1,
    why: 'The guide says 80 %: the rest is what a burst needs.',
  },
  slowSeconds: {
    is: 30,
    unit: 'seconds',
    least: 0.05,
    most: 120,
    why: 'The guide says 30 s: clients have given up by then.',
  },
  targetSeconds: {
    is: 0.5,
    unit: 'seconds',
    least: 0.05,
    most: 120,
    why: 'The benchmarks of the guide want P95 below 500 ms.',
  },
} as const satisfies Thresholds;

type KalkiBuilding = Building<typeof thresholds>;

const memoryShare = dividedBy(latest(f.memoryUsage), latest(f.memoryLimit));

const queries = [
  { what: 'P50', query: quantile(0.5, f.requestDuration, '5m') },
  { what: 'P95', query: quantile(0.95, f.requestDuration, '5m') },
  { what: 'P99', query: quantile(0.99, f.requestDuration, '5m') },
  { what: 'Connections', query: latest(f.activeConnections) },
  { what: 'Errors of models', query: rate(f.llmErrors, '5m') },
] as const;

/** The alerts of the Kalki observability guide. */
export const kalkiAlerts = defineAlerts({
  system: 'kalki',
  title: 'Kalki',
  job: 'kalki.*',
  groups: groupsOf('kalki'),
  thresholds,
  alerts: {
    KalkiDown: ({ job }: KalkiBuilding) =>
      alert({
        when: equals(up(job), 0),
        severity: 'critical',
        for: '5m',
        summary: 'Kalki service is down',
        description: ({ labels }) =>
          `Kalki has been down for more than 5 minutes on ${labels.instance}.`,
        why: 'The guide says five minutes: a deployment takes less.',
        runbook: {
          meaning: 'An instance of the service does not answer its scrapes.',
          impact: 'If it is the only one, nobody is served.',
          usersNotice: 'At once.',
          look: [
            { what: 'Who does not answer', query: equals(up('kalki.*'), 0) },
            looks.health,
            looks.memory,
          ],
          causes: [
            'The process crashed or was killed.',
            'A deployment failed.',
            'The network is cut.',
          ],
          remedies: ['Start it; go back to the version before if it does not start.'],
          over: 'up is 1.',
        },
        panel: { dashboard: 'kalki-main', panel: 'Availability' },
        original: {
          name: 'KalkiDown',
          expression: 'up{job="kalki"} == 0',
          problem:
            'a service that Prometheus no longer knows has no up: KalkiAbsent asks for that.',
        },
        scenarios: {
          firing: {
            series: [target('kalki', 'kalki:9090', '1x4 0x60')],
            at: '8m',
            fires: [{ labels: { job: 'kalki', instance: 'kalki:9090' }, value: 0 }],
          },
          quiet: { series: [target('kalki', 'kalki:9090', '0x10 1x60')], at: '8m' },
        },
      }),

    KalkiAbsent: ({ job }: KalkiBuilding) =>
      alert({
        when: noTarget(job),
        severity: 'critical',
        for: '5m',
        summary: 'Prometheus knows no Kalki service',
        description: 'No target of Kalki is known, so that no other alert of it can fire.',
        why: 'Discovery takes a minute after a restart of Prometheus.',
        runbook: {
          meaning: 'There is no target whose job is that of Kalki.',
          impact: 'Nobody watches; maybe nothing runs.',
          usersNotice: 'If nothing runs: at once.',
          look: [
            { what: 'Targets', query: count(up('kalki.*'), 'job') },
            looks.health,
            looks.scraped,
          ],
          causes: ['The job was renamed.', 'The deployment was deleted or scaled to 0.'],
          remedies: ['Look whether it runs, then at scrape_configs.'],
          over: 'up has series of the job.',
        },
        panel: { dashboard: 'kalki-main', panel: 'Availability' },
        scenarios: {
          firing: { series: [], at: '8m', fires: [{ labels: {}, value: 1 }] },
          quiet: { series: [target('kalki', 'kalki:9090', '1x60')], at: '8m' },
        },
      }),

    KalkiHighErrorRate: ({ thresholds: t }: KalkiBuilding) =>
      alert({
        when: above(sum(rate(f.errors, '5m')), t.errorsPerSecond),
        severity: 'critical',
        for: '5m',
        summary: 'High error rate detected',
        description: ({ value }) => `Error rate is ${value.decimals} errors per second.`,
        why: 'The guide says 0.1 per second for five minutes.',
        runbook: {
          meaning: 'Requests or their parts fail.',
          impact: 'Those requests get errors or worse answers.',
          usersNotice: 'Now.',
          look: [
            { what: 'Errors by type', query: sum(rate(f.errors, '5m'), 'error_type') },
            { what: 'Errors of models', query: rate(f.llmErrors, '5m') },
            { what: 'Errors of the database', query: rate(f.dbErrors, '5m') },
            looks.health,
          ],
          causes: ['An external service fails.', 'The database fails.', 'A release with a defect.'],
          remedies: [
            'The type of the errors says where to look.',
            'Go back to the version before if it began with a release.',
          ],
          over: 'The rate of errors is below 0.1 per second.',
        },
        panel: { dashboard: 'kalki-main', panel: 'Error rates' },
        original: {
          name: 'HighErrorRate',
          expression: 'rate(kalki_errors_total[5m]) > 0.1',
          problem: 'it asks each type of error alone; Kimberlite has an alert of the same name.',
        },
        scenarios: {
          firing: {
            series: [
              series(f.errors, { error_type: 'timeout' }, '0+1.2x80'),
              series(f.errors, { error_type: 'database' }, '0+1.2x80'),
            ],
            at: '12m',
            fires: [{ labels: {}, value: 0.16 }],
          },
          quiet: { series: [series(f.errors, { error_type: 'timeout' }, '0+1x80')], at: '12m' },
        },
      }),

    KalkiHighMemoryUsage: ({ thresholds: t }: KalkiBuilding) =>
      alert({
        when: above(memoryShare, t.memoryShare),
        severity: 'warning',
        for: '10m',
        summary: 'High memory usage',
        description: ({ value }) => `Memory usage is at ${value.percentage} of its limit.`,
        why: 'The guide says 80 % for ten minutes.',
        runbook: {
          meaning: 'The service has little memory left.',
          impact: 'It will be killed when it has none.',
          usersNotice: 'When it is killed.',
          look: [
            { what: 'Share of the limit', query: memoryShare },
            { what: 'In four hours, in bytes', query: predicted(f.memoryUsage, '1h', '4h') },
            { what: 'Sessions', query: latest(f.sessionsActive) },
            looks.memory,
          ],
          causes: ['More sessions or larger documents.', 'A leak.'],
          remedies: [
            'Restart instances one after the other.',
            'Raise the limit, when there are more users.',
          ],
          over: 'It is below 80 %.',
        },
        panel: { dashboard: 'kalki-main', panel: 'Memory' },
        original: {
          name: 'HighMemoryUsage',
          expression: 'kalki_memory_usage_bytes / kalki_memory_limit_bytes > 0.8',
          problem: 'the guide declares no kalki_memory_limit_bytes; the catalogue has it now.',
        },
        scenarios: {
          firing: {
            series: [series(f.memoryUsage, {}, '900x80'), series(f.memoryLimit, {}, '1000x80')],
            at: '15m',
            fires: [{ labels: {}, value: 0.9 }],
          },
          quiet: {
            series: [series(f.memoryUsage, {}, '500x80'), series(f.memoryLimit, {}, '1000x80')],
            at: '15m',
          },
        },
      }),

    KalkiSlowQueries: ({ thresholds: t, form }: KalkiBuilding) =>
      alert({
        when: above(quantile(0.95, f.requestDuration, '5m', { form }), t.slowSeconds),
        severity: 'warning',
        for: '5m',
        summary: 'Slow query performance',
        description: ({ value }) => `95th percentile query time is ${value.decimals} s.`,
        why: 'The guide says 30 s for five minutes.',
        runbook: {
          meaning: 'One query in twenty takes longer than half a minute.',
          impact: 'Clients give up.',
          usersNotice: 'Now.',
          look: [...queries, looks.processor],
          causes: ['A model that answers slowly.', 'The database.', 'Too many users at once.'],
          remedies: ['Look which part is slow, and use a faster model or shed load.'],
          over: 'P95 is back where it was.',
        },
        panel: { dashboard: 'kalki-main', panel: 'Response times' },
        original: {
          name: 'SlowQueries',
          expression:
            'histogram_quantile(0.95, rate(kalki_request_duration_seconds_bucket[5m])) > 30',
          problem:
            'usual buckets end at 10 s, so that it could not fire; those of the catalogue go up to 120 s.',
        },
        scenarios: {
          firing: {
            series: buckets(
              f.requestDuration,
              {},
              { 30: '0+90x80', 60: '0+100x80', '+Inf': '0+100x80' },
            ),
            at: '12m',
            fires: [{ labels: {}, value: 45 }],
          },
          quiet: {
            series: buckets(
              f.requestDuration,
              {},
              { 10: '0+100x80', 30: '0+100x80', '+Inf': '0+100x80' },
            ),
            at: '12m',
          },
        },
      }),

    KalkiQueriesAboveTarget: ({ thresholds: t, form }: KalkiBuilding) =>
      alert({
        when: above(quantile(0.95, f.requestDuration, '5m', { form }), t.targetSeconds),
        severity: 'warning',
        for: '15m',
        summary: 'Queries are slower than their target',
        description: ({ value }) => `95th percentile query time is ${value.decimals} s.`,
        why: 'The benchmarks of the guide want P95 below 500 ms; KalkiSlowQueries asks for 60 times as much.',
        runbook: {
          meaning: 'Queries take longer than what the benchmarks promise.',
          impact: 'Users wait.',
          usersNotice: 'They may.',
          look: [...queries, looks.processor],
          causes: ['More users than planned.', 'A slow dependency.'],
          remedies: ['Compare with the day before; scale out when there are more users.'],
          over: 'P95 is below 500 ms.',
        },
        panel: { dashboard: 'kalki-main', panel: 'Response times' },
        scenarios: {
          firing: {
            series: buckets(
              f.requestDuration,
              {},
              { 0.5: '0+90x120', 1: '0+100x120', '+Inf': '0+100x120' },
            ),
            at: '22m',
            fires: [{ labels: {}, value: 0.75 }],
          },
          quiet: {
            series: buckets(f.requestDuration, {}, { 0.25: '0+100x120', '+Inf': '0+100x120' }),
            at: '22m',
          },
        },
      }),
  },
  recordings: ({ form }) => ({
    'kalki:requests:rate_second': {
      help: 'Requests per second.',
      of: sum(rate(f.kalkiRequests, '5m')),
    },
    'kalki:documents_ingested:rate_second': {
      help: 'Documents ingested per second.',
      of: sum(rate(f.documentsIngested, '5m')),
    },
    'kalki:request_duration_seconds:p50': {
      help: 'P50 of request duration.',
      of: quantile(0.5, f.requestDuration, '5m', { form }),
    },
    'kalki:request_duration_seconds:p95': {
      help: 'P95 of request duration.',
      of: quantile(0.95, f.requestDuration, '5m', { form }),
    },
    'kalki:request_duration_seconds:p99': {
      help: 'P99 of request duration.',
      of: quantile(0.99, f.requestDuration, '5m', { form }),
    },
  }),
});
