// What is seen of a running cluster: one screen of lines, or one line. Pure functions of two
// snapshots.

import type { HistogramReading, Snapshot } from 'vsr-metrics';
import type { Cluster, Member, State } from 'vsr-metrics/cluster';
import { keys } from './keys.js';
import type { Line, Style } from './terminal.js';
import { fitTo, formatMilliseconds, formatNumber, wrap } from './text.js';

export interface ClusterState {
  readonly snapshot: Snapshot;
  /** The one before: rates and percentiles are of the time since. */
  readonly previous: Snapshot;
  /** How it does: what `/status`, the page and `top` say, too. */
  readonly cluster: Cluster;
  readonly rate: number;
  readonly answered: number;
  readonly url: string;
  readonly file: string;
  /** The last fault that was asked for. */
  readonly notice: string;
}

// Eighty columns in all.
const columns = [
  ['id', 3],
  ['status', 14],
  ['view', 6],
  ['commit', 9],
  ['lag', 7],
  ['ops/s', 7],
  ['repairs', 8],
  ['rejected', 9],
  ['corrupt', 8],
  ['cpu', 5],
] as const;

const keyLines = wrap(
  keys.map(({ key, help }) => `${key} ${help}`),
  undefined,
  '  ',
);

/** One screen. */
export function drawCluster(state: ClusterState): readonly Line[] {
  const { cluster } = state;
  const rows = cluster.members.map((member) => drawReplica(state, member));
  return [
    [
      { text: 'Viewstamped Replication  ', style: 'bold' },
      { text: cluster.word, style: styleOf[cluster.state] },
    ],
    [{ text: headline(state) }],
    ...messageOf(cluster),
    ...latencies(state),
    [],
    [{ text: columns.map(([name, width]) => fitTo(name, width)).join(''), style: 'dim' }],
    ...rows,
    [],
    [{ text: `metrics  ${state.url}` }],
    [{ text: `file     ${state.file}` }],
    [{ text: `look     npx vsr-metrics top ${state.file}` }],
    [{ text: '         (in another terminal; also after a kill -9)', style: 'dim' }],
    [],
    ...keyLines.map((text): Line => [{ text, style: 'dim' }]),
    [{ text: state.notice, style: 'yellow' }],
  ];
}

/** Who is not well, and why; two lines of it at most. */
function messageOf({ state, message }: Cluster): readonly Line[] {
  if (state === 'good') return [[]];
  const lines = wrap(message.replaceAll(' · ', '; ').split(' '), undefined, ' ');
  return lines.slice(0, 2).map((text): Line => [{ text, style: styleOf[state] }]);
}

/** The same in one line. */
export function describeCluster(state: ClusterState): string {
  const { client } = summaryOf(state);
  const replicas = state.cluster.members.map(({ name, status, term, lag }) => {
    return `${name} ${status} view ${term ?? '-'} lag ${lag ?? '-'}`;
  });
  return `${headline(state)} · ${percentiles(client)} · ${replicas.join(', ')}`;
}

function headline(state: ClusterState): string {
  const { perSecond } = summaryOf(state);
  const { leader } = state.cluster;
  const leads = leader === null ? 'nobody leads' : `replica ${leader} leads`;
  const asked = `${formatNumber(state.rate)} asked for`;
  return `${formatNumber(Math.round(perSecond))} ops/s (${asked}) · ${leads} · ${formatNumber(state.answered)} answered`;
}

function summaryOf({ snapshot, previous, cluster }: ClusterState) {
  const labels = { replica_id: cluster.leader ?? cluster.lastLeader ?? '0' };
  const client = snapshot.histogramSince(previous, 'vsr_client_latency_ms', labels);
  const seconds = (snapshot.takenAt - previous.takenAt) / 1000;
  return { labels, client, perSecond: (client?.count ?? 0) / seconds };
}

function latencies(state: ClusterState): readonly Line[] {
  const { snapshot, previous } = state;
  const { labels } = summaryOf(state);
  const named = [
    ['client', 'vsr_client_latency_ms'],
    ['prepare', 'vsr_prepare_latency_ms'],
    ['commit', 'vsr_commit_latency_ms'],
  ] as const;
  return named.map(([name, metric]) => {
    const reading = snapshot.histogramSince(previous, metric, labels);
    return [{ text: fitTo(name, 10), style: 'dim' } as const, { text: percentiles(reading) }];
  });
}

function percentiles(reading: HistogramReading | undefined): string {
  if (reading === undefined || reading.count === 0) return 'nothing in the last second';
  const at = (percent: number) => fitTo(formatMilliseconds(reading.percentile(percent)), 8);
  return `p50 ${at(50)} p99 ${at(99)} max ${formatMilliseconds(reading.max)}`;
}

const styleOf: Readonly<Record<State, Style>> = {
  good: 'green',
  warn: 'yellow',
  bad: 'red',
  unknown: 'yellow',
};

function drawReplica({ snapshot, previous }: ClusterState, member: Member): Line {
  const { name, status, state, role, term, position, lag } = member;
  const seconds = (snapshot.takenAt - previous.takenAt) / 1000;
  const total = (of: Snapshot, metric: string) => totalOf(of, metric, name);
  const operations = 'vsr_operations_total';
  const grown = total(snapshot, operations) - total(previous, operations);
  const said = role === 'backup' ? status : `${status}, ${role === 'leader' ? 'leads' : 'standby'}`;
  const cells = [
    term,
    position,
    lag,
    grown / seconds,
    total(snapshot, 'vsr_repairs_total'),
    total(snapshot, 'vsr_byzantine_rejections_total'),
    total(snapshot, 'vsr_checksum_failures_total'),
  ].map((cell) => (cell === null ? '-' : formatNumber(cell)));
  const cpu = snapshot.value('vsr_cpu_utilization_percent', { replica_id: name });
  cells.push(cpu === undefined ? '-' : `${Math.round(cpu)}%`);
  const text = cells.map((cell, index) => fitTo(cell, columns[index + 2]![1])).join('');
  return [
    { text: fitTo(name, columns[0][1]) },
    { style: styleOf[state], text: fitTo(said, columns[1][1]) },
    { text },
  ];
}

/** The sum over all other labels. */
function totalOf(snapshot: Snapshot, metric: string, id: string): number {
  const series = snapshot.family(metric)?.series ?? [];
  return series
    .filter(({ info }) => info.labels.some(([name, has]) => name === 'replica_id' && has === id))
    .reduce((sum, { offset }) => sum + snapshot.values[offset]!, 0);
}
