// What stands in the tables of a region's file, read by other means than the library's.
// native/include/vsr_metrics/layout.h says what is where.

import { closeSync, openSync, readSync } from 'node:fs';

export interface RegionFile {
  readonly id: bigint;
  /** How many lanes somebody owns. */
  readonly lanesOwned: number;
  /** How many entries of the directory are in use, and in which states those of series are. */
  readonly entries: number;
  readonly live: number;
  readonly removed: number;
  /** Neither shown, nor waiting to be used again, nor dormant. */
  readonly lost: number;
  /** By family: how many removed series wait to be used again. */
  readonly removedOf: ReadonlyMap<string, number>;
}

const headerSize = 4096;
const recordSize = 64;
const offsets = {
  layoutVersion: 8,
  id: 24,
  laneTable: 40,
  entries: 64,
  heap: 72,
  laneCount: 160,
  entriesUsed: 3264,
} as const;
const states = { empty: 0, live: 1, removed: 2, dormant: 3 } as const;
const types = { family: 1, series: 2 } as const;
/** In an entry. */
const entry = { state: 0, blobOffset: 16, blobSize: 24, family: 48, type: 56 } as const;
/** In the blob of a family. */
const blob = { boundCount: 20, nameSize: 32, size: 40 } as const;

/** Undefined: there is no file, or it is not finished. */
export function readRegionFile(path: string): RegionFile | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    const read = (offset: number, size: number): Buffer => {
      const bytes = Buffer.alloc(size);
      readSync(file, bytes, 0, size, offset);
      return bytes;
    };
    const header = read(0, headerSize);
    if (header.readUInt32LE(offsets.layoutVersion) === 0) return undefined;
    const count = Number(header.readBigUInt64LE(offsets.entriesUsed));
    const entries = read(Number(header.readBigUInt64LE(offsets.entries)), recordSize * count);
    const heap = Number(header.readBigUInt64LE(offsets.heap));
    const lanes = read(
      Number(header.readBigUInt64LE(offsets.laneTable)),
      recordSize * header.readUInt32LE(offsets.laneCount),
    );
    const nameOf = (family: number): string => {
      const start = Number(entries.readBigUInt64LE(family * recordSize + entry.blobOffset));
      const bytes = read(heap + start, entries.readUInt32LE(family * recordSize + entry.blobSize));
      const bounds = bytes.readUInt32LE(blob.boundCount);
      // Bounds, and the cell of each, to a whole word.
      const name = blob.size + 8 * bounds + 8 * Math.ceil(bounds / 2);
      return bytes.toString('utf8', name, name + bytes.readUInt32LE(blob.nameSize));
    };
    return {
      id: header.readBigInt64LE(offsets.id),
      lanesOwned: countRecords(lanes, (at) => lanes.readUInt32LE(at) !== 0),
      entries: count,
      ...seriesIn(entries, nameOf),
    };
  } finally {
    closeSync(file);
  }
}

function countRecords(table: Buffer, holds: (offset: number) => boolean): number {
  let count = 0;
  for (let at = 0; at < table.length; at += recordSize) if (holds(at)) count++;
  return count;
}

function seriesIn(entries: Buffer, nameOf: (family: number) => string) {
  const stateAt = (at: number) => entries.readUInt32LE(at + entry.state);
  const isSeries = (at: number) => entries.readUInt8(at + entry.type) === types.series;
  const inState = (state: number) =>
    countRecords(entries, (at) => isSeries(at) && stateAt(at) === state);
  const removedOf = new Map<string, number>();
  for (let at = 0; at < entries.length; at += recordSize) {
    if (!isSeries(at) || stateAt(at) !== states.removed) continue;
    const name = nameOf(entries.readUInt32LE(at + entry.family));
    removedOf.set(name, (removedOf.get(name) ?? 0) + 1);
  }
  return {
    live: inState(states.live),
    removed: inState(states.removed),
    lost: countRecords(entries, (at) => stateAt(at) === states.empty),
    removedOf,
  };
}
