// A registry as one thread has it: its place in a region, its metrics, and what it started.

import { isMainThread } from 'node:worker_threads';
import { warnOfConventions } from '../catalogue/convention-warnings.js';
import {
  type ResolvedFamily,
  type ResolveOptions,
  resolveAdded,
  resolveCatalogue,
} from '../catalogue/resolve.js';
import { selfCatalogue } from '../catalogue/self-catalogue.js';
import type { Catalogue, ResourceName } from '../catalogue/types.js';
import { closeDependents } from '../dependents.js';
import { VsrMetricsError } from '../errors.js';
import { milliseconds, optionsCheck, refusals, required, whole } from '../options.js';
import { readOnlyRecord } from '../read-only-record.js';
import { type HistoryPoint, type HistoryRange, readHistory } from '../reading/history-points.js';
import type { Snapshot } from '../reading/snapshot.js';
import type { ExemplarContext } from '../recorders/exemplars.js';
import { closedError, RecorderFamily, seriesKey } from '../recorders/family.js';
import type { FixedLabels, LabelValues, Metrics, None } from '../recorders/metrics-types.js';
import { ObservableGauges } from '../recorders/observable-gauges.js';
import { type LaneRecorder, RecorderFactory } from '../recorders/recorder-factory.js';
import { RejectionLog } from '../recorders/rejections.js';
import { clockSource, now, refineClock } from '../region/clock.js';
import type { HistogramGeometry } from '../region/histogram-geometry.js';
import { addon, type ClockSource, type NativeRegion } from '../region/native.js';
import { callNative } from '../region/native-errors.js';
import { type PlannedFamily, planFamily } from '../region/planned-family.js';
import { resourceReadings } from '../region/resource-gauges.js';
import type { Recording, SharedRegistry, SnapshotSchedule } from '../registry-types.js';
import { WarningLog } from '../warning-log.js';
import { type OnWarning, setWarner, warnerFor } from '../warnings.js';
import { countAfterClose, takeAfterClose } from './after-close.js';
import { type Chore, keepHouse } from './housekeeping.js';
import { hasFreeLabels, Place } from './place.js';
import { type BoundSource, SeriesBindings } from './series-bindings.js';

/** What a registry of this thread records. */
export interface RegistryPlan {
  readonly catalogues: readonly Catalogue[];
  /** The families of the program's catalogues. */
  readonly declared: readonly PlannedFamily[];
  /** The library's own. */
  readonly own: readonly PlannedFamily[];
  /** What the registry's options say about labels. */
  readonly labels: ResolveOptions;
  readonly resourcesEveryMs: number | false;
  readonly exemplarContext: ExemplarContext | undefined;
  readonly onWarning: OnWarning | undefined;
  readonly recording: Recording;
}

const checkSchedule = optionsCheck<SnapshotSchedule>('onSnapshot', refusals.registry, {
  everyMs: required(milliseconds),
  keep: whole(1, 100_000),
});

/** Something that runs in a region: it is started again in its successor. Returns how to end it. */
type Start = (place: Place) => () => void;

/** Seconds: how long the next pause between two attempts to move over will be, and what is left of this one. */
const firstAttempt = { pause: 1, left: 0 };
const longestPause = 64;

export class ThreadRegistry<
  M = Readonly<Record<string, unknown>>,
  Fixed extends FixedLabels = None,
  Extra extends LabelValues = None,
> {
  readonly metrics: M;
  readonly now = now;
  readonly #plan: RegistryPlan;
  readonly #warnings: WarningLog;
  readonly #observables: ObservableGauges;
  readonly #rejections: RejectionLog;
  readonly #self: Metrics<typeof selfCatalogue>;
  // What a successor of the region is given too: those of the plan, and those added since.
  readonly #families: PlannedFamily[];
  /** Catalogues of the program that were added, and of the library's parts. */
  readonly #added = new Map<Catalogue, Readonly<Record<string, unknown>>>();
  readonly #addedOwn = new Map<Catalogue, Readonly<Record<string, unknown>>>();
  readonly #bindings: SeriesBindings;
  readonly #started = new Map<Start, () => void>();
  readonly #stopHousekeeping: () => void;
  #place: Place;
  // Of the moment when it was closed.
  #lastSnapshot: Snapshot | undefined;
  #closed = false;
  #closing: Promise<void> | undefined;
  #supersededBy: string | undefined;
  #attempts = firstAttempt;

  /** @throws RegistryError when the catalogue does not fit the region; the region is left as it was */
  constructor(region: NativeRegion, plan: RegistryPlan) {
    const warn = setWarner(this, plan.onWarning);
    this.#warnings = new WarningLog(warn);
    this.#observables = new ObservableGauges(warn);
    this.#plan = plan;
    this.#families = [...plan.declared, ...plan.own];
    this.#place = Place.take(region, this.#families, plan.exemplarContext, plan.recording);
    try {
      const count = (metric: string, reason: string) =>
        this.#self.rejected.with({ metric, reason });
      this.#rejections = new RejectionLog(count, warn);
      const factory = new RecorderFactory(this.#rejections, this.#observables);
      const tally = {
        overflowed: (metric: string, reason: string) => this.#countOverflow(metric, reason),
        reuseDelayed: (metric: string) => this.#self.reuseDelayed.with({ metric }).inc(),
      };
      this.#bindings = new SeriesBindings(this.#place, factory, tally, this.#warnings);
      this.#self = this.#open(plan.own) as Metrics<typeof selfCatalogue>;
      this.metrics = this.#open(plan.declared) as M;
      this.#start((place) => this.#sampleResources(place, plan.declared));
      this.#stopHousekeeping = keepHouse<ThreadRegistry<M, Fixed, Extra>>(
        this,
        ThreadRegistry.#chores,
        this.#warnings,
      );
    } catch (error) {
      this.#stop();
      this.#place.close();
      throw error;
    }
    // The two first readings of the clock are far enough apart by now.
    refineClock();
    // Signs of life, before anybody looks.
    if (isMainThread) region.beatLoop();
  }

  get clockSource(): ClockSource {
    return clockSource();
  }

  snapshot(): Snapshot {
    return this.#lastSnapshot ?? this.#place.snapshot();
  }

  onSnapshot(schedule: SnapshotSchedule, listener: (snapshot: Snapshot) => void): () => void {
    this.#checkOpen();
    checkSchedule(schedule);
    const { everyMs, keep = 10 } = schedule;
    return this.#start((place) =>
      place.region.subscribe(everyMs, keep, (frame) => listener(place.toSnapshot(frame))),
    );
  }

  history(name: string, range?: HistoryRange): HistoryPoint[] {
    this.#checkOpen();
    return readHistory(this.#place.region, this.snapshot(), name, range);
  }

  share(): SharedRegistry {
    this.#checkOpen();
    const { region } = this.#place;
    return { vsrMetricsRegion: region.regionId(), path: region.sharePath() };
  }

  reset(): void {
    this.#checkOpen();
    callNative(() => this.#place.region.reset());
  }

  add<const Added extends Catalogue>(catalogue: Added): Metrics<Added, Fixed, Extra> {
    const known = this.#added.get(catalogue);
    if (known !== undefined) return known as Metrics<Added, Fixed, Extra>;
    this.#checkOpen();
    const { catalogues, labels, onWarning } = this.#plan;
    if (catalogues.includes(catalogue)) return this.#metricsOf(catalogue);
    const others = [...new Set([...catalogues, ...this.#added.keys()])];
    const planned = resolveAdded(catalogue, others, labels).map(planFamily);
    warnOfConventions([catalogue], warnerFor(this, onWarning));
    const metrics = this.#add(planned);
    this.#start((place) => this.#sampleResources(place, planned));
    this.#added.set(catalogue, metrics);
    return metrics as Metrics<Added, Fixed, Extra>;
  }

  /** Of a catalogue that is there from the start. */
  #metricsOf<Added extends Catalogue>(catalogue: Added): Metrics<Added, Fixed, Extra> {
    const all = this.metrics as Readonly<Record<string, unknown>>;
    const metrics = readOnlyRecord(
      Object.keys(catalogue.families).map((key) => [key, all[key]] as const),
    );
    this.#added.set(catalogue, metrics);
    return metrics as Metrics<Added, Fixed, Extra>;
  }

  /** Declares families of the library's own that are not there before a part of it is used. */
  addOwnFamilies(catalogue: Catalogue): Readonly<Record<string, unknown>> {
    const known = this.#addedOwn.get(catalogue);
    if (known !== undefined) return known;
    this.#checkOpen();
    const { defaultLabels } = this.#plan.labels;
    const metrics = this.#add(resolveCatalogue(catalogue, { defaultLabels }).map(planFamily));
    this.#addedOwn.set(catalogue, metrics);
    return metrics;
  }

  /**
   * Declares a family that was not in the plan; a successor of the region is given it too. Its
   * series are opened by their keys.
   *
   * @throws RegistryError when the region has it with other properties, or has no room
   */
  addFamily(family: ResolvedFamily, geometry: HistogramGeometry | undefined): BoundSource {
    this.#checkOpen();
    const planned = { family, geometry };
    this.#declare(planned);
    return this.#bindings.sourceOf(planned);
  }

  close(): Promise<void> {
    this.#closing ??= closeDependents(this, () => this.#end());
    return this.#closing;
  }

  [Symbol.dispose](): void {
    void this.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #end(): void {
    this.#closed = true;
    this.#stop();
    this.#countSpilled();
    this.#lastSnapshot = this.#place.snapshot();
    this.#rejections.close();
    this.#bindings.end();
    countAfterClose(this);
    this.#place.close();
  }

  #checkOpen(): void {
    if (this.#closed) throw closedError();
  }

  // ---- families ----

  #add(planned: readonly PlannedFamily[]): Readonly<Record<string, unknown>> {
    for (const each of planned) this.#declare(each);
    return this.#open(planned);
  }

  #declare(planned: PlannedFamily): void {
    this.#place.add(planned);
    this.#families.push(planned);
  }

  #open(families: readonly PlannedFamily[]): Readonly<Record<string, unknown>> {
    return readOnlyRecord(
      families.map((planned) => [planned.family.key, this.#openFamily(planned)] as const),
    );
  }

  #openFamily(planned: PlannedFamily): unknown {
    const { family } = planned;
    const source = this.#bindings.sourceOf(planned);
    if (!hasFreeLabels(family)) return source.require(seriesKey(family, () => ''));
    const opened = new RecorderFamily<LaneRecorder>(family, source);
    source.remembersIn(opened);
    opened.openAll();
    return opened;
  }

  #countOverflow(metric: string, reason: string): void {
    if (metric === selfCatalogue.families.overflowed.name) return;
    this.#self.overflowed.with({ metric, reason }).inc();
  }

  // ---- what runs ----

  #start(start: Start): () => void {
    this.#started.set(start, start(this.#place));
    return () => {
      this.#started.get(start)?.();
      this.#started.delete(start);
    };
  }

  #stop(): void {
    for (const stop of this.#started.values()) stop();
    this.#started.clear();
    this.#observables.close();
    this.#stopHousekeeping?.();
  }

  #sampleResources(place: Place, families: readonly PlannedFamily[]): () => void {
    const everyMs = this.#plan.resourcesEveryMs;
    const gauges: Partial<Record<ResourceName, number>> = {};
    for (const { family } of families) {
      for (const { reading, labels } of resourceReadings(family)) {
        gauges[reading] = place.require(
          family,
          seriesKey(family, (name) => labels[name]!),
        ).index;
      }
    }
    if (everyMs === false || Object.keys(gauges).length === 0) return () => undefined;
    return place.region.sampleResources(everyMs, gauges);
  }

  // ---- housekeeping ----

  static readonly #chores: readonly Chore<ThreadRegistry<unknown, FixedLabels, LabelValues>>[] = [
    { name: 'refining the clock', run: () => refineClock() },
    { name: 'showing that the event loop turns', run: (registry) => registry.#beat() },
    { name: 'letting go of removed series', run: (registry) => registry.#bindings.catchUp() },
    { name: 'counting what is recorded after close()', run: (registry) => registry.#countClosed() },
    { name: 'counting what had no memory', run: (registry) => registry.#countSpilled() },
    { name: 'moving over to a new registry', run: (registry) => registry.#followSuccessor() },
  ];

  #beat(): void {
    if (isMainThread) this.#place.region.beatLoop();
  }

  /** Whoever drains a journal is no thread that counts. */
  #countSpilled(): void {
    for (const [series, count] of this.#place.takeSpilled()) {
      const metric = this.#bindings.metricOf(series);
      if (metric !== undefined) this.#rejections.count(metric, 'memory_exhausted', count);
    }
  }

  #countClosed(): void {
    for (const [metric, amount] of takeAfterClose()) {
      this.#self.rejected.with({ metric, reason: 'after_close' }).inc(amount);
    }
  }

  /**
   * The creator of the region died and somebody made a new one under its path. What was recorded so
   * far stays in the old file; every recorder goes on in the new one. Where that cannot be done yet
   * (it is in the making, its buckets are others, it has no room) the old place stays as it is.
   */
  #followSuccessor(): void {
    if (this.#place.region.isCurrent()) return;
    const { pause, left } = this.#attempts;
    if (left > 0) {
      this.#attempts = { pause, left: left - 1 };
      return;
    }
    const path = this.#place.region.sharePath();
    try {
      this.#moveOver(path);
      this.#attempts = firstAttempt;
      this.#superseded(undefined);
    } catch (error) {
      this.#attempts = { pause: Math.min(2 * pause, longestPause), left: pause - 1 };
      this.#superseded(error instanceof VsrMetricsError ? error.code : 'other');
      const reason = error instanceof Error ? error.message : String(error);
      const message =
        `${path} has a new registry that this thread cannot use: ${reason}. ` +
        'It goes on in the old one, which other processes do not see any more, and tries again';
      this.#warnings.once(`successor ${reason}`, 'VSR_METRICS_SUPERSEDED', message);
    }
  }

  /** Says why this thread is not where readers look; undefined: it is. */
  #superseded(code: string | undefined): void {
    if (code === this.#supersededBy) return;
    if (this.#supersededBy !== undefined) {
      this.#self.superseded.with({ code: this.#supersededBy }).set(0);
    }
    if (code !== undefined) this.#self.superseded.with({ code }).set(1);
    this.#supersededBy = code;
  }

  /** All or nothing. */
  #moveOver(path: string): void {
    const region = callNative(() => new addon.Region({ attach: path }));
    const next = Place.take(
      region,
      this.#families,
      this.#plan.exemplarContext,
      this.#plan.recording,
    );
    const started = new Map<Start, () => void>();
    let move: () => void;
    try {
      move = this.#bindings.prepareMove(next);
      for (const start of this.#started.keys()) started.set(start, start(next));
    } catch (error) {
      for (const stop of started.values()) stop();
      next.close();
      throw error;
    }
    const before = this.#place;
    move();
    this.#place = next;
    for (const [start, stop] of this.#started) {
      stop();
      this.#started.set(start, started.get(start)!);
    }
    before.close();
  }
}
