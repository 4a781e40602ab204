// A registry: what a program creates, and everything it can ask of it.
//
//   createRegistry ── families ──▶ directory entries      (native, once a family)
//                  └─ series ────▶ cells of this lane ──▶ recorders (plain stores from then on)

import { catalogueList, type ResolvedFamily, resolveCatalogue } from './catalogue/resolve.js';
import type { CatalogueInput } from './catalogue/types.js';
import { type Capacity, planSizes } from './capacity.js';
import { warnOfConventions } from './convention-warnings.js';
import { type HistogramGeometry, planHistogram } from './histogram-geometry.js';
import type { CatalogueOptions, FixedLabels, LabelValues, Metrics, None } from './metrics-types.js';
import { addon, type ClockSource } from './native.js';
import { callNative } from './native-errors.js';
import { selfCatalogue } from './self-catalogue.js';
import type { Snapshot } from './snapshot.js';
import { ThreadRegistry } from './thread-registry.js';

/** What `createRegistry` takes. */
export interface RegistryOptions<
  C extends CatalogueInput,
  Fixed extends FixedLabels = None,
  Extra extends LabelValues = None,
> extends CatalogueOptions<C, Fixed, Extra> {
  /** What the registry has room for; only address space until it is used. */
  readonly capacity?: Capacity;
  /**
   * How often gauges that the operating system fills are sampled, by a native thread: 5,000 ms
   * unless told otherwise; `false`: never, the program sets them itself.
   */
  readonly resourcesEveryMs?: number | false;
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
  const region = callNative(() => new addon.Region(sizes));
  const registry = new ThreadRegistry(region, declared, families, geometries, {
    resourcesEveryMs: options.resourcesEveryMs ?? 5000,
  });
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
