// What GET /status answers: one replica, in the fields of Kimberlite's status document.

import type { LabelFilter, Snapshot } from '../core/reading/snapshot.js';
import { type Replica, replicasOf } from './replicas.js';

/**
 * Of the replica that has these labels. Of several it is the leader, or the first where none is
 * known; undefined when there is none.
 */
export function statusDocument(snapshot: Snapshot, filter: LabelFilter) {
  const candidates = replicasOf(snapshot, filter);
  const replica = leaderAmong(candidates) ?? candidates[0];
  if (replica === undefined) return undefined;
  const healthy = replicasOf(snapshot).filter(({ status }) => status === 'normal');
  return {
    node_id: replica.nodeId,
    status: replica.status,
    view: replica.view,
    commit_number: replica.commitNumber,
    op_number: replica.opNumber,
    is_leader: replica.isLeader,
    cluster_size: replica.clusterSize,
    healthy_replicas: healthy.length,
  };
}

/** One that was cut off still takes itself for the leader of a view that the others have left. */
function leaderAmong(replicas: readonly Replica[]): Replica | undefined {
  const leaders = replicas.filter(({ isLeader }) => isLeader);
  return leaders.sort((one, other) => (other.view ?? -1) - (one.view ?? -1))[0];
}
