// The families and series of a region, decoded once and then shared by all snapshots.

import { familyInfo, numbersPerSeries, seriesLabels } from './described.js';
import type { FamilyInfo, SeriesInfo } from './family-info.js';
import { LabelPairs } from './label-pairs.js';
import { type Frame, layout, type ReadableRegion } from './native.js';

export interface SeriesSnapshot {
  readonly info: SeriesInfo;
  /** Where its numbers start in `snapshot.values`. */
  readonly offset: number;
}

export interface FamilySnapshot {
  readonly info: FamilyInfo;
  readonly series: readonly SeriesSnapshot[];
}

/** Which series there are and where their numbers stand. Shared while nothing appears or vanishes. */
export interface SnapshotLayout {
  readonly families: readonly FamilySnapshot[];
}

export class Directory {
  readonly #region: ReadableRegion;
  readonly #entries: (FamilyInfo | SeriesInfo | undefined)[] = [];
  readonly #pairs = new LabelPairs();
  #layout: SnapshotLayout = { families: [] };
  #layoutChanges = -1;
  #states: Uint8Array = new Uint8Array();
  #generations: Uint32Array = new Uint32Array();
  #created: Float64Array = new Float64Array();

  constructor(region: ReadableRegion) {
    this.#region = region;
  }

  /** The layout of a frame: the one before, when nothing has changed since. */
  layoutOf(frame: Frame): SnapshotLayout {
    // By what the frame itself saw: a series may come or go while it is being taken, and then no
    // counter of changes tells on which side of it each row was read.
    if (
      isSame(frame.states, this.#states) &&
      isSame(frame.generations, this.#generations) &&
      isSame(frame.created, this.#created)
    ) {
      return this.#layout;
    }
    // One that waited for the event loop while a later one was read is laid out for itself.
    const isLatest = frame.layoutChanges >= this.#layoutChanges;
    this.#describeWhatIsNew(frame);
    const built = this.#build(frame, isLatest);
    // What vanished before it was asked for is asked for again, in case it is still there.
    if (isLatest && this.#isAllKnown(frame)) {
      this.#layout = built;
      this.#layoutChanges = frame.layoutChanges;
      this.#states = frame.states;
      this.#generations = frame.generations;
      this.#created = frame.created;
    }
    return built;
  }

  #build(frame: Frame, isLatest: boolean): SnapshotLayout {
    const families = new Map<FamilyInfo, SeriesSnapshot[]>();
    for (let slot = 0; slot < frame.states.length; slot++) {
      if (!this.#isKnown(frame, slot)) continue;
      const entry = this.#entries[slot]!;
      if (!('family' in entry)) {
        if (!families.has(entry)) families.set(entry, []);
        continue;
      }
      // Its kind stands in the region twice, and another's file may contradict itself.
      const numbers = (frame.offsets[slot + 1] ?? frame.values.length) - frame.offsets[slot]!;
      if (numbers !== numbersPerSeries(entry.family)) {
        throw new Error(`${entry.family.name} is not the ${entry.family.kind} it claims to be`);
      }
      const info = this.#asOf(entry, frame.created[slot]!, isLatest);
      const series = { info, offset: frame.offsets[slot]! };
      const siblings = families.get(info.family);
      if (siblings === undefined) families.set(info.family, [series]);
      else siblings.push(series);
    }
    return { families: Array.from(families, ([info, series]) => ({ info, series })) };
  }

  // A series that was reset starts again: it is another object.
  #asOf(entry: SeriesInfo, createdAt: number, isLatest: boolean): SeriesInfo {
    if (entry.createdAt === createdAt) return entry;
    const renewed = { ...entry, createdAt };
    if (isLatest) this.#entries[entry.slot] = renewed;
    return renewed;
  }

  /** Whether what the frame shows in this slot is what stands there in #entries. */
  #isKnown({ states, generations }: Frame, slot: number): boolean {
    const entry = this.#entries[slot];
    if (entry === undefined || states[slot] !== layout.stateLive) return false;
    return !('family' in entry) || entry.generation === generations[slot];
  }

  #isAllKnown(frame: Frame): boolean {
    return frame.states.every(
      (state, slot) => state !== layout.stateLive || this.#isKnown(frame, slot),
    );
  }

  /** Asks for what the frame shows and nobody has asked for yet. */
  #describeWhatIsNew(frame: Frame): void {
    const isNew = (slot: number) =>
      frame.states[slot] === layout.stateLive && !this.#isKnown(frame, slot);
    const count = frame.states.length;
    for (let first = 0; first < count; first++) {
      if (!isNew(first)) continue;
      let end = first + 1;
      while (end < count && isNew(end)) end++;
      this.#region.describe(first, end - first).forEach((described, index) => {
        this.#remember(first + index, described);
      });
      first = end;
    }
  }

  #remember(slot: number, described: Described): void {
    if (described === undefined) return;
    if (described.isFamily) {
      this.#entries[slot] ??= familyInfo(described);
      return;
    }
    const family = this.#entries[described.family];
    if (family === undefined || 'family' in family) return;
    const { key, generation } = described;
    const labels = this.#pairs.share(seriesLabels(family, key));
    this.#entries[slot] = { slot, generation, family, labels, createdAt: 0 };
  }
}

type Described = ReturnType<ReadableRegion['describe']>[number];
type Column = Uint8Array | Uint32Array | Float64Array;

function isSame(one: Column, other: Column): boolean {
  return Buffer.compare(bytesOf(one), bytesOf(other)) === 0;
}

function bytesOf({ buffer, byteOffset, byteLength }: Column): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
