// How long the writer of a journal drains it itself, within what is measured of its handler.
//
// Rounds are short and drains are rare, so that the median round has none: what they add to a record is
// told over all rounds.

import { orderedClock } from '../harness/native-programs.js';
import { median } from '../harness/statistics.js';

interface Lane {
  journalRoom(position: number): number;
}

export interface Drains {
  /** Nanoseconds since the last time. */
  take(): number;
  /** Nanoseconds: what all drains so far come to for a record, and how long one takes. */
  perRecord(): number;
  one(): number;
}

/** Watches the lane that a histogram records into, through its journal. */
export function watchDrains(histogram: object): Drains {
  const { lane } = (histogram as { journal: { lane: Lane } }).journal;
  const { read, cell } = orderedClock();
  const drain = lane.journalRoom.bind(lane);
  const each: number[] = [];
  let first: number | undefined;
  let last = 0;
  let taken = 0;
  const value = (position: number) => {
    first ??= position;
    last = position;
    read();
    const started = cell[0]!;
    const room = drain(position);
    read();
    each.push(cell[0]! - started);
    taken += each.at(-1)!;
    return room;
  };
  Object.defineProperty(lane, 'journalRoom', { value });
  return {
    take() {
      const since = taken;
      taken = 0;
      return since;
    },
    perRecord: () => {
      // What the first one drained was recorded before.
      const all = each.slice(1).reduce((sum, one) => sum + one, 0);
      return each.length < 2 ? 0 : all / (last - first!);
    },
    one: () => (each.length === 0 ? 0 : median(each)),
  };
}
