// The part of the log that a replica keeps in memory: everything it may still have to apply, send or
// prove, mirrored by a ring of slots on its disk.
//
//        base          commit            op
//   ------|---------------|--------------|
//   in a  |   applied     |  may still   |
//   check-|               |  be replaced |
//   point |               |              |

import { type Entry, entryBytes, rootChecksum } from './entry.js';

/** A part of a log that ends where the log does; `base` is the operation before its first entry. */
export interface Tail {
  readonly base: number;
  /** The checksum of the entry at `base`. */
  readonly baseChecksum: number;
  readonly op: number;
  readonly commit: number;
  readonly entries: readonly Entry[];
}

export class Log {
  #entries: Entry[] = [];
  #base = 0;
  #baseChecksum = rootChecksum;
  #bytes = 0;

  /** The last operation in the log. */
  get op(): number {
    return this.#base + this.#entries.length;
  }

  /** The operation before the first that is in memory. */
  get base(): number {
    return this.#base;
  }

  get count(): number {
    return this.#entries.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get lastChecksum(): number {
    return this.#entries.at(-1)?.checksum ?? this.#baseChecksum;
  }

  get lastTimestamp(): number {
    return this.#entries.at(-1)?.timestamp ?? 0;
  }

  get(op: number): Entry | undefined {
    return this.#entries[op - this.#base - 1];
  }

  /** The checksum of the entry at `op`; undefined when it is not known (any more). */
  checksumAt(op: number): number | undefined {
    return op === this.#base ? this.#baseChecksum : this.get(op)?.checksum;
  }

  append(entry: Entry): void {
    if (entry.op !== this.op + 1 || entry.parent !== this.lastChecksum) {
      throw new Error(`entry ${entry.op} does not follow ${this.op}`);
    }
    this.#entries.push(entry);
    this.#bytes += entryBytes(entry);
  }

  /** Drops everything after `op`. */
  truncate(op: number): void {
    while (this.op > op && this.#entries.length > 0)
      this.#bytes -= entryBytes(this.#entries.pop()!);
  }

  /** Forgets everything up to `op`: it is in a checkpoint. */
  forget(op: number): void {
    if (op <= this.#base) return;
    this.#baseChecksum = this.checksumAt(op)!;
    const forgotten = this.#entries.splice(0, op - this.#base);
    for (const entry of forgotten) this.#bytes -= entryBytes(entry);
    this.#base = op;
  }

  /** Begins anew behind a checkpoint. */
  restart(op: number, checksum: number): void {
    this.#entries = [];
    this.#base = op;
    this.#baseChecksum = checksum;
    this.#bytes = 0;
  }

  /** What comes after `base`, up to `end`; undefined when that is not all in memory. */
  tail(base: number, commit: number, end = this.op): Tail | undefined {
    const baseChecksum = this.checksumAt(base);
    if (baseChecksum === undefined) return undefined;
    const entries = this.#entries.slice(base - this.#base, end - this.#base);
    return { base, baseChecksum, op: base + entries.length, commit, entries };
  }

  /** Entries from `first` to `last`, as far as they are there. */
  slice(first: number, last: number): readonly Entry[] {
    const start = Math.max(first, this.#base + 1);
    return this.#entries.slice(start - this.#base - 1, Math.max(0, last - this.#base));
  }

  /** Whether the tail follows from what is here, and so does everything before it. */
  connects({ base, baseChecksum, entries }: Tail): boolean {
    if (base >= this.#base) return this.checksumAt(base) === baseChecksum;
    // It reaches back further than this log does.
    return entries[this.#base - base - 1]?.checksum === this.#baseChecksum;
  }
}
