// A registry: what a program creates, and everything it can ask of it.
//
//   createRegistry ── families ──▶ directory entries      (native, once a family)
//                  └─ series ────▶ cells of this lane ──▶ recorders (plain stores from then on)

import { warnOfConventions } from './catalogue/convention-warnings.js';
import { catalogueList, resolveCatalogue } from './catalogue/resolve.js';
import { selfCatalogue } from './catalogue/self-catalogue.js';
import type { Catalogue, CatalogueInput } from './catalogue/types.js';
import { RegistryError } from './errors.js';
import {
  anything,
  callback,
  either,
  flag,
  type Kinds,
  objectWith,
  oneOf,
  optionsCheck,
  refusals,
  required,
  text,
  whole,
} from './options.js';
import type { HistoryPoint, HistoryRange } from './reading/history-points.js';
import type { Snapshot } from './reading/snapshot.js';
import type { ExemplarContext } from './recorders/exemplars.js';
import type {
  CatalogueOptions,
  FixedLabels,
  LabelValues,
  Metrics,
  None,
} from './recorders/metrics-types.js';
import { type Capacity, planSizes } from './region/capacity.js';
import { addon, type ClockSource, type NativeRegion } from './region/native.js';
import { callNative } from './region/native-errors.js';
import { planFamily } from './region/planned-family.js';
import type { Recording, SharedRegistry, SnapshotSchedule } from './registry-types.js';
import { type RegistryPlan, ThreadRegistry } from './thread/thread-registry.js';
import { type OnWarning, onWarningKind, warnerFor } from './warnings.js';

/** What `attachRegistry` takes. */
export interface AttachOptions<
  C extends CatalogueInput,
  Fixed extends FixedLabels = None,
  Extra extends LabelValues = None,
> extends CatalogueOptions<C, Fixed, Extra> {
  /**
   * How often gauges that the operating system fills are sampled, by a native thread: 5,000 ms
   * unless told otherwise; `false`: never, the program sets them itself.
   */
  readonly resourcesEveryMs?: number | false;
  /**
   * The labels of exemplars that are recorded without any, such as the ids of the active span. Asked
   * by `recordWithExemplar` and its like alone; undefined: no exemplar this time.
   */
  readonly exemplarContext?: ExemplarContext;
  /**
   * How histograms of this thread record; `direct` unless told otherwise. `journal`: into a ring of
   * this thread, which native code empties into the cells. For handlers that record into many
   * histograms and do much else in between; every reader sees what is in the ring. Each thread says so
   * for itself. Counters and gauges are as they are.
   */
  readonly recording?: Recording;
  /**
   * Told of what goes wrong without stopping anybody, here and in the exporters and servers that are
   * started on this registry: a function, or a logger with `warn`. By default it becomes a warning of
   * the process.
   */
  readonly onWarning?: OnWarning;
}

const attachKinds: Kinds<AttachOptions<CatalogueInput>> = {
  catalogue: required(objectWith([], 'what defineCatalogue returned, or a list of such')),
  // Held against the catalogue later on, label by label.
  fixedLabels: anything,
  labelValues: anything,
  defaultLabels: anything,
  resourcesEveryMs: either(`${whole(10, 86_400_000).allowed}, or false`, whole(10, 86_400_000), {
    allowed: 'false',
    fits: (value) => value === false,
  }),
  exemplarContext: callback('one that returns the labels of an exemplar, or undefined'),
  recording: oneOf(['direct', 'journal']),
  onWarning: onWarningKind,
};

const checkAttachOptions = optionsCheck<AttachOptions<CatalogueInput>>(
  'a registry that is attached to',
  refusals.registry,
  attachKinds,
);

/** What `createRegistry` takes. */
export interface RegistryOptions<
  C extends CatalogueInput,
  Fixed extends FixedLabels = None,
  Extra extends LabelValues = None,
> extends AttachOptions<C, Fixed, Extra> {
  /** What the registry has room for; only address space until it is used. */
  readonly capacity?: Capacity;
  /**
   * Keeps the registry in a file that other processes can attach to and read, also after this one
   * has died. Best on /dev/shm: memory, that is.
   */
  readonly file?: string;
  /** How many files of crashed processes are kept beside it (`file`.1 is the newest); 3. */
  readonly keepCrashed?: number;
  /** Takes a file on a disk all the same: stores stall while the kernel writes a page out. */
  readonly allowDisk?: boolean;
}

const checkRegistryOptions = optionsCheck<RegistryOptions<CatalogueInput>>(
  'a registry',
  refusals.registry,
  {
    ...attachKinds,
    // Held against what the catalogue needs.
    capacity: objectWith([], 'an object'),
    file: text('a path'),
    keepCrashed: whole(0, 1000),
    allowDisk: flag,
  },
);

/** A registry: typed metrics to record with, snapshots to read. */
export interface Registry<
  C extends CatalogueInput,
  Fixed extends FixedLabels = None,
  Extra extends LabelValues = None,
> {
  /** The families of the catalogue by key. */
  readonly metrics: Metrics<C, Fixed, Extra>;
  /**
   * Adds the families of another catalogue to the registry while it is used, and gives their metrics:
   * for what a program learns of later, such as a module that is loaded on demand. Fixed and default
   * labels hold for them too. Each thread that records them adds them; the same catalogue once more
   * gives the same metrics.
   *
   * @throws CatalogueError when a name is taken; RegistryError when there is no room
   *
   * @example
   * ```ts
   * import { defineCatalogue } from 'vsr-metrics';
   *
   * const mail = registry.add(
   *   defineCatalogue({
   *     name: 'mail',
   *     families: { sent: { kind: 'counter', name: 'mail_sent_total', help: 'Messages sent' } },
   *   }),
   * );
   * mail.sent.inc();
   * ```
   */
  add<const Added extends Catalogue>(catalogue: Added): Metrics<Added, Fixed, Extra>;
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
  /**
   * Earlier values of one series, oldest first: an hour every 10 s; gauges also ten minutes every
   * second.
   */
  history(name: string, range?: HistoryRange): HistoryPoint[];
  /**
   * What another thread needs to record into this registry.
   *
   * @example
   * ```ts
   * import { Worker } from 'node:worker_threads';
   *
   * new Worker('./replica.js', { workerData: { metrics: registry.share() } });
   * ```
   */
  share(): SharedRegistry;
  /** Makes everything read as if nothing had been recorded. For tests. */
  reset(): void;
  /**
   * Ends what was started on the registry: servers first, then health checks and collectors, then
   * exporters with a last export. Then ends the registry itself, at once where nothing was started: lane, lock and file are given back at once. `snapshot()` goes on giving the
   * last numbers. Recorders that are still held, and those that `with()` gives from now on, do no harm:
   * what they record is counted in `vsr_metrics_rejected_total{reason="after_close"}` of the other
   * registries of the process, and warned of once.
   *
   * @example
   * ```ts
   * process.on('beforeExit', () => registry.close());
   * ```
   */
  close(): Promise<void>;
  /** The same as `close()`, for `using registry = createRegistry(...)`; it waits for nobody. */
  [Symbol.dispose](): void;
  /** The same as `close()`, for `await using registry = createRegistry(...)`. */
  [Symbol.asyncDispose](): Promise<void>;
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
  checkRegistryOptions(options as RegistryOptions<CatalogueInput>);
  const plan = planRegistry(options);
  const sizes = planSizes(plan.declared, plan.own, options.capacity ?? {});
  const { file, keepCrashed = 3, allowDisk = false } = options;
  const where = file === undefined ? {} : { file, keep: keepCrashed, allowDisk };
  const defaultLabels = JSON.stringify(options.defaultLabels ?? {});
  const region = callNative(() => new addon.Region({ ...sizes, ...where, defaultLabels }));
  const registry = new ThreadRegistry<Metrics<C, Fixed, Extra>, Fixed, Extra>(region, plan);
  return published(region, registry);
}

/**
 * Binds this thread to a registry that exists: of another thread of this process (what its `share()`
 * returned), or of another process (its file). Both record at full speed, and readers see the sum.
 *
 * @example
 * ```ts
 * import { attachRegistry } from 'vsr-metrics';
 * import { vsr } from 'vsr-metrics/catalogues';
 * import { workerData } from 'node:worker_threads';
 *
 * const own = attachRegistry(workerData.metrics, { catalogue: vsr, fixedLabels: { replica_id: '1' } });
 * own.metrics.viewNumber.set(7);
 * ```
 * @throws RegistryError when there is none, its catalogue disagrees, or all its lanes are in use
 */
export function attachRegistry<
  const C extends CatalogueInput,
  const Fixed extends FixedLabels = None,
  const Extra extends LabelValues = None,
>(
  source: SharedRegistry | string,
  options: AttachOptions<C, Fixed, Extra>,
): Registry<C, Fixed, Extra> {
  const path = typeof source === 'string' ? source : source?.path;
  if (typeof path !== 'string') {
    throw new RegistryError('VSR_METRICS_REGISTRY_OPTIONS', {
      problem: 'attachRegistry needs a registry',
      given: source,
      allowed: 'what share() of a registry returned, or the path of its file',
    });
  }
  checkAttachOptions(options as AttachOptions<CatalogueInput>);
  const plan = planRegistry(options);
  const region = callNative(() => new addon.Region({ attach: path }));
  if (typeof source !== 'string' && source.vsrMetricsRegion !== region.regionId()) {
    region.close();
    throw new RegistryError('VSR_METRICS_REGION_UNREADABLE', {
      problem: 'the registry that was shared is gone',
      given: path,
      allowed: 'a registry whose creator still has it',
    });
  }
  return new ThreadRegistry<Metrics<C, Fixed, Extra>, Fixed, Extra>(region, plan);
}

/**
 * For parts of this package that count what they do: their families appear in the registry once they
 * are used. They share the thread's lane and have the registry's default labels. Undefined when
 * `source` is no registry of this thread (a reader, for one): there is nothing to count in.
 *
 * @throws RegistryError when the registry has no room for them
 */
export function ownMetrics<const C extends Catalogue>(
  source: object,
  catalogue: C,
): Metrics<C> | undefined {
  if (!(source instanceof ThreadRegistry)) return undefined;
  return source.addOwnFamilies(catalogue) as Metrics<C>;
}

/**
 * For parts of this package whose families come and go with the program's: a registry of this thread
 * over a region, with nothing declared but the library's own.
 */
export function openRegion(region: NativeRegion): ThreadRegistry {
  const plan = planRegistry({ catalogue: [], resourcesEveryMs: false });
  return published(region, new ThreadRegistry(region, plan));
}

/** Others find the region from now on: with all that its creator declares, and nothing of theirs before. */
function published<R extends { close(): void }>(region: NativeRegion, registry: R): R {
  try {
    callNative(() => region.publish());
  } catch (error) {
    registry.close();
    throw error;
  }
  return registry;
}

function planRegistry(options: {
  readonly catalogue: CatalogueInput;
  readonly fixedLabels?: Readonly<Record<string, string>>;
  readonly labelValues?: Readonly<Record<string, readonly string[]>>;
  readonly defaultLabels?: Readonly<Record<string, string>>;
  readonly resourcesEveryMs?: number | false;
  readonly exemplarContext?: ExemplarContext;
  readonly onWarning?: OnWarning;
  readonly recording?: Recording;
}): RegistryPlan {
  const { fixedLabels, labelValues, defaultLabels } = options;
  const catalogues = catalogueList(options.catalogue);
  const declared = resolveCatalogue(options.catalogue, options);
  warnOfConventions(catalogues, warnerFor(undefined, options.onWarning));
  const own = resolveCatalogue(selfCatalogue, { defaultLabels });
  const { resourcesEveryMs = 5000, exemplarContext } = options;
  return {
    catalogues,
    declared: declared.map(planFamily),
    own: own.map(planFamily),
    labels: { fixedLabels, labelValues, defaultLabels },
    resourcesEveryMs,
    exemplarContext,
    onWarning: options.onWarning,
    recording: options.recording ?? 'direct',
  };
}
