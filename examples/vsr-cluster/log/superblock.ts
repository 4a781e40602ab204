// What a replica must not forget whatever happens: the view it promised to be in, the last view in
// which it was normal, and where its checkpoint is. Written in two copies, one after the other, each
// synced before the next, so that a crash leaves at least one whole.

import { checksumOf } from './checksum.js';

export interface Superblock {
  /** One more with each write: the higher of two intact copies is the one that counts. */
  readonly sequence: number;
  readonly replica: number;
  /** It takes part in no lower view. */
  readonly view: number;
  /** The view whose log it has. */
  readonly logView: number;
  readonly checkpoint: CheckpointReference;
  /** False from the first write of a recovery to its last: a crash in between needs another one. */
  readonly isWhole: boolean;
  /** How often this replica lost its superblock and began a new life. */
  readonly incarnation: number;
  /** The same of all replicas, as far as it was told. */
  readonly incarnations: readonly number[];
}

export interface CheckpointReference {
  readonly op: number;
  /** The checksum of the entry at `op`. */
  readonly checksum: number;
}

export const superblockCopies = 2;

/** That of a replica that never ran: `checkpoint` is the checksum of its empty snapshot. */
export function firstSuperblock(
  replica: number,
  rosterSize: number,
  checkpoint: number,
): Superblock {
  return {
    sequence: 1,
    replica,
    view: 0,
    logView: 0,
    checkpoint: { op: 0, checksum: checkpoint },
    isWhole: true,
    incarnation: 0,
    incarnations: Array.from({ length: rosterSize }, () => 0),
  };
}

/** The text of one copy: its checksum in front. */
export function encodeSuperblock(block: Superblock): string {
  const text = JSON.stringify(block);
  return `${checksumOf(text)} ${text}`;
}

/** The superblock in a copy; undefined when it is damaged. */
export function decodeSuperblock(copy: string): Superblock | undefined {
  const separator = copy.indexOf(' ');
  const text = copy.slice(separator + 1);
  if (separator < 1 || Number(copy.slice(0, separator)) !== checksumOf(text)) return undefined;
  return JSON.parse(text) as Superblock;
}

/** The newest of the copies that are intact. */
export function newestSuperblock(copies: readonly string[]): Superblock | undefined {
  let newest: Superblock | undefined;
  for (const copy of copies) {
    const block = decodeSuperblock(copy);
    if (block !== undefined && block.sequence > (newest?.sequence ?? -1)) newest = block;
  }
  return newest;
}
