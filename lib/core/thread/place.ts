// What one thread has of a region: a lane, the cells in it, and where each family stands.
//
//   const place = Place.take(region, families, exemplarContext);   // all of it, or an error and nothing
//   const series = place.open(family, key);
//
// A place never changes but for families that are added, and those are added whole. When the region
// is superseded the thread builds another place beside this one, and only then leaves it.

import type { ResolvedFamily } from '../catalogue/resolve.js';
import { RegistryError } from '../errors.js';
import { Snapshot } from '../reading/snapshot.js';
import type { ExemplarContext } from '../recorders/exemplars.js';
import { seriesKey } from '../recorders/family.js';
import { Journal } from '../recorders/journal.js';
import { LaneMemory } from '../recorders/recorder-factory.js';
import { understood } from '../region/damaged.js';
import { Directory } from '../region/directory.js';
import {
  type Frame,
  layout,
  type NativeLane,
  type NativeRegion,
  type NativeSeries,
  type SpaceName,
} from '../region/native.js';
import { callNative } from '../region/native-errors.js';
import { checkSameFamily, nativeFamily } from '../region/native-family.js';
import type { PlannedFamily } from '../region/planned-family.js';
import type { Recording } from '../registry-types.js';
import { spaceError } from './space.js';

/** What the labels of a family's overflow series say. */
export const overflowValue = '_other';

export class Place {
  readonly region: NativeRegion;
  readonly memory: LaneMemory;
  /** Its first word changes with every removal of a series. */
  readonly removals: Uint32Array;
  /** Of the removals that were before this thread had any series here. */
  readonly firstEpoch: number;
  readonly #lane: NativeLane;
  readonly #directory: Directory;
  readonly #indexes: Map<ResolvedFamily, number>;

  private constructor(
    region: NativeRegion,
    lane: NativeLane,
    indexes: Map<ResolvedFamily, number>,
    context: ExemplarContext | undefined,
    journal: Journal | undefined,
  ) {
    this.region = region;
    this.#lane = lane;
    this.#indexes = indexes;
    this.memory = new LaneMemory(region, lane, context, journal);
    this.removals = new Uint32Array(region.removals());
    this.firstEpoch = region.removedSince(0).epoch;
    lane.acknowledge(this.firstEpoch);
    this.#directory = new Directory(region);
  }

  /**
   * Declares all families and claims a lane. Where that fails the region is left as it was.
   *
   * @throws RegistryError that names the family that does not fit, or what there is no room for
   */
  static take(
    region: NativeRegion,
    families: readonly PlannedFamily[],
    context: ExemplarContext | undefined,
    recording: Recording,
  ): Place {
    try {
      const indexes = new Map<ResolvedFamily, number>();
      for (const planned of families) indexes.set(planned.family, declare(region, planned));
      const lane = callNative(() => region.claimLane());
      const journal = recording === 'journal' ? openJournal(lane) : undefined;
      return new Place(region, lane, indexes, context, journal);
    } catch (error) {
      region.close();
      throw error;
    }
  }

  /** @throws RegistryError when the region has it with other properties, or has no room for it */
  add(planned: PlannedFamily): void {
    this.#indexes.set(planned.family, declare(this.region, planned));
  }

  /** The series with this key, or the family's overflow series. A name: there is no room for either. */
  open(family: ResolvedFamily, key: string): NativeSeries | SpaceName {
    const series = this.region.series(this.#indexOf(family), key);
    if (typeof series === 'string') return series;
    return this.#lane.bind(series.index) ? series : 'memory';
  }

  /** @throws RegistryError when there is no room for the series itself */
  require(family: ResolvedFamily, key: string): NativeSeries {
    const series = this.open(family, key);
    if (typeof series === 'string') throw spaceError(family, series);
    if (!series.own) throw spaceError(family, series.full ?? 'series');
    return series;
  }

  /**
   * False: there was no such series.
   *
   * @throws RegistryError when a process that was stopped holds the directory
   */
  remove(family: ResolvedFamily, key: string): boolean {
    const index = this.#indexOf(family);
    return callNative(() => this.region.removeSeries(index, key)) !== undefined;
  }

  /** Tells the others that this thread holds nothing of what was removed up to this epoch. */
  acknowledge(epoch: number): void {
    this.#lane.acknowledge(epoch);
  }

  /**
   * Series of which values had no memory for their cells when the journal was drained since the last
   * time, and how many.
   */
  takeSpilled(): (readonly [series: number, count: number])[] {
    const spilled = this.#lane.takeSpilled();
    return Array.from({ length: spilled.length / 2 }, (_, index) => [
      spilled[2 * index]!,
      spilled[2 * index + 1]!,
    ]);
  }

  /** Gives the lane back. Whoever made the region says that its end is no crash. */
  close(): void {
    if (this.region.isCreator) this.region.markClosed();
    this.region.close();
  }

  snapshot(): Snapshot {
    return this.toSnapshot(this.region.snapshot());
  }

  toSnapshot(frame: Frame): Snapshot {
    const layout = understood(this.region.sharePath(), () => this.#directory.layoutOf(frame));
    return new Snapshot(layout, frame, this.region.createdMilliseconds);
  }

  #indexOf(family: ResolvedFamily): number {
    return this.#indexes.get(family)!;
  }
}

/** The key of the series that takes all labels for which there is no other. */
export function overflowKey(family: ResolvedFamily): string {
  return seriesKey(family, () => overflowValue);
}

/** Whether there are labels to choose. */
export function hasFreeLabels({ labels }: ResolvedFamily): boolean {
  return labels.some(({ fixed }) => fixed === undefined);
}

function openJournal(lane: NativeLane): Journal {
  const journal = Journal.open(lane);
  if (journal !== undefined) return journal;
  throw new RegistryError('VSR_METRICS_REGISTRY_FULL', {
    problem: `there is no memory for a journal of ${layout.journalSize} bytes`,
    allowed: 'recording: direct, or more room: of /dev/shm, or of the container',
  });
}

function declare(region: NativeRegion, { family, geometry }: PlannedFamily): number {
  const native = nativeFamily(family, geometry);
  const index = callNative(() => region.addFamily(native));
  const [described] = region.describe(index, 1);
  understood(region.sharePath(), () => checkSameFamily(native, described));
  if (hasFreeLabels(family) && !region.addOverflow(index, overflowKey(family))) {
    throw spaceError(family, 'series');
  }
  return index;
}
