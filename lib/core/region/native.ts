// The addon's shape. It is the only place that knows what the native side exports.

import type { ResourceName, ResourceReadings } from '../catalogue/resources.js';
import { loadAddon } from './load-addon.js';

/** Numbers of include/vsr_metrics/layout.h; offsets and sizes in bytes. */
export interface Layout {
  readonly version: number;
  readonly counterSize: number;
  readonly counterOnes: number;
  readonly counterAmounts: number;
  readonly gaugeSize: number;
  readonly gaugeValue: number;
  readonly gaugeSampled: number;
  readonly sharedGaugeSize: number;
  readonly headTouchedLow: number;
  readonly headTouchedHigh: number;
  readonly headSum: number;
  readonly headMinimum: number;
  readonly headMaximum: number;
  readonly headBelow: number;
  readonly headAbove: number;
  /** The size of a head without what follows it. */
  readonly headSplits: number;
  readonly cellSize: number;
  readonly cacheLine: number;
  readonly exemplarSize: number;
  readonly exemplarChecksum: number;
  readonly exemplarSequence: number;
  readonly exemplarValue: number;
  readonly exemplarTaken: number;
  readonly exemplarTextSize: number;
  readonly exemplarGeneration: number;
  readonly exemplarPadding: number;
  readonly exemplarText: number;
  readonly exemplarsOfBucket: number;
  readonly exemplarSeparator: number;
  readonly mostExemplarCharacters: number;
  readonly journalEntries: number;
  readonly journalEntrySize: number;
  /** How many times one entry may say that its value was recorded. */
  readonly journalMostTimes: number;
  readonly journalSeriesBits: number;
  /** Of the journal of one lane. */
  readonly journalSize: number;
  readonly pageSize: number;
  readonly entrySize: number;
  readonly boundSplitFlag: number;
  readonly stateLive: number;
  /** What a region may hold for its readers, its history apart; and what its history may. */
  readonly mostBytesRead: number;
  /** What a series takes in a record of the history beside its numbers. */
  readonly historySeriesSize: number;
  /** The first difference of two readings of the clock that is no length of time. */
  readonly longestDuration: number;
  readonly kinds: Readonly<Record<'counter' | 'gauge' | 'histogram', number>>;
  readonly combines: Readonly<Record<'last' | 'sum' | 'min' | 'max', number>>;
  /** How many numbers of a snapshot a series has; a histogram has one more for each bound. */
  readonly numbers: Readonly<Record<'counter' | 'gauge' | 'histogram', number>>;
  /** What a catalogue may give as `resource`. */
  readonly resources: readonly string[];
}

export interface RegionSizes {
  lanes: number;
  processes: number;
  entries: number;
  heapBytes: number;
  scalarBytes: number;
  histogramBytes: number;
  sharedBytes: number;
  historyBytes: number;
  /** Of one lane. */
  exemplarBytes: number;
  /** Of every series, as a JSON object; none unless given. */
  defaultLabels?: string;
}

/** Where a new region lies when it is a file. */
export interface RegionFile {
  file: string;
  /** How many crashed ones are kept beside it. */
  keep: number;
  allowDisk: boolean;
}

export interface NativeFamily {
  kind: number;
  combine: number;
  name: string;
  description: string;
  maxSeries: number;
  scale: number;
  baseIndex: number;
  cellCount: number;
  shift: number;
  splitCount: number;
  bounds: Float64Array;
  boundCells: Uint32Array;
}

/** What ran out when a series did not get cells of its own. */
export type SpaceName = 'maxSeries' | 'series' | 'histograms' | 'labelBytes' | 'memory' | 'busy';

export interface NativeSeries {
  index: number;
  /** Another one of the same index was another series. */
  generation: number;
  /** False: there was no room and this is the family's overflow series. */
  own: boolean;
  /** Bytes from the start of the lane; of the shared cells for gauges that keep the last value. */
  cellOffset: number;
  /** Histograms: where the cells start, in bytes from the start of the lane. */
  cellsOffset: number;
  /** A removed series could not be used again yet: some thread may still hold it. */
  delayed: boolean;
  /** Why `own` is false. */
  full?: SpaceName;
}

/** The series that were removed since an epoch. */
export interface RemovedSeries {
  /** That of now. */
  epoch: number;
  /** Indexes of entries. Undefined: more than are known; whatever is held has to be looked at. */
  entries: Uint32Array | undefined;
}

export interface DescribedFamily {
  isFamily: true;
  name: string;
  description: string;
  scale: number;
  baseIndex: number;
  cellCount: number;
  shift: number;
  bounds: Float64Array;
}

export interface DescribedSeries {
  isFamily: false;
  family: number;
  generation: number;
  key: string;
}

/** One snapshot in columns; native/snapshot.h says what stands where. */
export interface Frame {
  takenAt: number;
  takenMonotonic: number;
  layoutChanges: number;
  states: Uint8Array;
  generations: Uint32Array;
  created: Float64Array;
  offsets: Uint32Array;
  values: Float64Array;
  cellStart: Uint32Array;
  cellIndex: Int32Array;
  cellCount: Float64Array;
  exemplars?: NativeExemplars | undefined;
}

/** The exemplars of a snapshot in columns, by series and bucket; see native/exemplar_reading.h. */
export interface NativeExemplars {
  series: Uint32Array;
  bucket: Uint32Array;
  value: Float64Array;
  takenAt: Float64Array;
  textEnd: Uint32Array;
  text: Uint8Array;
}

export interface NativeLane {
  readonly index: number;
  /**
   * The scalars of the lane, or the part of it that begins at an offset and has a size, if the lane is
   * that long. V8 takes the size of each for memory in use, so ask for what is used.
   */
  memory(offset?: number, size?: number): ArrayBuffer;
  /** Makes room for the scalars of a series in this lane. False: there is no memory. */
  bind(series: number): boolean;
  /** This thread holds nothing any more of what was removed up to this epoch. */
  acknowledge(epoch: number): void;
  touch(series: number, cell: number): boolean;
  /** The ring, and the position of the next entry. Undefined: there is no memory for it. */
  openJournal(): { readonly ring: ArrayBuffer; readonly position: number } | undefined;
  /** How many entries may be stored from a position on: at least one. */
  journalRoom(position: number): number;
  /** Drains what is there and records a value several times; takes the entry at the position. */
  recordThroughJournal(position: number, series: number, value: number, times: number): boolean;
  /** Series, and how many of their values had no memory since the last time when they were drained. */
  takeSpilled(): number[];
  /** Undefined: the region keeps none. */
  exemplars(): ArrayBuffer | undefined;
  /** The first slot of a bucket; undefined: no room. */
  exemplarOf(series: number, bucket: number): number | undefined;
}

/** Which series' history; `width`: how many numbers of a snapshot it has. */
export interface HistoryKey {
  series: number;
  generation: number;
  width: number;
}

/** One series over time: `width` values for each time. */
export interface NativeHistory {
  times: Float64Array;
  monotonic: Float64Array;
  values: Float64Array;
}

/** What can be read of a region, one's own or a copy of another's. */
export interface ReadableRegion {
  readonly createdMilliseconds: number;
  /** Undefined where there is no family and no live series. */
  describe(first: number, limit?: number): (DescribedFamily | DescribedSeries | undefined)[];
  snapshot(): Frame;
  /** Copies what is kept, unless it has not changed since it was copied last. */
  history(series: HistoryKey, from: number, to: number): NativeHistory;
  /** Gives up what history() copied. */
  forgetHistory(): void;
}

export interface NativeProcess {
  slot: number;
  pid: number;
  isAlive: boolean;
  attachedAt: number;
  heartbeatAgeMs: number;
  loopAgeMs?: number;
}

/** A checked copy of a file, renewed by refresh(). */
export interface NativeReader extends ReadableRegion {
  readonly regionId: string;
  readonly wasClosed: boolean;
  refresh(): void;
  processes(): NativeProcess[];
  /** Gives back the file and the copy. */
  close(): void;
}

export interface NativeRegion extends ReadableRegion {
  addFamily(family: NativeFamily): number;
  addOverflow(family: number, key: string): boolean;
  /** The name of what ran out when there is no room even for the overflow series. */
  series(family: number, key: string): NativeSeries | SpaceName;
  /** The index of its entry; undefined when there was none. */
  removeSeries(family: number, key: string): number | undefined;
  /** Its first word of 32 bits changes whenever a series was removed, by anybody. */
  removals(): ArrayBuffer;
  removedSince(epoch: number): RemovedSeries;
  /** Whether the entry still is the series that it was in that generation, and shown. */
  isLive(index: number, generation: number): boolean;
  claimLane(): NativeLane;
  shared(): ArrayBuffer;
  subscribe(
    everyMs: number,
    keep: number,
    callback: (frame: Frame, missed: number) => void,
  ): () => void;
  sampleResources(everyMs: number, gauges: Partial<Record<ResourceName, number>>): () => void;
  reset(): void;
  /** Where another thread or process can attach. */
  sharePath(): string;
  regionId(): string;
  /** False once another region has taken the place of this one's file. */
  isCurrent(): boolean;
  beatLoop(): void;
  /** Gives the file that this object made its name: until then nobody finds it. */
  publish(): void;
  /** Whether this object made the region. Only then markClosed() means anything. */
  readonly isCreator: boolean;
  markClosed(): void;
  /**
   * Ends the use of the region through this object and gives its lanes back at once. What was mapped
   * may be stored into for as long as it is held: nobody sees it.
   */
  close(): void;
}

interface Addon {
  Region: new (from: RegionSizes | (RegionSizes & RegionFile) | { attach: string }) => NativeRegion;
  Reader: new (path: string) => NativeReader;
  /** Whether some process records into the region of this file. False also when there is none. */
  isRegionInUse(path: string): boolean;
  layout: Layout;
  /** A function that reads the operating system, with rates since its last call. */
  resourceSampler(): () => ResourceReadings;
  /** Adds to what was recorded in this process after close(). */
  addAfterClose(metric: string, amount: number): void;
  /** What was added since the last time, by whichever thread. */
  takeAfterClose(): [metric: string, amount: number][];
  /** Stores the clock's reading in `clockCell`. */
  readClock(): void;
  clockCell: ArrayBuffer;
  clockSource(): ClockSource;
  nanosecondsPerTick(): number;
}

/** What `registry.now()` counts: see `registry.clockSource`. */
export type ClockSource = 'time-stamp-counter' | 'virtual-counter' | 'monotonic';

export const addon = loadAddon() as Addon;
export const layout = addon.layout;

export const kindNumbers = layout.kinds;
export const combineNumbers = layout.combines;
