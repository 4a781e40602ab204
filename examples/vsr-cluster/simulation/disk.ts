// A disk that takes its time, forgets what was not finished when its replica crashed, and rots.
//
// Like the real one it carries out one request after the other. A crash hits the one it is at: any
// part of that may be on the disk, or torn, and nothing of those behind it.

import type { Entry } from '../log/entry.js';
import { slotBytes } from '../log/slot.js';
import type { SlotReading, Storage, Stored } from '../log/storage.js';
import {
  decodeSuperblock,
  encodeSuperblock,
  firstSuperblock,
  newestSuperblock,
  type Superblock,
  superblockCopies,
} from '../log/superblock.js';
import { emptySnapshot, type Snapshot } from '../machine/snapshot.js';
import type { EventQueue } from './event-queue.js';
import type { Random } from './random.js';

interface Request {
  readonly happen: () => void;
  /** Does a part of it, as a crash may. */
  readonly tear: (mayDamage: boolean) => void;
  readonly done: () => void;
}

const damaged = 'damaged';

export class SimulatedDisk implements Storage {
  readonly slots: number;
  /** Milliseconds a request takes, and what chance adds. */
  latency = { least: 0.2, jitter: 0.4 };
  /** What was written and read, for whoever counts. */
  readonly counts = { operations: 0, bytesWritten: 0, bytesRead: 0 };
  readonly #events: EventQueue;
  readonly #random: Random;
  readonly #ring = new Map<number, Entry | typeof damaged>();
  readonly #superblocks: string[] = [];
  readonly #checkpoints = new Map<number, Snapshot>();
  #queue: Request[] = [];
  /** Which life of the replica the queue belongs to: what a former one planned does not happen. */
  #life = 0;

  constructor(events: EventQueue, random: Random, slots: number) {
    this.#events = events;
    this.#random = random;
    this.slots = slots;
  }

  /** Makes the disk of a replica that never ran. */
  format(replica: number, rosterSize: number, members: readonly number[]): void {
    const snapshot = emptySnapshot(members);
    this.#checkpoints.set(0, snapshot);
    const block = firstSuperblock(replica, rosterSize, snapshot.checksum);
    for (let copy = 0; copy < superblockCopies; copy++) {
      this.#superblocks[copy] = encodeSuperblock(block);
    }
  }

  // ---- what the replica asks ----

  load(): Stored {
    const superblock = newestSuperblock(this.#superblocks);
    return {
      superblock,
      damagedCopies: this.damagedCopies,
      checkpoint: superblock && this.#checkpoints.get(superblock.checkpoint.op),
      readSlot: (op) => this.#read(op),
    };
  }

  writeEntries(entries: readonly Entry[], done: () => void): void {
    const write = (entry: Entry) => this.#ring.set(entry.op % this.slots, entry);
    this.#add({
      happen: () => {
        entries.forEach(write);
        this.counts.bytesWritten += entries.length * slotBytes;
      },
      tear: (mayDamage) => {
        for (const entry of entries) {
          const fate = this.#random.next();
          if (fate < 0.4) write(entry);
          else if (fate > 0.8 && mayDamage) this.#ring.set(entry.op % this.slots, damaged);
        }
      },
      done,
    });
  }

  clearSlots(first: number, last: number, done: () => void): void {
    const clear = (op: number) => this.#ring.delete(op % this.slots);
    const each = (act: (op: number) => void) => {
      for (let op = first; op <= last; op++) act(op);
    };
    const tear = () => each((op) => this.#random.chance(0.5) && clear(op));
    this.#add({ happen: () => each(clear), tear, done });
  }

  writeSuperblock(block: Superblock, done: () => void): void {
    const text = encodeSuperblock(block);
    const write = (copy: number) => {
      this.#superblocks[copy] = text;
    };
    this.#add({
      happen: () => {
        for (let copy = 0; copy < superblockCopies; copy++) write(copy);
        // Those before the one that it refers to are of no use any more.
        for (const op of this.#checkpoints.keys()) {
          if (op < block.checkpoint.op) this.#checkpoints.delete(op);
        }
      },
      // One copy after the other: a crash tears at most one, and never the only whole one.
      tear: () => {
        const whole = this.#random.between(0, superblockCopies - 1);
        for (let copy = 0; copy < whole; copy++) write(copy);
        if (this.#random.chance(0.5)) this.#superblocks[whole] = damaged;
      },
      done,
    });
  }

  writeCheckpoint(snapshot: Snapshot, done: () => void): void {
    const happen = () => this.#checkpoints.set(snapshot.op, snapshot);
    this.#add({ happen, tear: () => undefined, done });
  }

  readSlot(op: number, done: (reading: SlotReading) => void): void {
    const happen = () => {
      this.counts.bytesRead += slotBytes;
    };
    this.#add({ happen, tear: () => undefined, done: () => done(this.#read(op)) });
  }

  checkSuperblock(done: (damagedCopies: number) => void): void {
    const answer = () => done(this.damagedCopies);
    this.#add({ happen: () => undefined, tear: () => undefined, done: answer });
  }

  #read(op: number): SlotReading {
    const slot = this.#ring.get(op % this.slots);
    if (slot === undefined) return { state: 'empty' };
    return slot === damaged ? { state: 'corrupt' } : { state: 'entry', entry: slot };
  }

  #add(request: Request): void {
    this.#queue.push(request);
    if (this.#queue.length === 1) this.#planNext();
  }

  #planNext(): void {
    const life = this.#life;
    const { least, jitter } = this.latency;
    this.#events.after(least + jitter * this.#random.next(), () => {
      if (life !== this.#life) return;
      const { happen, done } = this.#queue[0]!;
      happen();
      this.counts.operations++;
      this.#queue.shift();
      if (this.#queue.length > 0) this.#planNext();
      done();
    });
  }

  // ---- what happens to it ----

  /** Its replica is gone, and with it what was not finished. */
  crash({ mayDamage }: { readonly mayDamage: boolean }): void {
    this.#queue[0]?.tear(mayDamage);
    this.#queue = [];
    this.#life++;
  }

  /** Damages the slot of an operation, if it holds one; false if it does not. */
  damageSlot(op: number): boolean {
    if (!this.#ring.has(op % this.slots)) return false;
    this.#ring.set(op % this.slots, damaged);
    return true;
  }

  damageSuperblock(copy: number): void {
    this.#superblocks[copy] = damaged;
  }

  get damagedCopies(): number {
    return this.#superblocks.filter((copy) => decodeSuperblock(copy) === undefined).length;
  }

  get hasDamage(): boolean {
    for (const slot of this.#ring.values()) if (slot === damaged) return true;
    return false;
  }
}
