// What one thread has of a registry: a lane, the recorders bound to it, and what it started.

import { isMainThread } from 'node:worker_threads';
import { type ResolvedFamily, resolveCatalogue } from './catalogue/resolve.js';
import type { Catalogue, ResourceName } from './catalogue/types.js';
import { RegistryError } from './errors.js';
import { milliseconds, optionsCheck, refusals, required, whole } from './options.js';
import { readOnlyRecord } from './read-only-record.js';
import { type HistoryPoint, type HistoryRange, readHistory } from './reading/history-points.js';
import { Snapshot } from './reading/snapshot.js';
import type { ExemplarContext } from './recorders/exemplars.js';
import { closedError, OpenFamily, type SeriesSource, seriesKey } from './recorders/family.js';
import type { Counter } from './recorders/interfaces.js';
import { ObservableGauges } from './recorders/observable-gauges.js';
import { LaneMemory, type LaneRecorder, RecorderFactory } from './recorders/recorder-factory.js';
import { RejectionLog } from './recorders/rejections.js';
import { clockSource, now, refineClock } from './region/clock.js';
import { Directory } from './region/directory.js';
import type { HistogramGeometry } from './region/histogram-geometry.js';
import {
  addon,
  type ClockSource,
  type Frame,
  type NativeRegion,
  type NativeSeries,
} from './region/native.js';
import { callNative } from './region/native-errors.js';
import { checkSameFamily, nativeFamily } from './region/native-family.js';
import { resourceReadings } from './region/resource-gauges.js';
import type { SharedRegistry, SnapshotSchedule } from './registry-types.js';
import { selfCatalogue } from './self-catalogue.js';

/** What the labels of a family's overflow series say. */
export const overflowValue = '_other';

const housekeepingMs = 1000;

const checkSchedule = optionsCheck<SnapshotSchedule>('onSnapshot', refusals.registry, {
  everyMs: required(milliseconds),
  keep: whole(1, 100_000),
});

/** A lane of a region, and what reads the region on this thread. */
interface Place {
  readonly region: NativeRegion;
  readonly lane: ReturnType<NativeRegion['claimLane']>;
  readonly memory: LaneMemory;
  readonly directory: Directory;
}

/** A recorder that was handed out, and what it takes to bind it again. */
interface Bound {
  readonly family: ResolvedFamily;
  readonly key: string;
  readonly recorder: LaneRecorder;
}

/** What a registry of this thread records. */
export interface RegistryPlan {
  readonly declared: readonly ResolvedFamily[];
  /** Those declared and the library's own. */
  readonly families: readonly ResolvedFamily[];
  readonly geometries: ReadonlyMap<ResolvedFamily, HistogramGeometry>;
  readonly defaultLabels: Readonly<Record<string, string>> | undefined;
  readonly resourcesEveryMs: number | false;
  readonly exemplarContext: ExemplarContext | undefined;
}

export class ThreadRegistry {
  readonly metrics: Readonly<Record<string, unknown>>;
  readonly now = now;
  readonly #plan: RegistryPlan;
  readonly #recorders: RecorderFactory;
  readonly #observables = new ObservableGauges();
  readonly #self = new Map<string, OpenFamily<Counter>>();
  // What a successor of the region is given too: those of the plan, and those added since.
  readonly #families: ResolvedFamily[];
  readonly #geometries: Map<ResolvedFamily, HistogramGeometry>;
  readonly #added = new Map<Catalogue, Readonly<Record<string, unknown>>>();
  readonly #indexes = new Map<ResolvedFamily, number>();
  // By family and key, so that a series has one recorder however often it is asked for.
  readonly #bound = new Map<string, Bound>();
  readonly #subscriptions = new Map<object, () => () => void>();
  readonly #stops = new Map<object, () => void>();
  #place: Place;
  #closed = false;

  constructor(region: NativeRegion, plan: RegistryPlan) {
    this.#plan = plan;
    this.#families = [...plan.families];
    this.#geometries = new Map(plan.geometries);
    this.#place = this.#settle(region);
    const rejections = new RejectionLog((metric, reason) =>
      this.#self.get('rejected')!.with({ metric, reason }),
    );
    this.#recorders = new RecorderFactory(rejections, this.#observables);
    const metrics = new Map<string, unknown>();
    for (const family of plan.families) {
      if (plan.declared.includes(family)) {
        metrics.set(
          family.key,
          this.#openFamily(family, () => this.#checkOpen()),
        );
        continue;
      }
      // Never closed: recorders go on after close(), and so does counting what they refuse.
      const own = this.#openFamily(family, () => undefined);
      this.#self.set(family.key, own as OpenFamily<Counter>);
    }
    this.metrics = readOnlyRecord(metrics);
    this.#subscribe({}, () => this.#sampleResources());
    this.#stops.set({}, ThreadRegistry.#keepHouseOf(new WeakRef(this)));
    this.#stops.set(this.#observables, () => this.#observables.close());
    this.#keepHouse();
  }

  get clockSource(): ClockSource {
    return clockSource();
  }

  snapshot(): Snapshot {
    return this.#toSnapshot(this.#place.region.snapshot());
  }

  onSnapshot(schedule: SnapshotSchedule, listener: (snapshot: Snapshot) => void): () => void {
    this.#checkOpen();
    checkSchedule(schedule);
    const { everyMs, keep = 10 } = schedule;
    return this.#subscribe({}, () =>
      this.#place.region.subscribe(everyMs, keep, (frame) => listener(this.#toSnapshot(frame))),
    );
  }

  history(name: string, range?: HistoryRange): HistoryPoint[] {
    return readHistory(this.#place.region, this.snapshot(), name, range);
  }

  share(): SharedRegistry {
    this.#checkOpen();
    const { region } = this.#place;
    return { vsrMetricsRegion: region.regionId(), path: region.sharePath() };
  }

  reset(): void {
    this.#checkOpen();
    this.#place.region.reset();
  }

  /** Declares families of the library's own that are not there before a part of it is used. */
  addOwnFamilies(catalogue: Catalogue): Readonly<Record<string, unknown>> {
    const known = this.#added.get(catalogue);
    if (known !== undefined) return known;
    const { defaultLabels } = this.#plan;
    const opened = new Map<string, unknown>();
    for (const family of resolveCatalogue(catalogue, { defaultLabels })) {
      this.#declare(this.#place.region, family);
      this.#families.push(family);
      opened.set(
        family.key,
        this.#openFamily(family, () => undefined),
      );
    }
    const metrics = readOnlyRecord(opened);
    this.#added.set(catalogue, metrics);
    return metrics;
  }

  /**
   * Declares a family that was not in the plan; a successor of the region is given it too. Its
   * series are opened by their keys.
   *
   * @throws RegistryError when the region has it with other properties, or has no room
   */
  addFamily(
    family: ResolvedFamily,
    geometry: HistogramGeometry | undefined,
  ): SeriesSource<LaneRecorder> {
    this.#checkOpen();
    if (geometry !== undefined) this.#geometries.set(family, geometry);
    this.#declare(this.#place.region, family);
    this.#families.push(family);
    return {
      open: (key) => this.#open(family, key),
      remove: (key) => this.#remove(family, key),
      checkOpen: () => this.#checkOpen(),
    };
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const stop of this.#stops.values()) stop();
    this.#stops.clear();
    this.#subscriptions.clear();
    this.#place.region.markClosed();
  }

  #toSnapshot(frame: Frame): Snapshot {
    const { region, directory } = this.#place;
    return new Snapshot(directory.layoutOf(frame), frame, region.createdMilliseconds);
  }

  #checkOpen(): void {
    if (this.#closed) throw closedError();
  }

  // ---- the region, and its successor ----

  /** Claims a lane and declares all families. */
  #settle(region: NativeRegion): Place {
    for (const family of this.#families) this.#declare(region, family);
    const lane = callNative(() => region.claimLane());
    const memory = new LaneMemory(region, lane, this.#plan.exemplarContext);
    return { region, lane, memory, directory: new Directory(region) };
  }

  #declare(region: NativeRegion, family: ResolvedFamily): void {
    const native = nativeFamily(family, this.#geometries.get(family));
    const index = callNative(() => region.addFamily(native));
    checkSameFamily(native, region.describe(index, 1)[0]);
    this.#indexes.set(family, index);
    if (isOpen(family) && !region.addOverflow(index, overflowKey(family))) throw fullError(family);
  }

  // A registry that the program has dropped, recorders and all, goes away. Not in the constructor: a
  // closure keeps alive what any closure beside it uses, `this` for one.
  static #keepHouseOf(registry: WeakRef<ThreadRegistry>): () => void {
    const timer = setInterval(() => {
      const kept = registry.deref();
      if (kept === undefined) clearInterval(timer);
      else kept.#keepHouse();
    }, housekeepingMs).unref();
    return () => clearInterval(timer);
  }

  /** Every second: signs of life, the clock's rate, and whether this is still the region to use. */
  #keepHouse(): void {
    refineClock();
    const { region } = this.#place;
    if (isMainThread) region.beatLoop();
    if (!region.isCurrent()) this.#moveOver(region.sharePath());
  }

  /**
   * The creator of the region died and somebody made a new one under its path. What was recorded so
   * far stays in the old file; every recorder goes on in the new one.
   */
  #moveOver(path: string): void {
    try {
      this.#place = this.#settle(callNative(() => new addon.Region({ attach: path })));
    } catch (error) {
      // It may be in the making, or of another version: nothing is lost meanwhile, so try again.
      warnOnce(`${path} has a new registry that cannot be used yet: ${String(error)}`);
      return;
    }
    for (const { family, key, recorder } of this.#bound.values()) {
      const geometry = this.#geometries.get(family);
      const series = this.#series(family, key);
      this.#recorders.rebind(recorder, this.#place.memory, family, geometry, series);
    }
    for (const [owner, start] of this.#subscriptions) {
      this.#stops.get(owner)?.();
      this.#stops.set(owner, start());
    }
  }

  /** Starts something that belongs to the region, and starts it again in its successor. */
  #subscribe(owner: object, start: () => () => void): () => void {
    this.#subscriptions.set(owner, start);
    this.#stops.set(owner, start());
    return () => {
      this.#subscriptions.delete(owner);
      this.#stops.get(owner)?.();
      this.#stops.delete(owner);
    };
  }

  #sampleResources(): () => void {
    const everyMs = this.#plan.resourcesEveryMs;
    const gauges: Partial<Record<ResourceName, number>> = {};
    for (const family of this.#plan.declared) {
      for (const { reading, labels } of resourceReadings(family)) {
        const key = seriesKey(family, (name) => labels[name]!);
        gauges[reading] = this.#series(family, key).index;
      }
    }
    if (everyMs === false || Object.keys(gauges).length === 0) return () => undefined;
    return this.#place.region.sampleResources(everyMs, gauges);
  }

  // ---- families and series ----

  #openFamily(family: ResolvedFamily, checkOpen: () => void): unknown {
    if (family.labels.every(({ fixed }) => fixed !== undefined)) {
      return this.#open(
        family,
        seriesKey(family, () => ''),
      ).recorder;
    }
    const opened = new OpenFamily<LaneRecorder>(family, {
      open: (key) => this.#open(family, key),
      remove: (key) => this.#remove(family, key),
      checkOpen,
    });
    if (!isOpen(family)) opened.openAll();
    return opened;
  }

  #open(family: ResolvedFamily, key: string): { recorder: LaneRecorder; own: boolean } {
    const series = this.#series(family, key);
    const { own } = series;
    if (!own) this.#countOverflow(family);
    const boundKey = own ? key : overflowKey(family);
    const id = `${family.name} ${boundKey}`;
    const known = this.#bound.get(id);
    if (known !== undefined) return { recorder: known.recorder, own };
    const geometry = this.#geometries.get(family);
    const recorder = this.#recorders.make(this.#place.memory, family, geometry, series);
    this.#bound.set(id, { family, key: boundKey, recorder });
    return { recorder, own };
  }

  #remove(family: ResolvedFamily, key: string): boolean {
    this.#bound.delete(`${family.name} ${key}`);
    return this.#place.region.removeSeries(this.#indexes.get(family)!, key) !== undefined;
  }

  #countOverflow(family: ResolvedFamily): void {
    if (family.name === selfCatalogue.families.overflowed.name) return;
    this.#self.get('overflowed')!.with({ metric: family.name }).inc();
  }

  #series(family: ResolvedFamily, key: string): NativeSeries {
    const { region, lane } = this.#place;
    const series = region.series(this.#indexes.get(family)!, key);
    if (typeof series === 'string' || !lane.bind(series.index)) throw fullError(family);
    return series;
  }
}

function isOpen({ labels }: ResolvedFamily): boolean {
  return labels.some(({ fixed, values }) => fixed === undefined && values === undefined);
}

function overflowKey(family: ResolvedFamily): string {
  return seriesKey(family, () => overflowValue);
}

const warned = new Set<string>();

function warnOnce(message: string): void {
  if (warned.has(message)) return;
  warned.add(message);
  process.emitWarning(message, 'VsrMetricsWarning');
}

function fullError(family: ResolvedFamily): RegistryError {
  return new RegistryError('VSR_METRICS_REGISTRY_FULL', {
    metric: family.name,
    problem: 'there is no room for another series',
    allowed: 'more, with the options capacity.series and capacity.histograms of createRegistry',
  });
}
