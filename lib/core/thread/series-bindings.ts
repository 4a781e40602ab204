// The recorders that one thread has handed out, and the series that each is bound to.
//
// A recorder is in one of three conditions: it stores into its series; the series was removed or the
// registry closed, and it stores where nobody reads (void-memory.ts); or it is one of the latter from
// the start, because there was no room at all.

import { show } from '../errors.js';
import type { RemovalWatch, SeriesSource } from '../recorders/family.js';
import type { RefusedValue } from '../recorders/label-values.js';
import type { LaneRecorder, RecorderFactory } from '../recorders/recorder-factory.js';
import { VoidMemory } from '../recorders/void-memory.js';
import type { NativeSeries } from '../region/native.js';
import type { PlannedFamily } from '../region/planned-family.js';
import type { WarningLog } from '../warning-log.js';
import { closedMemory } from './after-close.js';
import { overflowKey, overflowValue, type Place } from './place.js';
import { spaceWarning } from './space.js';

/** Where recorders of removed series go on: nothing of it is counted. One per thread is enough. */
const removedMemory = new VoidMemory();

/** What is counted of the series themselves. */
export interface SeriesTally {
  /** Labels that were given a share of the overflow series. */
  overflowed(metric: string, reason: string): void;
  /** A removed series could not be used again yet. */
  reuseDelayed(metric: string): void;
}

/** Makes the series of one family. */
export interface BoundSource extends SeriesSource<LaneRecorder> {
  /** Where its labels are remembered: that must forget series that are removed. */
  remembersIn(memo: LabelMemo): void;
}

interface LabelMemo {
  forget(key: string): void;
  forgetAll(): void;
}

/** A family whose series are bound here. */
interface BoundFamily extends PlannedFamily {
  memo: LabelMemo | undefined;
  /** Of the series that all labels share for which there is no other. */
  readonly overflowKey: string;
  /** For labels of which there is no series: made when it is needed. */
  void: LaneRecorder | undefined;
}

/** Stands for the series where there is none: void memory asks nothing of it. */
const noSeries: NativeSeries = {
  index: 0,
  generation: 0,
  own: true,
  cellOffset: 0,
  cellsOffset: 0,
  delayed: false,
};

/** A recorder that was handed out, and the series that it is bound to. */
interface Bound {
  readonly family: BoundFamily;
  readonly key: string;
  readonly recorder: LaneRecorder;
  readonly generation: number;
}

export class SeriesBindings {
  /** Compared by every `with()` of this thread. */
  readonly watch: RemovalWatch = { removals: new Uint32Array(1), seen: 0 };
  readonly #recorders: RecorderFactory;
  readonly #tally: SeriesTally;
  readonly #warnings: WarningLog;
  readonly #families: BoundFamily[] = [];
  // By the index of the series' entry, so that a series has one recorder however it is asked for.
  #bound = new Map<number, Bound>();
  // Undefined: the registry is closed.
  #place: Place | undefined;
  #epoch = 0;

  constructor(place: Place, recorders: RecorderFactory, tally: SeriesTally, warnings: WarningLog) {
    this.#recorders = recorders;
    this.#tally = tally;
    this.#warnings = warnings;
    this.#place = place;
    this.#know(place, place.firstEpoch);
  }

  /** Makes the series of a family, by their keys. */
  sourceOf({ family, geometry }: PlannedFamily): BoundSource {
    const bound: BoundFamily = {
      family,
      geometry,
      memo: undefined,
      overflowKey: overflowKey(family),
      void: undefined,
    };
    this.#families.push(bound);
    return {
      watch: this.watch,
      catchUp: () => this.catchUp(),
      open: (key) => this.#open(bound, key),
      require: (key) => this.#require(bound, key),
      openRefused: (refused) => this.#openRefused(bound, refused),
      remove: (key) => this.#remove(bound, key),
      remembersIn: (memo) => {
        bound.memo = memo;
      },
    };
  }

  /** Lets go of every series that was removed since the last time, by whichever thread. */
  catchUp(): void {
    const place = this.#place;
    if (place === undefined || this.watch.removals[0] === this.watch.seen) return;
    const { epoch, entries } = place.region.removedSince(this.#epoch);
    if (entries !== undefined) {
      for (const index of entries) this.#release(index);
    } else {
      // More than the region remembers.
      for (const [index, { generation }] of this.#bound) {
        if (!place.region.isLive(index, generation)) this.#release(index);
      }
    }
    this.#know(place, epoch);
    place.acknowledge(epoch);
  }

  /** What a series of this thread is one of. */
  metricOf(series: number): string | undefined {
    return this.#bound.get(series)?.family.family.name;
  }

  /**
   * Finds a series in another place for every recorder. Nothing has changed until the function that
   * it returns is called, which cannot fail.
   *
   * @throws RegistryError that names the family for which there is no room
   */
  prepareMove(next: Place): () => void {
    this.catchUp();
    const moves = Array.from(this.#bound.values(), (bound) => ({
      bound,
      series: next.require(bound.family.family, bound.key),
    }));
    return () => {
      this.#place = next;
      this.#bound = new Map();
      for (const { bound, series } of moves) {
        const { family, geometry } = bound.family;
        this.#recorders.rebind(bound.recorder, next.memory, family, geometry, series);
        this.#bound.set(series.index, { ...bound, generation: series.generation });
      }
      this.#know(next, next.firstEpoch);
    };
  }

  /** The registry is closed: recorders go on where nobody reads. */
  end(): void {
    for (const bound of this.#bound.values()) this.#toVoid(bound, closedMemory);
    for (const family of this.#families) {
      family.memo?.forgetAll();
      if (family.void !== undefined) this.#toVoid({ family, recorder: family.void }, closedMemory);
    }
    this.#bound.clear();
    this.#place = undefined;
    this.watch.removals = Uint32Array.of(this.watch.seen);
  }

  // ---- one series ----

  #open(family: BoundFamily, key: string): { recorder: LaneRecorder; own: boolean } {
    this.catchUp();
    const metric = family.family.name;
    const series = this.#place?.open(family.family, key);
    if (series === undefined) return { recorder: this.#voidOf(family), own: false };
    // It may be asked for by its name.
    const isOwn = typeof series !== 'string' && (series.own || key === family.overflowKey);
    const space = isOwn ? undefined : typeof series === 'string' ? series : series.full;
    if (space !== undefined) {
      this.#tally.overflowed(metric, space);
      this.#warn(family, space, spaceWarning(family.family, space));
    }
    if (typeof series === 'string') return { recorder: this.#voidOf(family), own: false };
    if (series.delayed) this.#tally.reuseDelayed(metric);
    const boundKey = series.own ? key : family.overflowKey;
    return { recorder: this.#bind(family, boundKey, series), own: series.own };
  }

  #require(family: BoundFamily, key: string): LaneRecorder {
    return this.#bind(family, key, this.#place!.require(family.family, key));
  }

  #openRefused(family: BoundFamily, { label, given, allowed }: RefusedValue): LaneRecorder {
    if (this.#place === undefined) return this.#voidOf(family);
    const { name } = family.family;
    const values = typeof allowed === 'string' ? allowed : allowed.map(show).join(', ');
    this.#tally.overflowed(name, 'label_value');
    this.#warn(
      family,
      `value of ${label}`,
      `${name}: the label ${show(label)} has no such value; given ${show(given)}; allowed: ${values}. ` +
        `What has such labels is recorded into the series ${overflowValue}`,
    );
    return this.#open(family, family.overflowKey).recorder;
  }

  #remove(family: BoundFamily, key: string): boolean {
    const isRemoved = this.#removeNow(family, key);
    // One's own removals are seen, and acknowledged, at once.
    this.catchUp();
    return isRemoved;
  }

  /** What runs does not end because another process was stopped. */
  #removeNow({ family }: BoundFamily, key: string): boolean {
    try {
      return this.#place?.remove(family, key) ?? false;
    } catch (error) {
      const { code, message } = error as Error & { code?: string };
      if (code !== 'VSR_METRICS_REGISTRY_BUSY') throw error;
      this.#warnings.once(
        `${family.name} remove`,
        'VSR_METRICS_BUSY',
        `${family.name}: ${message}`,
      );
      return false;
    }
  }

  #bind(family: BoundFamily, key: string, series: NativeSeries): LaneRecorder {
    const known = this.#bound.get(series.index);
    if (known !== undefined) return known.recorder;
    const { memory } = this.#place!;
    const recorder = this.#recorders.make(memory, family.family, family.geometry, series);
    this.#bound.set(series.index, { family, key, recorder, generation: series.generation });
    return recorder;
  }

  #release(index: number): void {
    const bound = this.#bound.get(index);
    if (bound === undefined) return;
    this.#bound.delete(index);
    bound.family.memo?.forget(bound.key);
    this.#toVoid(bound, removedMemory);
  }

  #toVoid({ family, recorder }: Pick<Bound, 'family' | 'recorder'>, memory: VoidMemory): void {
    const cells = memory.of(family.family.name);
    this.#recorders.rebind(recorder, cells, family.family, family.geometry, noSeries);
    cells.forgetGauge();
  }

  #voidOf(family: BoundFamily): LaneRecorder {
    const memory = this.#place === undefined ? closedMemory : removedMemory;
    family.void ??= this.#recorders.make(
      memory.of(family.family.name),
      family.family,
      family.geometry,
      noSeries,
    );
    return family.void;
  }

  #warn({ family }: BoundFamily, about: string, message: string): void {
    this.#warnings.once(`${family.name} ${about}`, 'VSR_METRICS_OVERFLOWED', message);
  }

  #know(place: Place, epoch: number): void {
    this.#epoch = epoch;
    this.watch.removals = place.removals;
    this.watch.seen = epoch % 2 ** 32;
  }
}
