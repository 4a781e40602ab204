// The replicas that a snapshot shows, as their gauges have them: of VSR's catalogue, or where that
// is not there, of Kimberlite's.
//
//   const [replica] = replicasOf(snapshot, { replica_id: '1' });
//   console.log(replica?.status); // 'normal'

import type { LabelFilter, Snapshot } from '../core/reading/snapshot.js';
import type { SeriesSnapshot } from '../core/region/directory.js';

/** By their numbers in vsr_replica_status. */
const statuses = ['normal', 'view_change', 'recovering', 'state_transfer'] as const;

export type ReplicaStatus = (typeof statuses)[number] | 'dead' | 'unknown';

export interface Replica {
  /** A number wherever the label is one. */
  readonly nodeId: number | string | null;
  readonly status: ReplicaStatus;
  readonly view: number | null;
  readonly commitNumber: number | null;
  readonly opNumber: number | null;
  readonly clusterSize: number | null;
  readonly isLeader: boolean;
}

/** Every replica that has these labels. */
export function replicasOf(snapshot: Snapshot, filter: LabelFilter = {}): Replica[] {
  const wanted = Object.entries(filter);
  return seriesOfReplicas(snapshot)
    .map(({ info }) => Object.fromEntries(info.labels))
    .filter((labels) => wanted.every(([name, value]) => labels[name] === value))
    .map((labels) => describe(snapshot, labels));
}

/** One series for each replica. */
function seriesOfReplicas(snapshot: Snapshot): readonly SeriesSnapshot[] {
  for (const name of ['vsr_replica_status', 'vsr_view_number', 'kmb_consensus_view']) {
    const family = snapshot.family(name);
    if (family !== undefined && family.series.length > 0) return family.series;
  }
  return [];
}

function describe(snapshot: Snapshot, labels: Readonly<Record<string, string>>): Replica {
  const { replica_id, ...others } = labels;
  const of = (name: string): number | null => snapshot.value(name, labels) ?? null;
  const node = snapshot.find('kmb_consensus_view', others);
  const nodeId = nodeIdOf(node, replica_id);
  const status = statusOf(snapshot, labels);
  const ofNode = (name: string): number | null =>
    node === undefined
      ? null
      : (snapshot.value(name, Object.fromEntries(node.info.labels)) ?? null);
  const view = of('vsr_view_number') ?? ofNode('kmb_consensus_view');
  const clusterSize = of('vsr_cluster_size');
  const isLeader =
    clusterSize === null || view === null
      ? ofNode('kmb_consensus_leader') === nodeId
      : status === 'normal' && view % clusterSize === Number(replica_id);
  const commitNumber = of('vsr_commit_number');
  return {
    nodeId,
    status,
    view,
    commitNumber,
    opNumber: of('vsr_op_number'),
    clusterSize,
    isLeader,
  };
}

function nodeIdOf(
  node: SeriesSnapshot | undefined,
  replicaId: string | undefined,
): Replica['nodeId'] {
  const named = node?.info.labels.find(([label]) => label === 'node_id')?.[1];
  if (named !== undefined) return numberOf(named) ?? named;
  if (replicaId === undefined) return null;
  const number = numberOf(replicaId);
  // Replicas count from 0, nodes from 1.
  return number === undefined ? replicaId : number + 1;
}

function numberOf(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function statusOf(snapshot: Snapshot, labels: Readonly<Record<string, string>>): ReplicaStatus {
  // Of a program that has died the last status stands there for ever.
  const alive = { file: labels.file ?? '', state: 'alive' };
  if (snapshot.value('vsr_metrics_source_writer_state', alive) === 0) return 'dead';
  return statuses[snapshot.value('vsr_replica_status', labels) ?? -1] ?? 'unknown';
}
