// Messages that no correct replica sends. The protocol tolerates crashes, not lies; but a peer with
// damaged memory or a forger on the wire is cheaper to find at the door than in the log.
//
// Checks that need the receiver's own log (does this entry follow from mine?) are where the log is:
// replica/normal.ts.

import type { Entry } from '../log/entry.js';
import { isIntact } from '../log/entry.js';
import type { Tail } from '../log/log.js';
import { primaryOf } from '../replica/configuration.js';
import type { Message } from './messages.js';

/** Why a message was rejected: the values of the label `reason` in the vsr catalogue. */
export type Rejection =
  | 'commit_number'
  | 'log_tail_length'
  | 'view_monotonicity'
  | 'op_number_mismatch'
  | 'not_primary'
  | 'equivocation'
  | 'hash_chain'
  | 'unknown_sender'
  | 'signature'
  | 'replay'
  | 'malformed';

/** What a message contradicts in itself; undefined when nothing. */
export function contradictionIn(message: Message, rosterSize: number): Rejection | undefined {
  switch (message.type) {
    case 'Prepare':
      return notFromPrimary(message, rosterSize) ?? contradictionInEntries(message.entries);
    case 'Commit':
      return notFromPrimary(message, rosterSize);
    case 'Heartbeat':
      if (message.commit > message.op) return 'commit_number';
      return notFromPrimary(message, rosterSize);
    case 'StartView':
      return notFromPrimary(message, rosterSize) ?? contradictionInTail(message.tail);
    case 'DoViewChange':
      if (message.logView > message.view) return 'view_monotonicity';
      return contradictionInTail(message.tail);
    case 'NewState':
      return contradictionInTail(message.state.tail);
    case 'RecoveryResponse':
      return message.state === undefined ? undefined : contradictionInTail(message.state.tail);
    case 'RepairResponse':
      return isIntact(message.entry) ? undefined : 'hash_chain';
    default:
      return undefined;
  }
}

function notFromPrimary(
  { from, view }: { readonly from: number; readonly view: number },
  rosterSize: number,
): Rejection | undefined {
  return primaryOf(view, rosterSize) === from ? undefined : 'not_primary';
}

function contradictionInTail({ base, op, commit, entries }: Tail): Rejection | undefined {
  if (entries.length !== op - base) return 'log_tail_length';
  if (commit > op) return 'commit_number';
  if (entries.length > 0 && entries[0]!.op !== base + 1) return 'op_number_mismatch';
  return contradictionInEntries(entries);
}

function contradictionInEntries(entries: readonly Entry[]): Rejection | undefined {
  for (let index = 0; index < entries.length; index++) {
    const entry = entries[index]!;
    const before = entries[index - 1];
    if (before !== undefined && entry.op !== before.op + 1) return 'op_number_mismatch';
    if (before !== undefined && entry.parent !== before.checksum) return 'hash_chain';
    if (!isIntact(entry)) return 'hash_chain';
  }
  return undefined;
}
