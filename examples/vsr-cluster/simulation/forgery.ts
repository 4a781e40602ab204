// Messages that no correct replica sends: one for each reason to reject a message that does not
// depend on how it was encoded (those are in messages/codec.ts).

import { rootChecksum, sealEntry } from '../log/entry.js';
import type { Rejection } from '../messages/contradictions.js';
import type { Message } from '../messages/messages.js';
import type { SimulatedNode } from './node.js';
import type { Simulation } from './simulation.js';

export const forgeries = [
  'commit_number',
  'log_tail_length',
  'view_monotonicity',
  'op_number_mismatch',
  'not_primary',
  'equivocation',
  'hash_chain',
  'unknown_sender',
  'replay',
] as const satisfies readonly Rejection[];

/** A message that `to` has to reject for this reason; undefined while there is none. */
export function forge(
  simulation: Simulation,
  reason: (typeof forgeries)[number],
  to: SimulatedNode,
): Message | undefined {
  const { primary, nodes } = simulation;
  const { replica } = to;
  if (replica === undefined || !replica.isNormal || primary === undefined || primary === to) {
    return undefined;
  }
  const { view, commit, log } = replica;
  if (primary.id !== replica.primary || log.op === log.base) return undefined;
  const from = primary.id;
  const incarnation = primary.replica!.incarnation;
  // Late enough to be believed, early enough not to stand in the way of what is true.
  const envelope = { from, incarnation, sequence: 0 };
  const last = log.get(log.op)!;
  const other = nodes.find(({ id }) => id !== from && id !== to.id)!.id;
  switch (reason) {
    case 'commit_number':
      return { type: 'Heartbeat', ...envelope, view, commit: log.op + 9, op: log.op };
    case 'log_tail_length': {
      const tail = log.tail(commit, commit)!;
      return { type: 'StartView', ...envelope, view, tail: { ...tail, op: tail.op + 1 } };
    }
    case 'view_monotonicity': {
      const tail = log.tail(commit, commit)!;
      const { configuration, incarnations } = replica;
      const past = { view, logView: view + 1, tail, configuration, incarnations };
      return { type: 'DoViewChange', ...envelope, ...past };
    }
    case 'op_number_mismatch':
      return { type: 'Prepare', ...envelope, view, commit, entries: [last, last] };
    case 'not_primary':
      return { type: 'Commit', ...envelope, from: other, incarnation: 0, view, commit };
    case 'equivocation': {
      const entry = sealEntry({ ...last, body: 'deposit 0 1000000' });
      return { type: 'Prepare', ...envelope, view, commit, entries: [entry] };
    }
    case 'hash_chain': {
      const entry = { ...last, body: 'deposit 0 1000000' };
      return { type: 'Prepare', ...envelope, view, commit, entries: [entry] };
    }
    case 'unknown_sender':
      return { type: 'Commit', ...envelope, from: 99, view, commit };
    case 'replay': {
      const entries = [sealEntry({ ...last, parent: rootChecksum })];
      return { type: 'Prepare', ...envelope, incarnation: -1, view, commit, entries };
    }
  }
}
