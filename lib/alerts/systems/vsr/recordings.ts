// What Prometheus computes of VSR once for all: rates per second, minute and hour, and quantiles per
// replica and of the cluster.

import { vsr } from '../../../catalogues/vsr.js';
import type { CounterDeclaration, HistogramDeclaration } from '../../../core/catalogue/types.js';
import type { Recording } from '../../define.js';
import { buckets, series } from '../../scenarios.js';
import { dividedBy, increase, quantile, rate, sum } from '../../vectors.js';
import { failedPerSecond, operationsPerSecond } from './latency.js';
import type { VsrBuilding } from './thresholds.js';

const { families: f } = vsr;

const counted = [
  ...[f.operations, f.bytesWritten, f.messagesSent, f.messagesReceived],
  ...[f.byzantineRejections, f.checksumFailures, f.repairs, f.viewChanges],
] as const;

const timed = [
  ...[f.prepareLatency, f.commitLatency, f.clientLatency, f.viewChangeLatency],
  ...[f.recoveryLatency, f.stateTransferLatency, f.repairLatency],
] as const;

const quantiles = [
  [50, 0.5],
  [95, 0.95],
  [99, 0.99],
] as const;

/** Half of what each answers takes longer than its last bound: the quantiles are those, exactly. */
const twoReplicas = [
  ...buckets(f.clientLatency, { replica_id: '0' }, { 250: '0+32x80', '+Inf': '0+64x80' }),
  ...buckets(f.clientLatency, { replica_id: '1' }, { 1000: '0+32x80', '+Inf': '0+64x80' }),
];

export function recordings({ form }: VsrBuilding): Record<string, Recording> {
  return {
    ...Object.assign({}, ...counted.map(ratesOf)),
    ...Object.assign({}, ...timed.map((family) => quantilesOf(family, form))),
    // What the document's alert asks for, and what the cluster as a whole comes to.
    vsr_client_latency_ms_p99: {
      help: `${f.clientLatency.help}: P99, by replica.`,
      of: quantile(0.99, f.clientLatency, '5m', { by: ['replica_id'], form }),
      scenario: {
        series: twoReplicas,
        at: '10m',
        gives: [
          { labels: { replica_id: '0' }, value: 250 },
          { labels: { replica_id: '1' }, value: 1000 },
        ],
      },
    },
    'vsr:client_latency_ms:p99': {
      help: `${f.clientLatency.help}: P99, of the cluster.`,
      of: quantile(0.99, f.clientLatency, '5m', { form }),
      scenario: { series: twoReplicas, at: '10m', gives: [{ labels: {}, value: 1000 }] },
    },
    'vsr:operations:increase_hour': {
      help: `${f.operations.help}, in an hour, by replica.`,
      of: sum(increase(f.operations, '1h'), 'replica_id'),
      scenario: {
        series: [
          series(f.operations, { replica_id: '0', status: 'success' }, '0+15x300'),
          series(f.operations, { replica_id: '0', status: 'failure' }, '0+1.5x300'),
        ],
        at: '70m',
        gives: [{ labels: { replica_id: '0' }, value: 3960 }],
      },
    },
    'vsr:failed_operations:ratio_5m': {
      help: 'Share of the operations that failed.',
      of: dividedBy(failedPerSecond('5m'), operationsPerSecond('5m')),
    },
  };
}

function ratesOf(family: CounterDeclaration & { labels: { replica_id: 'any' } }) {
  const name = family.name.replace(/^vsr_/, 'vsr:').replace(/_total$/, '');
  const help = (time: string) => `${family.help}, ${time}, by replica.`;
  return {
    [`${name}:rate_second`]: {
      help: help('per second'),
      of: sum(rate(family, '1m'), 'replica_id'),
    },
    [`${name}:increase_minute`]: {
      help: help('in a minute'),
      of: sum(increase(family, '1m'), 'replica_id'),
    },
    [`${name}:increase_hour`]: {
      help: help('in an hour'),
      of: sum(increase(family, '1h'), 'replica_id'),
    },
  };
}

function quantilesOf(
  family: HistogramDeclaration & { labels: { replica_id: 'any' } },
  form: VsrBuilding['form'],
) {
  const all = quantiles.flatMap(([percent, q]): [string, Recording][] => [
    [
      `${family.name}_p${percent}`,
      {
        help: `${family.help}: P${percent}, by replica.`,
        of: quantile(q, family, '5m', { by: ['replica_id'], form }),
      },
    ],
    [
      `${family.name.replace(/^vsr_/, 'vsr:')}:p${percent}`,
      {
        help: `${family.help}: P${percent}, of the cluster.`,
        of: quantile(q, family, '5m', { form }),
      },
    ],
  ]);
  return Object.fromEntries(all);
}
