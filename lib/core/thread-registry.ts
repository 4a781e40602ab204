// What one thread has of a registry: a lane, the recorders bound to it, and what it started.

import type { ResolvedFamily } from './catalogue/resolve.js';
import type { ResourceName } from './catalogue/types.js';
import { clockSource, now, refineClock } from './clock.js';
import { Directory } from './directory.js';
import { RegistryError } from './errors.js';
import { closedError, OpenFamily, seriesKey } from './family.js';
import type { HistogramGeometry } from './histogram-geometry.js';
import type { ClockSource, Frame, NativeLane, NativeRegion, NativeSeries } from './native.js';
import { callNative } from './native-errors.js';
import { nativeFamily } from './native-family.js';
import { ObservableGauges } from './observable-gauges.js';
import { RecorderFactory } from './recorder-factory.js';
import type { Counter, Recorder } from './recorders/interfaces.js';
import type { SnapshotSchedule } from './registry.js';
import { RejectionLog } from './rejections.js';
import { resourceReadings } from './resource-gauges.js';
import { selfCatalogue } from './self-catalogue.js';
import { Snapshot } from './snapshot.js';

/** What the labels of a family's overflow series say. */
export const overflowValue = '_other';

const refineEveryMs = 10_000;

export class ThreadRegistry {
  readonly metrics: Readonly<Record<string, unknown>>;
  readonly now = now;
  readonly #region: NativeRegion;
  readonly #lane: NativeLane;
  readonly #directory: Directory;
  readonly #recorders: RecorderFactory;
  readonly #geometries: ReadonlyMap<ResolvedFamily, HistogramGeometry>;
  readonly #observables = new ObservableGauges();
  readonly #self = new Map<string, OpenFamily<Counter>>();
  readonly #resources: Partial<Record<ResourceName, number>> = {};
  readonly #stops = new Set<() => void>();
  #closed = false;

  constructor(
    region: NativeRegion,
    declared: readonly ResolvedFamily[],
    families: readonly ResolvedFamily[],
    geometries: ReadonlyMap<ResolvedFamily, HistogramGeometry>,
    options: { readonly resourcesEveryMs: number | false },
  ) {
    this.#region = region;
    this.#lane = callNative(() => region.claimLane());
    this.#directory = new Directory(region);
    this.#geometries = geometries;
    const rejections = new RejectionLog((metric, reason) =>
      this.#self.get('rejected')!.with({ metric, reason }),
    );
    this.#recorders = new RecorderFactory(region, this.#lane, rejections, this.#observables);
    const metrics: Record<string, unknown> = {};
    for (const family of families) {
      if (declared.includes(family)) {
        metrics[family.key] = this.#openFamily(family, () => this.#checkOpen());
        continue;
      }
      // Never closed: recorders go on after close(), and so does counting what they refuse.
      const own = this.#openFamily(family, () => undefined);
      this.#self.set(family.key, own as OpenFamily<Counter>);
    }
    this.metrics = Object.freeze(metrics);
    this.#sampleResources(options.resourcesEveryMs);
    const timer = setInterval(refineClock, refineEveryMs).unref();
    this.#stops.add(() => clearInterval(timer));
    this.#stops.add(() => this.#observables.close());
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
    checkWhole('everyMs of onSnapshot', everyMs, 1, 86_400_000);
    checkWhole('keep of onSnapshot', keep, 1, 100_000);
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
    for (const stop of this.#stops) stop();
    this.#stops.clear();
  }

  #toSnapshot(frame: Frame): Snapshot {
    return new Snapshot(this.#directory, frame, this.#region.createdMilliseconds);
  }

  #checkOpen(): void {
    if (this.#closed) throw closedError();
  }

  #openFamily(family: ResolvedFamily, checkOpen: () => void): unknown {
    const native = nativeFamily(family, this.#geometries.get(family));
    const index = callNative(() => this.#region.addFamily(native));
    for (const { reading, labels } of resourceReadings(family)) {
      const key = seriesKey(family, (name) => labels[name]!);
      this.#resources[reading] = this.#series(family, index, key).index;
    }
    const free = family.labels.filter(({ fixed }) => fixed === undefined);
    if (free.length === 0) {
      return this.#bind(family, this.#series(family, index, seriesKey(family, () => '')));
    }
    const isOpen = free.some(({ values }) => values === undefined);
    if (isOpen) this.#addOverflow(family, index);
    const opened = new OpenFamily(family, {
      open: (key) => {
        const series = this.#series(family, index, key);
        if (!series.own) this.#countOverflow(family);
        return { recorder: this.#bind(family, series), own: series.own };
      },
      remove: (key) => this.#region.removeSeries(index, key),
      checkOpen,
    });
    if (!isOpen) opened.openAll();
    return opened;
  }

  #bind(family: ResolvedFamily, series: NativeSeries): Recorder {
    return this.#recorders.make(family, this.#geometries.get(family), series);
  }

  #addOverflow(family: ResolvedFamily, index: number): void {
    if (this.#region.addOverflow(index, seriesKey(family, () => overflowValue))) return;
    throw fullError(family);
  }

  #countOverflow(family: ResolvedFamily): void {
    if (family.name === selfCatalogue.families.overflowed.name) return;
    this.#self.get('overflowed')!.with({ metric: family.name }).inc();
  }

  #series(family: ResolvedFamily, index: number, key: string): NativeSeries {
    const series = this.#region.series(index, key);
    if (series === undefined || !this.#lane.bind(series.index)) throw fullError(family);
    return series;
  }

  #sampleResources(everyMs: number | false): void {
    if (everyMs === false || Object.keys(this.#resources).length === 0) return;
    checkWhole('resourcesEveryMs', everyMs, 10, 86_400_000);
    this.#stops.add(this.#region.sampleResources(everyMs, this.#resources));
  }
}

function fullError(family: ResolvedFamily): RegistryError {
  return new RegistryError('VSR_METRICS_REGISTRY_FULL', {
    metric: family.name,
    problem: 'there is no room for another series',
    allowed: 'more, with the options capacity.series and capacity.histograms of createRegistry',
  });
}

function checkWhole(option: string, given: number, least: number, most: number): void {
  if (Number.isInteger(given) && given >= least && given <= most) return;
  throw new RegistryError('VSR_METRICS_REGISTRY_OPTIONS', {
    problem: `${option} does not fit`,
    given,
    allowed: `a whole number from ${least} to ${most}`,
  });
}
