// What a replica asks of its disk. The simulation and the real cluster each have one; see
// simulation/disk.ts and cluster/files.ts.
//
// Requests are carried out in the order in which they are made. `done` is called when that request
// and all before it are on the disk, from outside the call; never, when the replica crashed before.

import type { Snapshot } from '../machine/snapshot.js';
import type { Entry } from './entry.js';
import { isIntact } from './entry.js';
import type { Superblock } from './superblock.js';

export type SlotReading =
  | { readonly state: 'entry'; readonly entry: Entry }
  | { readonly state: 'empty' }
  | { readonly state: 'corrupt' };

/** What a disk holds when a replica starts. */
export interface Stored {
  /** Undefined when no copy is intact. */
  readonly superblock: Superblock | undefined;
  readonly damagedCopies: number;
  /** Undefined when it is damaged; what an empty replica starts with when there was none yet. */
  readonly checkpoint: Snapshot | undefined;
  /** The slot that holds `op`, if any does. */
  readSlot(op: number): SlotReading;
}

export interface Storage {
  /** How many slots the ring of the log has: `op` and `op + slots` share one. */
  readonly slots: number;
  load(): Stored;
  writeEntries(entries: readonly Entry[], done: () => void): void;
  /** Empties the slots of these operations, so that nothing of a replaced log is found there. */
  clearSlots(first: number, last: number, done: () => void): void;
  writeSuperblock(block: Superblock, done: () => void): void;
  writeCheckpoint(snapshot: Snapshot, done: () => void): void;
  /** For the scrubber: what is on the disk now, not what was written. */
  readSlot(op: number, done: (reading: SlotReading) => void): void;
  /** For the scrubber: how many copies of the superblock are damaged. */
  checkSuperblock(done: (damaged: number) => void): void;
}

/** What a scan of the log found when a replica starts. */
export interface Scan {
  readonly entries: readonly Entry[];
  /** Slots whose checksum did not match. */
  readonly corruptSlots: number;
  /**
   * The last operation that was found behind a gap. A crash may lose one write and keep a later one,
   * which nobody was told of; it has to go before the log grows over the gap.
   */
  readonly lastStray: number;
  /**
   * The log may have held more than was found. An entry that was torn by a crash, and that nobody
   * was told of, looks exactly like one that was acknowledged and then rotted; nothing on this disk
   * can tell them apart, so the replica has to ask others before it votes again.
   */
  readonly inDoubt: boolean;
}

/** Reads the log from its checkpoint on, as far as each entry follows from the one before. */
export function scanLog(
  stored: Pick<Stored, 'readSlot'>,
  checkpoint: { readonly op: number; readonly checksum: number },
  slots: number,
): Scan {
  const entries: Entry[] = [];
  let last = checkpoint;
  let corruptSlots = 0;
  let lastStray = 0;
  for (let op = checkpoint.op + 1; op <= checkpoint.op + slots; op++) {
    const reading = stored.readSlot(op);
    if (reading.state === 'corrupt' || (reading.state === 'entry' && !isIntact(reading.entry))) {
      corruptSlots++;
      continue;
    }
    // What the slot held a round of the ring ago is in the checkpoint.
    if (reading.state === 'empty' || reading.entry.op !== op) continue;
    if (op === last.op + 1 && reading.entry.parent === last.checksum) {
      entries.push(reading.entry);
      last = reading.entry;
    } else {
      lastStray = op;
    }
  }
  return { entries, corruptSlots, lastStray, inDoubt: corruptSlots > 0 };
}
