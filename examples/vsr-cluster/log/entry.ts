// An entry of the log. Each carries the checksum of the one before it, so that two logs that agree
// in one entry agree in everything before it: that is what lets a replica take over a part of
// another one's log without comparing the rest.

import { checksumOf } from './checksum.js';

/**
 * What an entry does when it is applied: runs an operation, opens a client's session, or changes
 * the configuration (to the joint one of both groups, then to the new group alone).
 */
export const entryKinds = ['operation', 'register', 'joint', 'stable'] as const;
export type EntryKind = (typeof entryKinds)[number];

export interface Entry {
  readonly op: number;
  /** The view in which it was first proposed; it keeps it through later views. */
  readonly view: number;
  /** The checksum of the entry before. */
  readonly parent: number;
  /** Of everything else in here. */
  readonly checksum: number;
  /** The primary's wall clock, never stepping back along the log. */
  readonly timestamp: number;
  readonly kind: EntryKind;
  readonly client: number;
  readonly session: number;
  readonly request: number;
  readonly body: string;
}

/** What stands before the first entry. */
export const rootChecksum = 0;

export function sealEntry(unsealed: Omit<Entry, 'checksum'>): Entry {
  return { ...unsealed, checksum: entryChecksum(unsealed) };
}

export function isIntact(entry: Entry): boolean {
  return entry.checksum === entryChecksum(entry);
}

/** How many bytes an entry takes besides its body; see slot.ts. */
export const entryHeaderBytes = 64;

export function entryBytes(entry: Entry): number {
  return entryHeaderBytes + entry.body.length;
}

function entryChecksum(entry: Omit<Entry, 'checksum'>): number {
  const { op, view, parent, timestamp, kind, client, session, request, body } = entry;
  return checksumOf(
    `${op} ${view} ${parent} ${timestamp} ${kind} ${client} ${session} ${request} ${body}`,
  );
}
