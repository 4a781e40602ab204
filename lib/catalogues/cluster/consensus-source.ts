// One source for what VSR's and Kimberlite's catalogues both name. A program that declares both says a
// fact once, and it cannot say two different things:
//
//   const source = consensusSource(registry.metrics);
//   source.viewIs(7, 1);                // vsr_view_number, kmb_consensus_view, kmb_consensus_leader
//   source.positionIs(12_400, 12_345);  // vsr_op_number, vsr_commit_number, kmb_projection_...

import type { Metrics } from '../../core/recorders/metrics-types.js';
import type { kimberlite } from '../kimberlite.js';
import type { vsr } from '../vsr.js';
import type { viewChangeReasons } from '../vsr-values.js';

/** What a registry of both catalogues has, for one replica. */
type BothMetrics = Metrics<
  [typeof vsr, typeof kimberlite],
  { readonly replica_id: string; readonly node_id: string }
>;

/** The recorders that both catalogues have for one quantity. */
export type SharedMetrics = Pick<
  BothMetrics,
  | 'viewNumber'
  | 'consensusView'
  | 'consensusLeader'
  | 'opNumber'
  | 'commitNumber'
  | 'projectionAppliedPosition'
  | 'projectionLag'
  | 'logSize'
  | 'logEntryCount'
  | 'kmbLogSize'
  | 'pendingRequests'
  | 'requestsInFlight'
  | 'viewChanges'
  | 'consensusViewChanges'
  | 'operations'
  | 'consensusCommits'
  | 'bytesWritten'
  | 'logBytes'
  | 'logEntries'
>;

export interface ConsensusSource {
  /** `leader` is the number of the replica that leads; undefined: nobody is known to. */
  viewIs(view: number, leader: number | undefined): void;
  /** Up to `op` everything is in the log, and up to `commit` it is committed and applied. */
  positionIs(op: number, commit: number): void;
  logIs(entries: number, bytes: number): void;
  /** Requests that were taken and are not answered yet. */
  pendingIs(requests: number): void;
  viewChangeStarted(reason: (typeof viewChangeReasons)[number]): void;
  /** So many operations more are committed and applied. */
  committed(operations: number): void;
  /** So many entries more, of so many bytes, were written to the log. */
  written(entries: number, bytes: number): void;
}

/**
 * Records under the names of both catalogues. Nodes are numbered from 1, because 0 says that nobody
 * leads: the node of a replica is its number plus one.
 *
 * @example
 * ```ts
 * import { createRegistry } from 'vsr-metrics';
 * import { kimberlite, vsr } from 'vsr-metrics/catalogues';
 * import { consensusSource } from 'vsr-metrics/cluster';
 *
 * const { metrics } = createRegistry({
 *   catalogue: [vsr, kimberlite],
 *   fixedLabels: { replica_id: '0', node_id: '1' },
 * });
 * const source = consensusSource(metrics);
 * source.viewIs(7, 1);
 * source.committed(16);
 * ```
 */
export function consensusSource(metrics: SharedMetrics): ConsensusSource {
  const m = metrics;
  const succeeded = m.operations.with({ status: 'success' });
  return {
    viewIs(view, leader) {
      m.viewNumber.set(view);
      m.consensusView.set(view);
      m.consensusLeader.set(leader === undefined ? 0 : leader + 1);
    },
    positionIs(op, commit) {
      m.opNumber.set(op);
      m.commitNumber.set(commit);
      m.projectionAppliedPosition.set(commit);
      m.projectionLag.set(op - commit);
    },
    logIs(entries, bytes) {
      m.logEntryCount.set(entries);
      m.logSize.set(bytes);
      m.kmbLogSize.set(bytes);
    },
    pendingIs(requests) {
      m.pendingRequests.set(requests);
      m.requestsInFlight.set(requests);
    },
    viewChangeStarted(reason) {
      m.viewChanges.with({ reason }).inc();
      m.consensusViewChanges.inc();
    },
    committed(operations) {
      succeeded.inc(operations);
      m.consensusCommits.inc(operations);
    },
    written(entries, bytes) {
      m.logEntries.inc(entries);
      m.bytesWritten.inc(bytes);
      m.logBytes.inc(bytes);
    },
  };
}
