// What GET /status answers: one member of the cluster, in the fields of Kimberlite's status document.

import type { Cluster, Member } from '../catalogues/cluster/cluster.js';
import type { LabelFilter } from '../core/reading/snapshot.js';

/**
 * Of the member that has these labels. Of several it is the leader; where nobody leads, who led last,
 * or the first. Undefined when there is none.
 */
export function statusDocument(cluster: Cluster | undefined, filter: LabelFilter) {
  if (cluster === undefined) return undefined;
  const candidates = membersWith(cluster, filter);
  const named = (name: string | null) => candidates.find((member) => member.name === name);
  const member = named(cluster.leader) ?? named(cluster.lastLeader) ?? candidates[0];
  if (member === undefined) return undefined;
  return {
    node_id: member.nodeId,
    status: member.status,
    view: member.term,
    commit_number: member.position,
    op_number: member.op,
    is_leader: member.role === 'leader',
    cluster_size: cluster.size ?? member.size,
    healthy_replicas: cluster.well,
    role: member.role,
    lag: member.lag,
    ...(member.reason !== '' && { reason: member.reason }),
  };
}

/** The members that have these labels. */
export function membersWith(cluster: Cluster | undefined, filter: LabelFilter): Member[] {
  const wanted = Object.entries(filter);
  return (cluster?.members ?? []).filter(({ labels }) =>
    wanted.every(([name, value]) => labels[name] === value),
  );
}
