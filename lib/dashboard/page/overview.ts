// The two tables at the top: how the replicas do, and how everything else does.

import { type Cell, type Column, find, table } from './dom.js';
import { formatLabels, formatNumber, formatWhole } from './format.js';
import { isError } from './panels.js';
import { type Labels, numberOf, type Series, type Store } from './store.js';

const statusName = 'vsr_replica_status';
const statuses = ['Normal', 'ViewChange', 'Recovering', 'StateTransfer'];

const columns: readonly Column[] = [
  { title: 'replica' },
  { title: 'status' },
  { title: 'role' },
  ...['view', 'op', 'commit', 'lag', 'ops/s', 'p99 prepare, ms', 'rejected', 'checksum failures'],
  'CPU, %',
  'memory, bytes',
].map((column) => (typeof column === 'string' ? { title: column, isNumber: true } : column));

/** A row for every replica, when the families of VSR are there. */
export function showReplicas(store: Store): void {
  const section = find('#replicas');
  const replicas = store.series(statusName).filter(({ labels }) => labels.replica_id !== undefined);
  section.hidden = replicas.length === 0;
  if (replicas.length === 0) return;
  const views = replicas.map(({ labels }) => sumOf(store, 'vsr_view_number', labels) ?? 0);
  const newest = views.reduce((a, b) => Math.max(a, b), 0);
  const rows = replicas.map(({ labels, value }) => {
    const view = sumOf(store, 'vsr_view_number', labels);
    const isNormal = numberOf(value) === 0;
    const size = sumOf(store, 'vsr_cluster_size', labels) ?? replicas.length;
    const leads = isNormal && view === newest && Number(labels.replica_id) === newest % size;
    const rejected = sumOf(store, 'vsr_byzantine_rejections_total', labels);
    const failures = sumOf(store, 'vsr_checksum_failures_total', labels);
    const recent = matching(store, 'vsr_prepare_latency_ms', labels)[0]?.recent;
    return {
      key: labels.replica_id!,
      cells: [
        nameOf(labels),
        { text: statuses[numberOf(value)] ?? '–', className: isNormal ? 'good' : 'warn' },
        leads ? 'leader' : { text: 'backup', className: 'muted' },
        view === newest ? formatWhole(view) : { text: formatWhole(view), className: 'warn' },
        formatWhole(sumOf(store, 'vsr_op_number', labels)),
        formatWhole(sumOf(store, 'vsr_commit_number', labels)),
        formatWhole(sumOf(store, 'vsr_replica_lag_operations', labels)),
        formatNumber(rateOf(store, 'vsr_operations_total', labels)),
        formatNumber(recent?.percentiles['99']),
        alarming(rejected),
        alarming(failures),
        formatNumber(sumOf(store, 'vsr_cpu_utilization_percent', labels)),
        formatNumber(sumOf(store, 'vsr_memory_used_bytes', labels)),
      ] satisfies Cell[],
    };
  });
  find('#replicas .scroll').replaceChildren(table('Replicas', columns, rows));
}

const healthWords = new Map([
  [1, { text: 'healthy', className: 'good' }],
  [0.5, { text: 'degraded', className: 'warn' }],
  [0, { text: 'unhealthy', className: 'bad' }],
  [-1, { text: 'unknown', className: 'warn' }],
]);

/** A row for every check, every file, and for what the metrics themselves complain of. */
export function showHealth(store: Store): void {
  const checks = store.series('health_check_status').map(({ labels, value }) => ({
    key: labels.check_name ?? '',
    cells: [
      labels.check_name ?? '',
      healthWords.get(numberOf(value)) ?? 'unknown',
      `${formatNumber(sumOf(store, 'health_check_duration_seconds', labels))} s`,
    ],
  }));
  const rows = [
    ...sources(store),
    ...checks,
    replicaRow(store),
    errorRow(store),
    rejectedRow(store),
  ];
  const shown = rows.filter((row) => row !== undefined);
  const titles = [{ title: 'what' }, { title: 'state' }, { title: 'more' }];
  find('#health .scroll').replaceChildren(table('Health', titles, shown));
}

interface Row {
  readonly key: string;
  readonly cells: readonly Cell[];
}

function sources(store: Store): Row[] {
  return store.series('vsr_metrics_source_up').map(({ labels, value }) => {
    const states = matching(store, 'vsr_metrics_source_writer_state', labels);
    const state = states.find((each) => each.value === 1)?.labels.state;
    const age = sumOf(store, 'vsr_metrics_source_heartbeat_age_seconds', labels);
    const text = numberOf(value) === 1 ? (state ?? 'readable') : 'cannot be read';
    const className = state === 'alive' ? 'good' : 'bad';
    const heard = age === undefined ? '' : `last heard of ${formatNumber(age)} s ago`;
    return { key: labels.file ?? '', cells: [labels.file ?? '', { text, className }, heard] };
  });
}

function replicaRow(store: Store): Row | undefined {
  const replicas = store.series(statusName);
  if (replicas.length === 0) return undefined;
  const normal = replicas.filter(({ value }) => value === 0).length;
  const isWhole = normal === replicas.length;
  const text = `${normal} of ${replicas.length} normal`;
  const quorum = sumOf(store, 'vsr_quorum_size', replicas[0]!.labels);
  const className = isWhole ? 'good' : normal < (quorum ?? 1) ? 'bad' : 'warn';
  const more = quorum === undefined ? '' : `a quorum is ${quorum}`;
  return { key: 'replicas', cells: ['replicas', { text, className }, more] };
}

function errorRow(store: Store): Row {
  const rising = store.families
    .filter(isError)
    .filter(({ name }) => (rateOf(store, name, {}) ?? 0) > 0)
    .map(({ name }) => `${name} ${formatNumber(rateOf(store, name, {}))}/s`);
  const state =
    rising.length === 0
      ? { text: 'none now', className: 'good' }
      : { text: `${rising.length} rising`, className: 'warn' };
  return { key: 'errors', cells: ['errors', state, rising.join(', ')] };
}

function rejectedRow(store: Store): Row | undefined {
  const rejected = store.series('vsr_metrics_rejected_total');
  const first = rejected.find(({ value }) => numberOf(value) > 0);
  const total = sumOf(store, 'vsr_metrics_rejected_total', {}) ?? 0;
  if (total === 0) return undefined;
  const state = { text: `${total} values rejected`, className: 'warn' };
  return { key: 'data', cells: ['bad data', state, formatLabels(first?.labels ?? {})] };
}

/** The series that have those of these labels that they have at all. */
function matching(store: Store, name: string, labels: Labels): Series[] {
  const wanted = Object.entries(labels);
  return store
    .series(name)
    .filter((series) =>
      wanted.every(([label, value]) => (series.labels[label] ?? value) === value),
    );
}

function sumOf(store: Store, name: string, labels: Labels): number | undefined {
  const found = matching(store, name, labels);
  if (found.length === 0) return undefined;
  return found.reduce((sum, { value, count }) => sum + (count ?? numberOf(value)), 0);
}

function rateOf(store: Store, name: string, labels: Labels): number | undefined {
  const rates = matching(store, name, labels)
    .map((series) => store.rate(name, series.labels))
    .filter((rate) => rate !== undefined);
  return rates.length === 0 ? undefined : rates.reduce((a, b) => a + b);
}

function alarming(count: number | undefined): Cell {
  const text = formatWhole(count);
  return count !== undefined && count > 0 ? { text, className: 'warn' } : text;
}

function nameOf(labels: Labels): string {
  const others = formatLabels(labels, new Set(['replica_id']));
  return others === '' ? labels.replica_id! : `${labels.replica_id} (${others})`;
}
