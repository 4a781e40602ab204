// A registry on this thread: its catalogue bound to a lane of a region.
//
//   createRegistry ── families ──▶ directory entries      (native, once a family)
//                  └─ series ────▶ cells of this lane ──▶ recorders (plain stores from then on)

import { catalogueList, type ResolvedFamily, resolveCatalogue } from './catalogue/resolve.js';
import type { CatalogueInput } from './catalogue/types.js';
import { unitsPerSecond } from './catalogue/units.js';
import { type Capacity, planSizes } from './capacity.js';
import { clockSource, now, refineClock } from './clock.js';
import { Directory, type FamilyDescription } from './directory.js';
import { warnOfConventions } from './convention-warnings.js';
import { RegistryError } from './errors.js';
import { closedError, OpenFamily, seriesKey } from './family.js';
import { type HistogramGeometry, planHistogram } from './histogram-geometry.js';
import type { CatalogueOptions, FixedLabels, LabelValues, Metrics, None } from './metrics-types.js';
import {
  addon,
  type ClockSource,
  combineNumbers,
  type Frame,
  kindNumbers,
  layout,
  type NativeLane,
  type NativeRegion,
  type NativeSeries,
} from './native.js';
import { ObservableGauges } from './observable-gauges.js';
import { LaneCounter } from './recorders/counter.js';
import { LaneGauge, LastValueGauge } from './recorders/gauge.js';
import { type HistogramMemory, LaneHistogram } from './recorders/histogram.js';
import type { Counter, Recorder } from './recorders/interfaces.js';
import { SplitHistogram } from './recorders/split-histogram.js';
import { RejectionLog } from './rejections.js';
import { selfCatalogue } from './self-catalogue.js';
import { Snapshot } from './snapshot.js';

/** What `createRegistry` takes. */
export interface RegistryOptions<
  C extends CatalogueInput,
  Fixed extends FixedLabels = None,
  Extra extends LabelValues = None,
> extends CatalogueOptions<C, Fixed, Extra> {
  /** What the registry has room for; only address space until it is used. */
  readonly capacity?: Capacity;
}

/** What `onSnapshot` takes. */
export interface SnapshotSchedule {
  /** The interval: snapshots are taken on time by a native thread, whatever the event loop does. */
  readonly everyMs: number;
  /** How many are held back while the event loop is busy; older ones are dropped. 10 by default. */
  readonly keep?: number;
}

/**
 * A registry: typed metrics to record with, snapshots to read.
 *
 * Recorders that were taken before `close()` go on recording; nothing new can be made after it.
 */
export interface Registry<
  C extends CatalogueInput,
  Fixed extends FixedLabels = None,
  Extra extends LabelValues = None,
> {
  /** The families of the catalogue by key. */
  readonly metrics: Metrics<C, Fixed, Extra>;
  /** What `now()` reads. */
  readonly clockSource: ClockSource;
  /**
   * A reading of the clock, for `histogram.since`: a number, nothing is allocated.
   *
   * @example
   * ```ts
   * const t0 = registry.now();
   * registry.metrics.prepareLatency.since(t0);
   * ```
   */
  now(): number;
  /**
   * Everything recorded up to now, merged over all threads.
   *
   * @example
   * ```ts
   * console.log(registry.snapshot().value('vsr_view_number'));
   * ```
   */
  snapshot(): Snapshot;
  /**
   * Calls `listener` with a snapshot every `everyMs`. They are taken on time even while the event
   * loop is blocked; the last `keep` are handed over when it is free. Holds neither the process nor
   * a worker alive.
   *
   * @returns a function that ends it
   *
   * @example
   * ```ts
   * const stop = registry.onSnapshot({ everyMs: 10_000 }, (snapshot) => {
   *   console.log(new Date(snapshot.takenAt), snapshot.value('vsr_commit_number'));
   * });
   * stop();
   * ```
   */
  onSnapshot(schedule: SnapshotSchedule, listener: (snapshot: Snapshot) => void): () => void;
  /** Makes everything read as if nothing had been recorded. For tests. */
  reset(): void;
  /** Ends what the registry does in the background. Recorders already taken go on recording. */
  close(): void;
}

/**
 * Creates a registry and binds it to this thread.
 *
 * @example
 * ```ts
 * import { createRegistry } from 'vsr-metrics';
 * import { vsr } from 'vsr-metrics/catalogues';
 *
 * const own = createRegistry({ catalogue: vsr, fixedLabels: { replica_id: '0' } });
 * own.metrics.viewNumber.set(7);
 * own.metrics.operations.with({ status: 'success' }).inc();
 * ```
 */
export function createRegistry<
  const C extends CatalogueInput,
  const Fixed extends FixedLabels = None,
  const Extra extends LabelValues = None,
>(options: RegistryOptions<C, Fixed, Extra>): Registry<C, Fixed, Extra> {
  const declared = resolveCatalogue(options.catalogue, options);
  warnOfConventions(catalogueList(options.catalogue));
  const families = [...declared, ...resolveCatalogue(selfCatalogue, withoutFixed(options))];
  const geometries = planHistograms(families);
  const sizes = planSizes(families, geometries, options.capacity ?? {});
  const region = native(() => new addon.Region(sizes));
  const registry = new ThreadRegistry(region, declared, families, geometries);
  return registry as unknown as Registry<C, Fixed, Extra>;
}

function withoutFixed(options: { readonly defaultLabels?: Readonly<Record<string, string>> }) {
  return options.defaultLabels === undefined ? {} : { defaultLabels: options.defaultLabels };
}

function planHistograms(
  families: readonly ResolvedFamily[],
): ReadonlyMap<ResolvedFamily, HistogramGeometry> {
  const planned = new Map<ResolvedFamily, HistogramGeometry>();
  for (const family of families) {
    if (family.kind !== 'histogram' || family.digits === 0) continue;
    const { name, bounds, digits, range } = family;
    planned.set(family, planHistogram({ name, bounds, digits, range: range! }));
  }
  return planned;
}

/** Errors of the native side become the package's own. */
function native<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code === undefined || !code.startsWith('VSR_METRICS_')) throw error;
    throw new RegistryError(code as RegistryError['code'], {
      problem: (error as Error).message,
      cause: error,
    });
  }
}

/** What one thread has of a registry: a lane, and the recorders bound to it. */
class ThreadRegistry {
  readonly metrics: Readonly<Record<string, unknown>>;
  readonly now = now;
  readonly #region: NativeRegion;
  readonly #lane: NativeLane;
  readonly #scalars: ArrayBuffer;
  readonly #shared: ArrayBuffer;
  readonly #directory: Directory;
  readonly #geometries: ReadonlyMap<ResolvedFamily, HistogramGeometry>;
  readonly #observables = new ObservableGauges();
  readonly #rejections: RejectionLog;
  readonly #self = new Map<string, OpenFamily<Counter>>();
  readonly #stops = new Set<() => void>();
  readonly #clockTimer: NodeJS.Timeout;
  #closed = false;

  constructor(
    region: NativeRegion,
    declared: readonly ResolvedFamily[],
    families: readonly ResolvedFamily[],
    geometries: ReadonlyMap<ResolvedFamily, HistogramGeometry>,
  ) {
    this.#region = region;
    this.#lane = native(() => region.claimLane());
    this.#scalars = this.#lane.scalars();
    this.#shared = region.shared();
    this.#directory = new Directory(region);
    this.#geometries = geometries;
    this.#rejections = new RejectionLog((metric, reason) =>
      this.#self.get('rejected')!.with({ metric, reason }),
    );
    const metrics: Record<string, unknown> = {};
    for (const family of families) {
      const opened = this.#openFamily(family);
      if (declared.includes(family)) metrics[family.key] = opened;
      else this.#self.set(family.key, opened as OpenFamily<Counter>);
    }
    this.metrics = Object.freeze(metrics);
    this.#clockTimer = setInterval(refineClock, 10_000).unref();
  }

  get clockSource(): ClockSource {
    return clockSource();
  }

  snapshot(): Snapshot {
    return this.#toSnapshot(this.#region.snapshot());
  }

  onSnapshot(schedule: SnapshotSchedule, listener: (snapshot: Snapshot) => void): () => void {
    this.#checkOpen();
    const { everyMs, keep = 10 } = schedule;
    checkWhole('onSnapshot: everyMs', everyMs, 1, 86_400_000);
    checkWhole('onSnapshot: keep', keep, 1, 100_000);
    const stop = this.#region.subscribe(everyMs, keep, (frame) =>
      listener(this.#toSnapshot(frame)),
    );
    this.#stops.add(stop);
    return () => {
      this.#stops.delete(stop);
      stop();
    };
  }

  reset(): void {
    this.#checkOpen();
    this.#region.reset();
  }

  close(): void {
    this.#closed = true;
    this.#observables.stop();
    clearInterval(this.#clockTimer);
    for (const stop of this.#stops) stop();
    this.#stops.clear();
  }

  #toSnapshot(frame: Frame): Snapshot {
    return new Snapshot(this.#directory, frame, this.#region.createdMilliseconds);
  }

  #checkOpen(): void {
    if (this.#closed) throw closedError();
  }

  #openFamily(family: ResolvedFamily): unknown {
    const index = native(() => this.#region.addFamily(this.#nativeFamily(family)));
    const free = family.labels.filter((label) => label.fixed === undefined);
    if (free.length === 0) {
      const key = seriesKey(family, () => '');
      return this.#bind(family, this.#series(family, index, key));
    }
    const isOpen = free.some((label) => label.values === undefined);
    if (isOpen) this.#addOverflow(family, index);
    const opened = new OpenFamily(family, {
      open: (key) => {
        const series = this.#series(family, index, key);
        if (!series.own) this.#countOverflow(family);
        return { recorder: this.#bind(family, series), own: series.own };
      },
      remove: (key) => this.#region.removeSeries(index, key),
      checkOpen: () => this.#checkOpen(),
    });
    if (!isOpen) opened.openAll();
    return opened;
  }

  #addOverflow(family: ResolvedFamily, index: number): void {
    if (this.#region.addOverflow(index, seriesKey(family, () => overflowValue))) return;
    throw this.#fullError(family);
  }

  #countOverflow(family: ResolvedFamily): void {
    if (family.name === selfCatalogue.families.overflowed.name) return;
    this.#self.get('overflowed')!.with({ metric: family.name }).inc();
  }

  #series(family: ResolvedFamily, index: number, key: string): NativeSeries {
    const series = this.#region.series(index, key);
    if (series === undefined) throw this.#fullError(family);
    if (!this.#lane.bind(series.index)) throw this.#fullError(family);
    return series;
  }

  #fullError(family: ResolvedFamily): RegistryError {
    return new RegistryError('VSR_METRICS_REGISTRY_FULL', {
      metric: family.name,
      problem: 'there is no room for another series',
      allowed: 'more, with the options capacity.series and capacity.histograms of createRegistry',
    });
  }

  #nativeFamily(family: ResolvedFamily) {
    const { kind, name, help, unit, combine, digits } = family;
    const labels = family.labels.map((label) => label.name);
    const description: FamilyDescription = { kind, help, unit, labels, combine, digits };
    const geometry = this.#geometries.get(family);
    return {
      kind: kindNumbers[kind],
      combine: combineNumbers[combine],
      name,
      description: JSON.stringify(description),
      maxSeries: family.labels.some((label) => label.fixed === undefined && !label.values)
        ? family.maxSeries
        : 0xffffffff,
      scale: geometry?.scale ?? 1,
      baseIndex: geometry?.baseIndex ?? 0,
      cellCount: geometry?.cellCount ?? 0,
      shift: geometry?.shift ?? 0,
      splitCount: geometry?.splits.length ?? 0,
      bounds: Float64Array.from(geometry?.bounds ?? []),
      boundCells: geometry?.boundCells ?? new Uint32Array(),
    };
  }

  #bind(family: ResolvedFamily, series: NativeSeries): Recorder {
    const { name } = family;
    const at = series.cellOffset;
    if (family.kind === 'counter') {
      return new LaneCounter(
        new BigInt64Array(this.#scalars, at + layout.counterOnes, 1),
        new Float64Array(this.#scalars, at + layout.counterAmounts, 1),
        name,
        this.#rejections,
      );
    }
    if (family.kind === 'gauge') {
      const isLast = family.combine === 'last';
      const memory = isLast ? this.#shared : this.#scalars;
      const value = new Float64Array(memory, at + layout.gaugeValue, 1);
      const sampled = new Float64Array(memory, at + layout.gaugeSampled, 1);
      const Gauge = isLast ? LastValueGauge : LaneGauge;
      return new Gauge(value, sampled, name, this.#rejections, this.#observables);
    }
    const geometry = this.#geometries.get(family)!;
    const memory: HistogramMemory = {
      cells: new BigInt64Array(this.#lane.cells(series.index), 0, geometry.cellCount),
      head: new DataView(this.#scalars, at),
      touch: (cell) => this.#lane.touch(series.index, cell),
    };
    const perNanosecond = (unitsPerSecond(family.unit) ?? NaN) / 1e9;
    const Histogram = geometry.splits.length === 0 ? LaneHistogram : SplitHistogram;
    return new Histogram(memory, geometry, perNanosecond, name, this.#rejections);
  }
}

/** What the labels of a family's overflow series say. */
export const overflowValue = '_other';

function checkWhole(what: string, given: number, least: number, most: number): void {
  if (Number.isInteger(given) && given >= least && given <= most) return;
  throw new RegistryError('VSR_METRICS_REGISTRY_OPTIONS', {
    problem: what,
    given,
    allowed: `a whole number from ${least} to ${most}`,
  });
}
