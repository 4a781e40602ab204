// What is seen of a running cluster: one screen of lines, or one line. Pure functions of two
// snapshots.

import type { HistogramReading, Snapshot } from 'vsr-metrics';
import { keys } from './keys.js';
import type { Line, Span } from './terminal.js';
import { fitTo, formatMilliseconds, formatNumber, wrap } from './text.js';

export interface ClusterState {
  readonly snapshot: Snapshot;
  /** The one before: rates and percentiles are of the time since. */
  readonly previous: Snapshot;
  readonly replicas: readonly { readonly id: number; readonly isRunning: boolean }[];
  readonly rate: number;
  readonly answered: number;
  readonly url: string;
  readonly file: string;
  /** The last fault that was asked for. */
  readonly notice: string;
}

const statusNames = ['normal', 'view change', 'recovering', 'transfer'] as const;
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
  const { primary } = summaryOf(state);
  const rows = state.replicas.map((replica) => drawReplica(state, replica, primary));
  return [
    [{ text: 'Viewstamped Replication', style: 'bold' }],
    [{ text: headline(state) }],
    [],
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

/** The same in one line. */
export function describeCluster(state: ClusterState): string {
  const { client } = summaryOf(state);
  const replicas = state.replicas.map(({ id, isRunning }) => {
    const view = gaugeOf(state.snapshot, 'vsr_view_number', id);
    return `${id} ${isRunning ? nameOfStatus(state, id) : 'down'} view ${view}`;
  });
  return `${headline(state)} · ${percentiles(client)} · ${replicas.join(', ')}`;
}

function headline(state: ClusterState): string {
  const { primary, perSecond } = summaryOf(state);
  const leads = primary === undefined ? 'nobody leads' : `replica ${primary} leads`;
  const asked = `${formatNumber(state.rate)} asked for`;
  return `${formatNumber(Math.round(perSecond))} ops/s (${asked}) · ${leads} · ${formatNumber(state.answered)} answered`;
}

function summaryOf({ snapshot, previous, replicas }: ClusterState) {
  let primary: number | undefined;
  let latest = -1;
  for (const { id, isRunning } of replicas) {
    const view = gaugeOf(snapshot, 'vsr_view_number', id);
    const leader = gaugeOf(snapshot, 'kmb_consensus_leader', id) - 1;
    if (!isRunning || leader !== id || view <= latest) continue;
    latest = view;
    primary = leader;
  }
  const labels = { replica_id: String(primary ?? 0) };
  const client = snapshot.histogramSince(previous, 'vsr_client_latency_ms', labels);
  const seconds = (snapshot.takenAt - previous.takenAt) / 1000;
  return { primary, client, perSecond: (client?.count ?? 0) / seconds };
}

function latencies({ snapshot, previous, ...rest }: ClusterState): readonly Line[] {
  const { primary } = summaryOf({ snapshot, previous, ...rest });
  const labels = { replica_id: String(primary ?? 0) };
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

function drawReplica(
  state: ClusterState,
  { id, isRunning }: { readonly id: number; readonly isRunning: boolean },
  primary: number | undefined,
): Line {
  const { snapshot, previous } = state;
  const value = (metric: string) => gaugeOf(snapshot, metric, id);
  const seconds = (snapshot.takenAt - previous.takenAt) / 1000;
  const grown =
    totalOf(snapshot, 'vsr_operations_total', id) - totalOf(previous, 'vsr_operations_total', id);
  const name = nameOfStatus(state, id);
  const status: Span = !isRunning
    ? { text: 'down', style: 'red' }
    : name === 'normal'
      ? { text: id === primary ? 'normal, leads' : 'normal', style: 'green' }
      : { text: name, style: 'yellow' };
  const cells = [
    value('vsr_view_number'),
    value('vsr_commit_number'),
    value('vsr_replica_lag_operations'),
    grown / seconds,
    totalOf(snapshot, 'vsr_repairs_total', id),
    totalOf(snapshot, 'vsr_byzantine_rejections_total', id),
    totalOf(snapshot, 'vsr_checksum_failures_total', id),
  ].map((cell) => formatNumber(cell));
  cells.push(`${Math.round(value('vsr_cpu_utilization_percent'))}%`);
  const text = cells.map((cell, index) => fitTo(cell, columns[index + 2]![1])).join('');
  return [
    { text: fitTo(String(id), columns[0][1]) },
    { ...status, text: fitTo(status.text, columns[1][1]) },
    { text },
  ];
}

function nameOfStatus({ snapshot }: ClusterState, id: number): string {
  return statusNames[gaugeOf(snapshot, 'vsr_replica_status', id)] ?? 'starting';
}

function gaugeOf(snapshot: Snapshot, metric: string, id: number): number {
  const label = metric.startsWith('kmb_')
    ? { node_id: String(id + 1) }
    : { replica_id: String(id) };
  return snapshot.value(metric, label) ?? 0;
}

/** The sum over all other labels. */
function totalOf(snapshot: Snapshot, metric: string, id: number): number {
  const series = snapshot.family(metric)?.series ?? [];
  return series
    .filter(({ info }) =>
      info.labels.some(([name, has]) => name === 'replica_id' && has === `${id}`),
    )
    .reduce((sum, { offset }) => sum + snapshot.values[offset]!, 0);
}
