// Everything that applying the log up to one operation gave: what a checkpoint holds, and what a
// replica gets that fell so far behind that the others have forgotten the entries it lacks.

import { rootChecksum } from '../log/entry.js';
import type { Configuration } from '../replica/configuration.js';
import type { LedgerState } from './ledger.js';
import type { Session } from './sessions.js';

export interface Snapshot {
  readonly op: number;
  /** Of the entry at `op`. */
  readonly checksum: number;
  readonly ledger: LedgerState;
  readonly sessions: readonly Session[];
  readonly configuration: Configuration;
}

/** What every replica starts with. */
export function emptySnapshot(members: readonly number[]): Snapshot {
  return {
    op: 0,
    checksum: rootChecksum,
    ledger: { accounts: [], hash: 0 },
    sessions: [],
    configuration: { op: 0, members },
  };
}
