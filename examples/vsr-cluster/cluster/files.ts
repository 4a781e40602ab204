// A replica's disk: a directory with the ring of the log, two copies of the superblock, and the
// checkpoint that it refers to.
//
//   DIRECTORY/log  superblock-0  superblock-1  checkpoint-<op>
//
// Requests are carried out one after the other and synced each, but entries that were asked for while
// the disk was busy are written and synced together: the slower the disk, the larger its batches.

import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { type FileHandle, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { checksumOf } from '../log/checksum.js';
import type { Entry } from '../log/entry.js';
import { decodeSlot, encodeSlot, slotBytes } from '../log/slot.js';
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

interface Request {
  /** Entries to write; requests of that kind are put together. */
  readonly entries?: readonly Entry[];
  readonly act?: () => Promise<void>;
  readonly done: () => void;
}

/** Makes the disk of a replica that never ran. */
export function format(directory: string, { replica, rosterSize, members }: FormatOptions): void {
  mkdirSync(directory, { recursive: true });
  const snapshot = emptySnapshot(members);
  writeFileSync(join(directory, 'log'), '');
  writeFileSync(join(directory, 'checkpoint-0'), encodeSnapshot(snapshot));
  const superblock = firstSuperblock(replica, rosterSize, snapshot.checksum);
  for (let copy = 0; copy < superblockCopies; copy++) {
    writeFileSync(superblockPath(directory, copy), encodeSuperblock(superblock));
  }
}

export interface FormatOptions {
  readonly replica: number;
  readonly rosterSize: number;
  readonly members: readonly number[];
}

export class FileStorage implements Storage {
  readonly slots: number;
  /** Milliseconds that every request takes longer: a slow disk, on command. */
  slowness = 0;
  readonly counts = { operations: 0, bytesRead: 0, bytesWritten: 0 };
  readonly #directory: string;
  readonly #after: () => void;
  #log: FileHandle | undefined;
  #queue: Request[] = [];
  #running: Promise<void> | undefined;
  #checkpointOp = 0;

  /** `after` is called when the replica was told of something. */
  constructor(directory: string, slots: number, after: () => void) {
    this.#directory = directory;
    this.slots = slots;
    this.#after = after;
  }

  load(): Stored {
    const copies = Array.from({ length: superblockCopies }, (_, copy) =>
      readText(superblockPath(this.#directory, copy)),
    );
    const superblock = newestSuperblock(copies);
    const ring = this.#readRing();
    const op = superblock?.checkpoint.op ?? 0;
    this.#checkpointOp = op;
    return {
      superblock,
      damagedCopies: copies.filter((copy) => decodeSuperblock(copy) === undefined).length,
      checkpoint: decodeSnapshot(readText(join(this.#directory, `checkpoint-${op}`))),
      readSlot: (op) => decodeSlot(ring, (op % this.slots) * slotBytes),
    };
  }

  writeEntries(entries: readonly Entry[], done: () => void): void {
    this.#add({ entries, done });
  }

  clearSlots(first: number, last: number, done: () => void): void {
    const act = async () => {
      if (last < first) return;
      const count = Math.min(last - first + 1, this.slots);
      const zeros = Buffer.alloc(count * slotBytes);
      await this.#writeRing(first, zeros);
    };
    this.#add({ act, done });
  }

  writeSuperblock(block: Superblock, done: () => void): void {
    const act = async () => {
      const text = encodeSuperblock(block);
      for (let copy = 0; copy < superblockCopies; copy++) {
        await this.#writeSynced(superblockPath(this.#directory, copy), text);
      }
      if (block.checkpoint.op === this.#checkpointOp) return;
      await rm(join(this.#directory, `checkpoint-${this.#checkpointOp}`), { force: true });
      this.#checkpointOp = block.checkpoint.op;
    };
    this.#add({ act, done });
  }

  writeCheckpoint(snapshot: Snapshot, done: () => void): void {
    const path = join(this.#directory, `checkpoint-${snapshot.op}`);
    this.#add({ act: () => this.#writeSynced(path, encodeSnapshot(snapshot)), done });
  }

  readSlot(op: number, done: (reading: SlotReading) => void): void {
    let reading: SlotReading = { state: 'empty' };
    const act = async () => {
      const buffer = Buffer.alloc(slotBytes);
      await (await this.#openLog()).read(buffer, 0, slotBytes, (op % this.slots) * slotBytes);
      this.#count(slotBytes, 0);
      reading = decodeSlot(buffer, 0);
    };
    this.#add({ act, done: () => done(reading) });
  }

  checkSuperblock(done: (damaged: number) => void): void {
    let damaged = 0;
    const act = async () => {
      for (let copy = 0; copy < superblockCopies; copy++) {
        const text = readText(superblockPath(this.#directory, copy));
        this.#count(text.length, 0);
        if (decodeSuperblock(text) === undefined) damaged++;
      }
    };
    this.#add({ act, done: () => done(damaged) });
  }

  /** Whatever was asked for is done, and the files are closed. */
  async close(): Promise<void> {
    await this.#running;
    await this.#log?.close();
  }

  // ---- damage, on command ----

  async damageSlot(op: number): Promise<void> {
    const at = (op % this.slots) * slotBytes + 24;
    await (await this.#openLog()).write(Buffer.alloc(16, 0xa5), 0, 16, at);
  }

  async damageSuperblock(copy: number): Promise<void> {
    await writeFile(superblockPath(this.#directory, copy), 'damaged');
  }

  // ---- one after the other ----

  #add(request: Request): void {
    this.#queue.push(request);
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    // What else is asked for in this turn comes along.
    await undefined;
    while (this.#queue.length > 0) {
      const together = this.#take();
      if (this.slowness > 0) await pause(this.slowness);
      const entries = together.flatMap((request) => request.entries ?? []);
      if (entries.length > 0) await this.#writeEntriesNow(entries);
      else await together[0]!.act!();
      for (const { done } of together) done();
      this.#after();
    }
    this.#running = undefined;
  }

  /** The next request, and those behind it that can be carried out with it. */
  #take(): Request[] {
    let count = 1;
    if (this.#queue[0]!.entries !== undefined) {
      while (this.#queue[count]?.entries !== undefined) count++;
    }
    return this.#queue.splice(0, count);
  }

  async #writeEntriesNow(entries: readonly Entry[]): Promise<void> {
    // Runs of neighbours, usually one.
    for (let start = 0; start < entries.length; ) {
      let end = start + 1;
      while (entries[end]?.op === entries[end - 1]!.op + 1 && end - start < this.slots) end++;
      const bytes = Buffer.allocUnsafe((end - start) * slotBytes);
      for (let index = start; index < end; index++) {
        encodeSlot(entries[index]!, bytes, (index - start) * slotBytes);
      }
      await this.#writeRing(entries[start]!.op, bytes);
      start = end;
    }
  }

  /** Slots from that of `op` on, around the end of the ring if need be. */
  async #writeRing(op: number, bytes: Buffer): Promise<void> {
    const log = await this.#openLog();
    const at = (op % this.slots) * slotBytes;
    const toEnd = Math.min(bytes.length, this.slots * slotBytes - at);
    await log.write(bytes, 0, toEnd, at);
    if (toEnd < bytes.length) await log.write(bytes, toEnd, bytes.length - toEnd, 0);
    await log.datasync();
    this.#count(0, bytes.length);
  }

  async #writeSynced(path: string, text: string): Promise<void> {
    const file = await open(path, 'w');
    try {
      await file.writeFile(text, 'latin1');
      await file.datasync();
    } finally {
      await file.close();
    }
    this.#count(0, text.length);
  }

  #count(read: number, written: number): void {
    this.counts.operations++;
    this.counts.bytesRead += read;
    this.counts.bytesWritten += written;
  }

  async #openLog(): Promise<FileHandle> {
    this.#log ??= await open(join(this.#directory, 'log'), 'r+');
    return this.#log;
  }

  #readRing(): Buffer {
    const ring = Buffer.alloc(this.slots * slotBytes);
    try {
      const file = openSync(join(this.#directory, 'log'), 'r');
      readSync(file, ring, 0, ring.length, 0);
      closeSync(file);
    } catch {
      // Without a log there is no superblock either, and the replica asks the others.
    }
    return ring;
  }
}

/** Removes a directory of replicas and everything in it. */
export function removeData(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
}

function superblockPath(directory: string, copy: number): string {
  return join(directory, `superblock-${copy}`);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function encodeSnapshot(snapshot: Snapshot): string {
  const text = JSON.stringify(snapshot);
  return `${checksumOf(text)} ${text}`;
}

function decodeSnapshot(file: string): Snapshot | undefined {
  const separator = file.indexOf(' ');
  const text = file.slice(separator + 1);
  if (separator < 1 || Number(file.slice(0, separator)) !== checksumOf(text)) return undefined;
  return JSON.parse(text) as Snapshot;
}
