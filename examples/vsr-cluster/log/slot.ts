// How an entry lies in its slot on the disk:
//
//    0  op          8  view       16  parent     24  checksum
//   32  timestamp  40  session    48  client     52  request
//   56  kind       58  length     64  body ...                        256
//
// Doubles up to 40, 32-bit numbers at 48 and 52, a byte at 56, 16 bits at 58; the body has one byte a
// character. A slot that was never written is all zeros.

import { type Entry, entryHeaderBytes, entryKinds, isIntact } from './entry.js';
import type { SlotReading } from './storage.js';

export const slotBytes = 256;
export const bodyBytesMost = slotBytes - entryHeaderBytes;

export function encodeSlot(entry: Entry, into: Buffer, at: number): void {
  const numbers = [entry.op, entry.view, entry.parent, entry.checksum];
  numbers.push(entry.timestamp, entry.session);
  numbers.forEach((value, index) => {
    into.writeDoubleLE(value, at + 8 * index);
  });
  into.writeUInt32LE(entry.client, at + 48);
  into.writeUInt32LE(entry.request, at + 52);
  into.writeUInt8(entryKinds.indexOf(entry.kind), at + 56);
  into.writeUInt16LE(entry.body.length, at + 58);
  into.fill(0, at + entryHeaderBytes, at + slotBytes);
  into.write(entry.body, at + entryHeaderBytes, 'latin1');
}

export function decodeSlot(from: Buffer, at: number): SlotReading {
  const double = (index: number) => from.readDoubleLE(at + 8 * index);
  const op = double(0);
  if (op === 0) return { state: 'empty' };
  const length = from.readUInt16LE(at + 58);
  const kind = entryKinds[from.readUInt8(at + 56)];
  if (length > bodyBytesMost || kind === undefined) return { state: 'corrupt' };
  const start = at + entryHeaderBytes;
  const entry: Entry = {
    op,
    view: double(1),
    parent: double(2),
    checksum: double(3),
    timestamp: double(4),
    kind,
    client: from.readUInt32LE(at + 48),
    session: double(5),
    request: from.readUInt32LE(at + 52),
    body: from.toString('latin1', start, start + length),
  };
  return isIntact(entry) ? { state: 'entry', entry } : { state: 'corrupt' };
}
