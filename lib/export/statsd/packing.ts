// Puts lines into datagrams.

import type { StatsdEntry } from '../../exposition/statsd.js';

/** Some lines, and what they stand for. */
export interface Datagram {
  readonly bytes: Buffer;
  readonly entries: readonly StatsdEntry[];
}

/**
 * As few datagrams as keep the order. No entry may be longer than `mostBytes`; none is split. Lines
 * have a newline between them, and none at the end.
 */
export function* packDatagrams(
  entries: Iterable<StatsdEntry>,
  mostBytes: number,
): Generator<Datagram, void, undefined> {
  let packed: StatsdEntry[] = [];
  let length = 0;
  for (const entry of entries) {
    const added = Buffer.byteLength(entry.text) + 1;
    if (packed.length > 0 && length + added - 1 > mostBytes) {
      yield datagramOf(packed);
      [packed, length] = [[], 0];
    }
    packed.push(entry);
    length += added;
  }
  if (packed.length > 0) yield datagramOf(packed);
}

function datagramOf(entries: readonly StatsdEntry[]): Datagram {
  return { bytes: Buffer.from(entries.map(({ text }) => text).join('\n')), entries };
}
