// How long the writer of a journal drains it itself, within what is measured of its handler.

import { orderedClock } from '../harness/native-programs.js';
import { median } from '../harness/statistics.js';

interface Lane {
  journalRoom(position: number): number;
  acknowledge(epoch: number): void;
}

export interface Drains {
  /** Nanoseconds, all together and of one, since the last time. */
  take(): { readonly all: number; readonly one: number };
  /** Drains what is left; nanoseconds. */
  drainRest(): number;
}

/** Watches the lane that a histogram records into, through its journal. */
export function watchDrains(histogram: object): Drains {
  const { lane } = (histogram as { journal: { lane: Lane } }).journal;
  const { read, cell } = orderedClock();
  const drain = lane.journalRoom.bind(lane);
  let taken: number[] = [];
  const value = (position: number) => {
    read();
    const started = cell[0]!;
    const room = drain(position);
    read();
    taken.push(cell[0]! - started);
    return room;
  };
  Object.defineProperty(lane, 'journalRoom', { value });
  return {
    drainRest() {
      read();
      const started = cell[0]!;
      // Whoever acknowledges removals drains first; here nothing was removed.
      lane.acknowledge(0);
      read();
      return cell[0]! - started;
    },
    take() {
      const each = taken;
      taken = [];
      return {
        all: each.reduce((sum, one) => sum + one, 0),
        one: each.length === 0 ? Number.NaN : median(each),
      };
    },
  };
}
