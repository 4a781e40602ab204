// How the members of a cluster are told apart, by the catalogue that is there. For a catalogue that
// has no profile here there is no table of members; everything else on the page needs none.

import type { State } from './dom.js';
import type { Labels } from './format.js';
import { sumOf } from './queries.js';
import type { Store } from './store.js';

export interface Profile {
  /** What a member is called. */
  readonly member: string;
  /** The gauge that every member has. */
  readonly anchor: string;
  /** The label that names a member. */
  readonly label: string;
  /** What the values of the anchor mean; undefined: it is no status. */
  readonly statuses?: readonly (readonly [word: string, state: State])[];
  /** What is counted up when another one leads. */
  readonly term: { readonly title: string; readonly name: string };
  /** Whether this member leads in a term. */
  readonly leads: (store: Store, labels: Labels, term: number, members: number) => boolean;
  readonly columns: readonly ProfileColumn[];
  /** Gauges of which every change is told, and what their values mean. */
  readonly changes: readonly {
    readonly name: string;
    readonly what: string;
    readonly words: readonly string[];
  }[];
}

export interface ProfileColumn {
  readonly title: string;
  readonly name: string;
  /** Counts in full, values with their unit, per second, or the 99th percentile of the last seconds. */
  readonly as: 'whole' | 'quantity' | 'rate' | 'p99';
  /** Anything but none is worth a look. */
  readonly isAlarming?: boolean;
}

const vsr: Profile = {
  member: 'replica',
  anchor: 'vsr_replica_status',
  label: 'replica_id',
  statuses: [
    ['Normal', 'good'],
    ['ViewChange', 'warn'],
    ['Recovering', 'warn'],
    ['StateTransfer', 'warn'],
  ],
  term: { title: 'view', name: 'vsr_view_number' },
  leads: (store, labels, view, members) => {
    const size = sumOf(store, 'vsr_cluster_size', labels) || members;
    return Number(labels.replica_id) === view % size;
  },
  columns: [
    { title: 'lag', name: 'vsr_replica_lag_operations', as: 'whole' },
    { title: 'ops', name: 'vsr_operations_total', as: 'rate' },
    { title: 'op', name: 'vsr_op_number', as: 'whole' },
    { title: 'commit', name: 'vsr_commit_number', as: 'whole' },
    { title: 'p99 prepare', name: 'vsr_prepare_latency_ms', as: 'p99' },
    { title: 'CPU', name: 'vsr_cpu_utilization_percent', as: 'quantity' },
    { title: 'memory', name: 'vsr_memory_used_bytes', as: 'quantity' },
    { title: 'rejected', name: 'vsr_byzantine_rejections_total', as: 'whole', isAlarming: true },
    { title: 'bad sums', name: 'vsr_checksum_failures_total', as: 'whole', isAlarming: true },
  ],
  changes: [{ name: 'vsr_reconfig_state', what: 'configuration', words: ['stable', 'joint'] }],
};

const kimberlite: Profile = {
  member: 'node',
  anchor: 'kmb_consensus_view',
  label: 'node_id',
  term: { title: 'view', name: 'kmb_consensus_view' },
  leads: (store, labels) => Number(labels.node_id) === sumOf(store, 'kmb_consensus_leader', labels),
  columns: [
    { title: 'commits', name: 'kmb_consensus_commits_total', as: 'rate' },
    { title: 'requests', name: 'kmb_requests_total', as: 'rate' },
    { title: 'in flight', name: 'kmb_requests_in_flight', as: 'whole' },
    { title: 'p99 write', name: 'kmb_write_duration_seconds', as: 'p99' },
    { title: 'p99 query', name: 'kmb_query_duration_seconds', as: 'p99' },
    { title: 'projection lag', name: 'kmb_projection_lag', as: 'whole' },
    { title: 'log', name: 'kmb_log_size_bytes', as: 'quantity' },
  ],
  changes: [{ name: 'kmb_consensus_leader', what: 'leader', words: ['nobody'] }],
};

const streambus: Profile = {
  member: 'broker',
  anchor: 'streambus_broker_status',
  label: 'broker_id',
  statuses: [
    ['stopped', 'bad'],
    ['starting', 'warn'],
    ['running', 'good'],
    ['stopping', 'warn'],
  ],
  term: { title: 'term', name: 'streambus_raft_term' },
  leads: (store, labels) => sumOf(store, 'streambus_cluster_leader', labels) === 1,
  columns: [
    { title: 'commit', name: 'streambus_raft_commit_index', as: 'whole' },
    { title: 'produced', name: 'streambus_messages_produced_total', as: 'rate' },
    { title: 'consumed', name: 'streambus_messages_consumed_total', as: 'rate' },
    { title: 'p99 produce', name: 'streambus_produce_latency_seconds', as: 'p99' },
    { title: 'connections', name: 'streambus_broker_connections', as: 'whole' },
    { title: 'storage', name: 'streambus_storage_used_bytes', as: 'quantity' },
    { title: 'errors', name: 'streambus_network_errors_total', as: 'whole', isAlarming: true },
  ],
  changes: [{ name: 'streambus_cluster_leader', what: 'leads', words: ['no', 'yes'] }],
};

const profiles: readonly Profile[] = [vsr, kimberlite, streambus];

/** The profile of what is there; undefined when its families know no members. */
export function profileOf(store: Store): Profile | undefined {
  return profiles.find(({ anchor }) => store.series(anchor).length > 0);
}
