// Alerts and recordings of StreamBus brokers, as their monitoring guide has them:
//
//   import { streambusAlerts } from 'vsr-metrics/alerts/streambus';

import { streambus } from '../../catalogues/streambus.js';
import { alert } from '../alert.js';
import { above, both, equals, noTarget } from '../conditions.js';
import { type Building, defineAlerts, type Thresholds } from '../define.js';
import { buckets, series, target } from '../scenarios.js';
import {
  count,
  dividedBy,
  latest,
  plus,
  quantile,
  rate,
  slope,
  sum,
  times,
  up,
} from '../vectors.js';
import { looks } from './looks.js';

const { families: f } = streambus;

const thresholds = {
  produceSeconds: {
    is: 0.1,
    unit: 'seconds',
    least: 0.001,
    most: 60,
    why: 'The guide says 100 ms.',
  },
  failedAuthentications: {
    is: 0.1,
    unit: 'of all attempts',
    least: 0.001,
    most: 1,
    why: 'The guide says 10 %: typing errors stay below.',
  },
  leastAttemptsPerSecond: {
    is: 0.1,
    unit: 'attempts per second',
    least: 0,
    most: 1e6,
    why: 'Among fewer than 30 attempts in five minutes one typing error is a large share.',
  },
  storagePercent: {
    is: 80,
    unit: 'percent',
    least: 1,
    most: 100,
    why: 'The guide says 80 %: there is time to add storage or to shorten retention.',
  },
  consumerLag: {
    is: 10_000,
    unit: 'messages',
    least: 1,
    most: 1e12,
    why: 'The guide says 10,000 messages.',
  },
  networkErrorsPerSecond: {
    is: 10,
    unit: 'errors per second',
    least: 0.001,
    most: 1e6,
    why: 'The guide says 10 per second.',
  },
} as const satisfies Thresholds;

type StreambusBuilding = Building<typeof thresholds>;

const storagePercent = times(
  dividedBy(latest(f.storageUsed), plus(latest(f.storageUsed), latest(f.storageAvailable))),
  100,
);

const everySeverity = { name: 'streambus', interval: '30s' } as const;

/** The alerts of the StreamBus monitoring guide. */
export const streambusAlerts = defineAlerts({
  system: 'streambus',
  title: 'StreamBus',
  job: 'streambus.*',
  groups: { critical: everySeverity, warning: everySeverity, info: everySeverity },
  thresholds,
  alerts: {
    StreamBusBrokerDown: ({ job }: StreambusBuilding) =>
      alert({
        when: equals(up(job), 0),
        severity: 'critical',
        for: '1m',
        summary: 'StreamBus broker is down',
        description: ({ labels }) => `Broker ${labels.instance} is unreachable`,
        why: 'The guide says one minute: four scrapes.',
        runbook: {
          meaning: 'A broker does not answer its scrapes.',
          impact: 'Its partitions fail over to replicas; those without one are not served.',
          usersNotice: 'Producers and consumers of its partitions: within seconds.',
          look: [
            { what: 'Who does not answer', query: equals(up('streambus.*'), 0) },
            { what: 'Who leads', query: latest(f.clusterLeader) },
            { what: 'Status of brokers', query: latest(f.brokerStatus) },
            looks.health,
          ],
          causes: ['The process is down.', 'The network to it is cut.', 'A firewall was changed.'],
          remedies: [
            'Start the broker.',
            'Ask its /metrics by hand, and read the page of targets in Prometheus.',
          ],
          over: 'up is 1.',
        },
        panel: { dashboard: 'streambus-overview', panel: 'Broker status' },
        original: {
          name: 'BrokerDown',
          expression: 'up{job="streambus"} == 0',
          problem: 'the guide has the jobs streambus-cluster and streambus-k8s too.',
        },
        scenarios: {
          firing: {
            series: [
              target('streambus', 'localhost:8080', '0x20'),
              target('streambus-cluster', 'broker-1:8080', '0x20'),
              target('streambus-cluster', 'broker-2:8080', '1x20'),
              target('streambus-k8s', 'streambus-broker-0', '0x20'),
              target('other', 'localhost:1', '0x20'),
            ],
            at: '3m',
            fires: [
              { labels: { job: 'streambus', instance: 'localhost:8080' }, value: 0 },
              { labels: { job: 'streambus-cluster', instance: 'broker-1:8080' }, value: 0 },
              { labels: { job: 'streambus-k8s', instance: 'streambus-broker-0' }, value: 0 },
            ],
          },
          quiet: { series: [target('streambus', 'localhost:8080', '1x20')], at: '3m' },
        },
      }),

    StreamBusAbsent: ({ job }: StreambusBuilding) =>
      alert({
        when: noTarget(job),
        severity: 'critical',
        for: '5m',
        summary: 'Prometheus knows no broker',
        description: 'No target of StreamBus is known, so that no other alert of it can fire.',
        why: 'Discovery takes a minute after a restart of Prometheus.',
        runbook: {
          meaning: 'There is no target whose job is that of StreamBus.',
          impact: 'Nobody watches.',
          usersNotice: 'Not by this.',
          look: [{ what: 'Targets', query: count(up('streambus.*'), 'job') }, looks.scraped],
          causes: [
            'The job was renamed or removed.',
            'Discovery finds nothing: labels of pods were changed.',
          ],
          remedies: [
            'Compare scrape_configs with the pattern of jobs that the rules were written with.',
          ],
          over: 'up has series of the job.',
        },
        panel: { dashboard: 'streambus-overview', panel: 'Broker status' },
        scenarios: {
          firing: {
            series: [target('other', 'localhost:1', '1x60')],
            at: '8m',
            fires: [{ labels: {}, value: 1 }],
          },
          quiet: { series: [target('streambus-k8s', 'streambus-broker-0', '1x60')], at: '8m' },
        },
      }),

    StreamBusNoLeader: () =>
      alert({
        when: equals(sum(latest(f.clusterLeader)), 0),
        severity: 'critical',
        for: '1m',
        summary: 'No broker leads',
        description: 'Every broker says that it is not the leader.',
        why: 'An election takes seconds.',
        runbook: {
          meaning: 'The Raft group of the brokers has no leader.',
          impact: 'Topics cannot be changed; partitions do not fail over.',
          usersNotice: 'When a broker fails, or somebody creates a topic.',
          look: [
            { what: 'Who leads', query: latest(f.clusterLeader) },
            { what: 'Terms', query: latest(f.raftTerm) },
            { what: 'Size of the cluster', query: latest(f.streambusClusterSize) },
          ],
          causes: ['More than half of the brokers are down or cut off.'],
          remedies: ['Start the brokers that are down.'],
          over: 'One broker has streambus_cluster_leader 1.',
        },
        panel: { dashboard: 'streambus-overview', panel: 'Broker status' },
        scenarios: {
          firing: {
            series: [
              { ...series(f.clusterLeader, { instance: 'broker-1:8080' }, '0x20') },
              { ...series(f.clusterLeader, { instance: 'broker-2:8080' }, '0x20') },
            ],
            at: '3m',
            fires: [{ labels: {}, value: 0 }],
          },
          quiet: {
            series: [
              series(f.clusterLeader, { instance: 'broker-1:8080' }, '0x20'),
              series(f.clusterLeader, { instance: 'broker-2:8080' }, '1x20'),
            ],
            at: '3m',
          },
        },
      }),

    StreamBusHighProduceLatency: ({ thresholds: t, form }: StreambusBuilding) =>
      alert({
        when: above(
          quantile(0.99, f.produceLatency, '5m', { by: ['instance'], form }),
          t.produceSeconds,
        ),
        severity: 'warning',
        for: '5m',
        summary: 'High produce latency detected',
        description: ({ labels, value }) =>
          `P99 produce latency of ${labels.instance} is ${value.decimals} s`,
        why: 'The guide says 100 ms for five minutes.',
        runbook: {
          meaning: 'One produce request in a hundred takes too long on this broker.',
          impact: 'Producers wait and buffer.',
          usersNotice: 'Producers: now.',
          look: [
            {
              what: 'P99 of replication',
              query: quantile(0.99, f.replicationLatency, '5m', { by: ['instance'] }),
            },
            {
              what: 'P99 of commit',
              query: quantile(0.99, f.streambusCommitLatency, '5m', { by: ['instance'] }),
            },
            { what: 'Requests under way', query: latest(f.brokerActiveRequests) },
            looks.disk,
          ],
          causes: ['A slow disk.', 'A replica that answers late.', 'Compactions.'],
          remedies: [
            'If replication is slow, look at the other brokers.',
            'Else look at the disk of this one.',
          ],
          over: 'P99 is below 100 ms.',
        },
        panel: { dashboard: 'streambus-overview', panel: 'P99 produce latency' },
        original: {
          name: 'HighProduceLatency',
          expression:
            'histogram_quantile(0.99, rate(streambus_produce_latency_seconds_bucket[5m])) > 0.1',
        },
        scenarios: {
          firing: {
            series: buckets(
              f.produceLatency,
              { instance: 'broker-1:8080' },
              {
                0.1: '0+80x80',
                0.25: '0+100x80',
                '+Inf': '0+100x80',
              },
            ),
            at: '12m',
            fires: [{ labels: { instance: 'broker-1:8080' }, value: 0.2425 }],
          },
          quiet: {
            series: buckets(
              f.produceLatency,
              { instance: 'broker-1:8080' },
              { 0.05: '0+100x80', '+Inf': '0+100x80' },
            ),
            at: '12m',
          },
        },
      }),

    StreamBusHighAuthFailureRate: ({ thresholds: t }: StreambusBuilding) =>
      alert({
        when: both(
          above(
            dividedBy(rate(f.authenticationFailures, '5m'), rate(f.authenticationAttempts, '5m')),
            t.failedAuthentications,
          ),
          above(rate(f.authenticationAttempts, '5m'), t.leastAttemptsPerSecond),
        ),
        severity: 'warning',
        for: '5m',
        summary: 'High authentication failure rate',
        description: ({ value }) => `${value.percentage} of authentications failing`,
        why: 'The guide says 10 %. With a minimum of attempts, so that one typing error at night is no rate.',
        runbook: {
          meaning: 'Many attempts to authenticate fail.',
          impact: 'Clients with wrong credentials get nothing; or somebody guesses passwords.',
          usersNotice: 'The clients concerned: now.',
          look: [
            { what: 'Failures per second', query: rate(f.authenticationFailures, '5m') },
            { what: 'Denials per second', query: rate(f.authorizationDenials, '5m') },
            { what: 'Connections', query: latest(f.brokerConnections) },
          ],
          causes: ['A credential was changed or expired.', 'An attack.'],
          remedies: ['Read the audit log: it names the clients.', 'Block who guesses.'],
          over: 'The share of failures is below 10 %.',
        },
        panel: { dashboard: 'streambus-security', panel: 'Authentication failures' },
        original: {
          name: 'HighAuthFailureRate',
          expression:
            'rate(streambus_authentication_failures_total[5m]) / rate(streambus_authentication_attempts_total[5m]) > 0.1',
          problem:
            'one failure among three attempts at night is no rate: it asks for a minimum of attempts.',
        },
        scenarios: {
          firing: {
            series: [
              series(f.authenticationAttempts, {}, '0+100x80'),
              series(f.authenticationFailures, {}, '0+25x80'),
            ],
            at: '12m',
            fires: [{ labels: {}, value: 0.25 }],
          },
          quiet: {
            series: [
              series(f.authenticationAttempts, {}, '0x20 2x60'),
              series(f.authenticationFailures, {}, '0x20 1x60'),
            ],
            at: '12m',
          },
        },
      }),

    StreamBusHighStorageUsage: ({ thresholds: t }: StreambusBuilding) =>
      alert({
        when: above(storagePercent, t.storagePercent),
        severity: 'warning',
        for: '10m',
        summary: 'High storage usage',
        description: ({ value }) => `Storage is ${value.whole} % full`,
        why: 'The guide says 80 % for ten minutes.',
        runbook: {
          meaning: 'The storage of a broker fills up.',
          impact: 'When it is full, the broker takes no messages.',
          usersNotice: 'When it is full.',
          look: [
            { what: 'How full it is', query: storagePercent },
            { what: 'How fast it fills', query: slope(f.storageUsed, '1h') },
            { what: 'Segments', query: latest(f.segments) },
            looks.disk,
          ],
          causes: ['Retention is too long for the rate of messages.', 'Compactions do not run.'],
          remedies: ['Shorten the retention of the largest topics.', 'Add storage.'],
          over: 'It is below 80 %.',
        },
        panel: { dashboard: 'streambus-overview', panel: 'Storage' },
        original: {
          name: 'HighStorageUsage',
          expression:
            '(streambus_storage_used_bytes / (streambus_storage_used_bytes + streambus_storage_available_bytes)) * 100 > 80',
          problem: 'only its text: the value is rounded.',
        },
        scenarios: {
          firing: {
            series: [series(f.storageUsed, {}, '900x80'), series(f.storageAvailable, {}, '100x80')],
            at: '15m',
            fires: [{ labels: {}, value: 90 }],
          },
          quiet: {
            series: [series(f.storageUsed, {}, '500x80'), series(f.storageAvailable, {}, '500x80')],
            at: '15m',
          },
        },
      }),

    StreamBusHighConsumerLag: ({ thresholds: t }: StreambusBuilding) =>
      alert({
        when: above(latest(f.consumerGroupLag), t.consumerLag),
        severity: 'warning',
        for: '5m',
        summary: ({ labels }) => `Consumer group ${labels.group} is behind`,
        description: ({ labels, value }) =>
          `Consumer group ${labels.group} has ${value.whole} messages lag in ${labels.topic}`,
        why: 'The guide says 10,000 messages for five minutes.',
        runbook: {
          meaning: 'A consumer group reads slower than messages come.',
          impact: 'What it does is late.',
          usersNotice: 'When they wait for what it does.',
          look: [
            { what: 'Lag by group and topic', query: latest(f.consumerGroupLag) },
            { what: 'Messages consumed per second', query: rate(f.messagesConsumed, '5m') },
            { what: 'Messages produced per second', query: rate(f.messagesProduced, '5m') },
            { what: 'Members', query: latest(f.consumerGroupMembers) },
          ],
          causes: [
            'Consumers are down or slow.',
            'A burst of messages.',
            'A rebalance that does not end.',
          ],
          remedies: ['Start the consumers.', 'Add members, up to the number of partitions.'],
          over: 'The lag falls to near 0.',
        },
        panel: { dashboard: 'streambus-performance', panel: 'Consumer group lag' },
        original: {
          name: 'HighConsumerLag',
          expression: 'streambus_consumer_group_lag > 10000',
          problem: 'its text names no group; the metric now has the labels group and topic.',
        },
        scenarios: {
          firing: {
            series: [
              series(f.consumerGroupLag, { group: 'billing', topic: 'orders' }, '25000x60'),
              series(f.consumerGroupLag, { group: 'mail', topic: 'orders' }, '12x60'),
            ],
            at: '8m',
            fires: [{ labels: { group: 'billing', topic: 'orders' }, value: 25_000 }],
          },
          quiet: {
            series: [
              series(f.consumerGroupLag, { group: 'billing', topic: 'orders' }, '25000x16 900x40'),
            ],
            at: '8m',
          },
        },
      }),

    StreamBusHighNetworkErrors: ({ thresholds: t }: StreambusBuilding) =>
      alert({
        when: above(rate(f.networkErrors, '5m'), t.networkErrorsPerSecond),
        severity: 'warning',
        for: '5m',
        summary: 'High network error rate',
        description: ({ value }) => `${value.decimals} network errors per second`,
        why: 'The guide says 10 per second for five minutes.',
        runbook: {
          meaning: 'Connections of a broker break or fail.',
          impact: 'Clients connect again and again.',
          usersNotice: 'As latency.',
          look: [
            { what: 'Errors per second', query: rate(f.networkErrors, '5m') },
            { what: 'Requests per second', query: rate(f.networkRequests, '5m') },
            { what: 'Connections', query: latest(f.brokerConnections) },
            looks.sockets,
          ],
          causes: [
            'A bad network.',
            'Clients that are killed.',
            'A proxy whose timeout is shorter than that of the broker.',
          ],
          remedies: ['Compare brokers: if one alone has errors, look at its machine.'],
          over: 'The rate of errors is back where it was.',
        },
        panel: { dashboard: 'streambus-performance', panel: 'Network errors' },
        original: {
          name: 'HighNetworkErrors',
          expression: 'rate(streambus_network_errors_total[5m]) > 10',
        },
        scenarios: {
          firing: {
            series: [series(f.networkErrors, {}, '0+300x80')],
            at: '12m',
            fires: [{ labels: {}, value: 20 }],
          },
          quiet: { series: [series(f.networkErrors, {}, '0+15x80')], at: '12m' },
        },
      }),
  },
  recordings: ({ form }) => ({
    'streambus:messages_produced:rate_second': {
      help: 'Messages produced per second, by broker.',
      of: sum(rate(f.messagesProduced, '5m'), 'instance'),
    },
    'streambus:messages_consumed:rate_second': {
      help: 'Messages consumed per second, by broker.',
      of: sum(rate(f.messagesConsumed, '5m'), 'instance'),
    },
    'streambus:produce_latency_seconds:p99': {
      help: 'P99 of produce latency, by broker.',
      of: quantile(0.99, f.produceLatency, '5m', { by: ['instance'], form }),
    },
    'streambus:consume_latency_seconds:p99': {
      help: 'P99 of consume latency, by broker.',
      of: quantile(0.99, f.consumeLatency, '5m', { by: ['instance'], form }),
    },
    'streambus:storage_used:percent': { help: 'How full the storage is.', of: storagePercent },
    'streambus:authentication_failures:ratio_5m': {
      help: 'Share of the attempts to authenticate that failed.',
      of: dividedBy(rate(f.authenticationFailures, '5m'), rate(f.authenticationAttempts, '5m')),
    },
  }),
});
