// The journal of this thread's lane, as its histograms write it: see native/include/vsr_metrics/
// journal_ring.h for its bytes.
//
// A record is two stores into one place, whatever the series: its number and its value. In a program
// that does much between two records that is what a cache still has; the cells of two dozen series it
// has not. They are stepped later, many at once, by native code.

import { layout, type NativeLane } from '../region/native.js';

const entries = layout.journalEntries;
const wordsOfEntry = layout.journalEntrySize / 8;
const onceMore = 2 ** layout.journalSeriesBits;
export const mostTimes = layout.journalMostTimes;

export class Journal {
  // Only declared, so that what the hot path needs comes first: see counter.ts.
  declare readonly ring: Float64Array;
  /** Words of the ring: of the next entry, and of the first that may not be stored. */
  declare at: number;
  declare end: number;
  /** Of all words of this lap. */
  declare sign: number;
  declare private start: number;
  declare private position: number;
  declare private readonly lane: NativeLane | undefined;

  private constructor(lane: NativeLane | undefined, ring: Float64Array, position: number) {
    this.ring = ring;
    this.at = 0;
    this.end = 0;
    this.sign = -1;
    this.start = 0;
    this.position = position;
    this.lane = lane;
  }

  /** Undefined: there is no memory for it. */
  static open(lane: NativeLane): Journal | undefined {
    const opened = lane.openJournal();
    if (opened === undefined) return undefined;
    return new Journal(lane, new Float64Array(opened.ring), opened.position);
  }

  /** One that takes nothing. */
  static readonly none = new Journal(undefined, new Float64Array(0), 0);

  /** Takes a record of which `mostTimes` is not too much, and whose sum nobody has to look at. */
  append(number: number, value: number, times: number): void {
    // Rare: the ring holds thousands.
    if (this.at === this.end) this.#moveTo(this.#next());
    this.ring[this.at] = (number + (times - 1) * onceMore) * this.sign;
    this.ring[this.at + 1] = value * this.sign;
    this.at += wordsOfEntry;
  }

  /**
   * Records a value very many times, or one so large that the sum has to be looked at: in native code.
   * False: the sum would become infinite.
   */
  record(series: number, value: number, times: number): boolean {
    const next = this.#next();
    const isRecorded = this.lane!.recordThroughJournal(next, series, value, times);
    this.#moveTo(next + 1);
    return isRecorded;
  }

  /** How many entries came before the next one. */
  #next(): number {
    return this.position + (this.at - this.start) / wordsOfEntry;
  }

  #moveTo(position: number): void {
    const room = this.lane!.journalRoom(position);
    this.position = position;
    this.start = (position % entries) * wordsOfEntry;
    this.at = this.start;
    this.end = this.start + room * wordsOfEntry;
    this.sign = Math.floor(position / entries) % 2 === 0 ? -1 : 1;
  }
}
