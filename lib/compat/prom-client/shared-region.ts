// What metrics of several threads and processes have in common: families of a core registry, made
// when a metric is, and the sums that any of them can read.
//
//   const region = openSharedRegion('/dev/shm/shop.metrics');
//   const family = region.family({ kind: 'counter', name: 'sales', help: 'Sales', labelNames: [] });
//   const record = family.recorder({});
//   record(3);
//   family.read(); // [{ labels: {}, numbers: [3] }], summed over everybody
//
// Loaded only by programs that share: it needs the native binary.

import type { ResolvedFamily } from '../../core/catalogue/resolve.js';
import type { MetricKind } from '../../core/catalogue/types.js';
import type { Snapshot } from '../../core/reading/snapshot.js';
import type { CombiningGauge, Counter, Histogram } from '../../core/recorders/interfaces.js';
import type { LaneRecorder } from '../../core/recorders/recorder-factory.js';
import type { SeriesInfo } from '../../core/region/family-info.js';
import { planHistogram } from '../../core/region/histogram-geometry.js';
import { addon, layout } from '../../core/region/native.js';
import { callNative } from '../../core/region/native-errors.js';
import { openRegion } from '../../core/registry.js';
import type { SharedRegistry } from '../../core/registry-types.js';
import type {
  FamilyDescription,
  SharedFamily,
  SharedReading,
  SharedRegion,
} from './shared-types.cjs';

/** Address space only, until it is used. */
const room = { lanes: 128, series: 65_536, histograms: 4096, mostBounds: 64 };

/**
 * Attaches to what other threads or processes share, or begins it.
 *
 * @throws RegistryError when the file is not to be used, or the other side has ended
 */
export function openSharedRegion(where: string | SharedRegistry | undefined): SharedRegion {
  if (typeof where === 'object') return new CoreRegion({ attach: where.path });
  if (where === undefined) return new CoreRegion(sizes());
  if (addon.isRegionInUse(where)) return new CoreRegion({ attach: where });
  try {
    return new CoreRegion({ ...sizes(), file: where, keep: 3, allowDisk: false });
  } catch (error) {
    // Somebody was faster.
    if (addon.isRegionInUse(where)) return new CoreRegion({ attach: where });
    throw error;
  }
}

function sizes() {
  const { lanes, series, histograms, mostBounds } = room;
  const headBytes = layout.headSplits + 8 * (2 * mostBounds + 1);
  return {
    lanes,
    processes: lanes,
    entries: series,
    heapBytes: 512 * series,
    scalarBytes: layout.gaugeSize * series + headBytes * histograms,
    histogramBytes: 2 * layout.pageSize * histograms,
    sharedBytes: layout.sharedGaugeSize * series,
    historyBytes: 0,
    exemplarBytes: 0,
  };
}

class CoreRegion implements SharedRegion {
  readonly #registry;
  #held: Snapshot | undefined;

  constructor(from: ConstructorParameters<typeof addon.Region>[0]) {
    this.#registry = openRegion(callNative(() => new addon.Region(from)));
  }

  share(): SharedRegistry {
    return this.#registry.share();
  }

  family(description: FamilyDescription): SharedFamily | undefined {
    const { kind, bounds = [] } = description;
    // What the core cannot keep stays with its thread.
    const ascend = bounds.every((bound, index) => bound > (bounds[index - 1] ?? 0));
    const isKept = ascend && bounds.length <= room.mostBounds && !bounds.includes(Infinity);
    if (!isKept || (kind === 'histogram' && bounds.length === 0)) return undefined;
    return new CoreFamily(this, description);
  }

  declare(family: ResolvedFamily) {
    const { name, bounds } = family;
    const geometry =
      family.kind === 'histogram'
        ? planHistogram({
            name,
            bounds,
            digits: 1,
            range: { min: bounds[0]!, max: bounds.at(-1)! },
          })
        : undefined;
    return this.#registry.addFamily(family, geometry);
  }

  holding<T>(read: () => T): T {
    this.#held = this.#registry.snapshot();
    try {
      return read();
    } finally {
      this.#held = undefined;
    }
  }

  snapshot(): Snapshot {
    return this.#held ?? this.#registry.snapshot();
  }
}

class CoreFamily implements SharedFamily {
  readonly #region: CoreRegion;
  readonly #description: FamilyDescription;
  readonly #source;
  readonly #labels = new WeakMap<SeriesInfo, Readonly<Record<string, string>>>();

  constructor(region: CoreRegion, description: FamilyDescription) {
    this.#region = region;
    this.#description = description;
    this.#source = region.declare(resolved(description));
  }

  recorder(labels: Readonly<Record<string, unknown>>): (value: number) => void {
    const current = this.#finder(this.#key(labels));
    if (this.#description.kind === 'counter') return (value) => (current() as Counter).inc(value);
    if (this.#description.kind === 'gauge') {
      return (value) => (current() as CombiningGauge).set(value);
    }
    return (value) => (current() as Histogram).record(value);
  }

  /**
   * A series that another thread removes, to reset it for one, is made again by whoever records into
   * it: prom-client looks labels up at every call.
   */
  #finder(key: string): () => LaneRecorder {
    const source = this.#source;
    const { watch } = source;
    let { recorder } = source.open(key);
    let { seen } = watch;
    return () => {
      if (watch.removals[0] === seen) return recorder;
      recorder = source.open(key).recorder;
      seen = watch.seen;
      return recorder;
    };
  }

  remove(labels: Readonly<Record<string, unknown>>): void {
    this.#source.remove(this.#key(labels));
  }

  read(): SharedReading[] {
    const snapshot = this.#region.snapshot();
    const numbers =
      this.#description.kind === 'histogram' ? this.#description.bounds!.length + 2 : 1;
    return (snapshot.family(this.#description.name)?.series ?? []).map(({ info, offset }) => ({
      labels: this.#labelsOf(info),
      numbers: snapshot.values.subarray(offset, offset + numbers),
    }));
  }

  /** The same object for the same series: what is written for it is kept by it. */
  #labelsOf(info: SeriesInfo): Readonly<Record<string, string>> {
    let labels = this.#labels.get(info);
    if (labels === undefined) {
      labels = Object.fromEntries(info.labels);
      this.#labels.set(info, labels);
    }
    return labels;
  }

  // Labels may be missing, as in prom-client; the order is that of the names.
  #key(labels: Readonly<Record<string, unknown>>): string {
    const given = this.#description.labelNames.filter((name) => labels[name] !== undefined);
    return JSON.stringify(Object.fromEntries(given.map((name) => [name, `${labels[name]}`])));
  }
}

function resolved(description: FamilyDescription): ResolvedFamily {
  const { kind, name, help, labelNames, bounds = [], combine } = description;
  return {
    key: name,
    catalogue: 'prom-client',
    kind: kind as MetricKind,
    name,
    help,
    unit: undefined,
    combine,
    // As in prom-client, a gauge is 0 until it is set.
    initial: kind === 'gauge' ? 0 : undefined,
    labels: labelNames.map((label) => ({ name: label, values: undefined, fixed: undefined })),
    bounds,
    digits: kind === 'histogram' ? 1 : 0,
    range: undefined,
    maxSeries: room.series,
    resource: undefined,
    utf8Names: false,
  };
}
