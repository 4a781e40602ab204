// The merged, immutable reading of a registry at one moment.

import type { FamilySnapshot, SeriesSnapshot, SnapshotLayout } from '../region/directory.js';
import type { Frame } from '../region/native.js';
import { decodeExemplars, type Exemplar, type ExemplarsBySlot } from './exemplars.js';
import { HistogramReading } from './histogram-reading.js';

/** What a snapshot keeps of a frame besides its layout. */
export type Numbers = Pick<
  Frame,
  'takenAt' | 'takenMonotonic' | 'values' | 'cellStart' | 'cellIndex' | 'cellCount' | 'exemplars'
>;

/** For what combines and transfers snapshots: programs have no use for it. */
export let numbersOf: (snapshot: Snapshot) => Numbers;

/** Labels to find a series by. Those left out may have any value, if that leaves one series. */
export type LabelFilter = Readonly<Record<string, string>>;

/**
 * What was recorded up to one moment, merged over all threads.
 *
 * @example
 * ```ts
 * const snapshot = registry.snapshot();
 * snapshot.value('vsr_view_number', { replica_id: '0' });
 * snapshot.histogram('vsr_prepare_latency_ms', { replica_id: '0' })?.percentile(99);
 * for (const family of snapshot.families) console.log(family.info.name, family.series.length);
 * ```
 */
export class Snapshot {
  static {
    numbersOf = (snapshot) => snapshot.#numbers;
  }

  /** When it was taken, in unix milliseconds. */
  readonly takenAt: number;
  /** The same in milliseconds on a clock of its machine that nobody sets; see `secondsSince`. */
  readonly takenMonotonic: number;
  /** When the registry was created, in unix milliseconds. */
  readonly startedAt: number;
  /**
   * Which series there are. The same object for all snapshots between which none appeared or
   * vanished, so that a renderer can keep what it prepared for it.
   */
  readonly layout: SnapshotLayout;
  /**
   * All numbers, each series' from its `offset` on: counter: total. Gauge: value (NaN: nobody has
   * set it), when it was sampled (unix milliseconds; 0: not by a callback). Histogram: cumulative
   * count of each bound, count, sum, minimum, maximum.
   */
  readonly values: Float64Array;
  readonly #numbers: Numbers;
  #byName: Map<string, FamilySnapshot> | undefined;
  #exemplars: ExemplarsBySlot | undefined;

  constructor(layout: SnapshotLayout, numbers: Numbers, startedAt: number) {
    this.takenAt = numbers.takenAt;
    this.takenMonotonic = numbers.takenMonotonic;
    this.startedAt = startedAt;
    this.layout = layout;
    this.values = numbers.values;
    this.#numbers = numbers;
  }

  /** Families in the order in which they were declared. */
  get families(): readonly FamilySnapshot[] {
    return this.layout.families;
  }

  /** The family of that name. */
  family(name: string): FamilySnapshot | undefined {
    this.#byName ??= new Map(this.families.map((family) => [family.info.name, family]));
    return this.#byName.get(name);
  }

  /** The one series that has these labels; undefined when none has, or several have. */
  find(name: string, labels: LabelFilter = {}): SeriesSnapshot | undefined {
    const wanted = Object.entries(labels);
    const found = this.family(name)?.series.filter(({ info }) =>
      wanted.every(([label, value]) =>
        info.labels.some(([name, has]) => name === label && has === value),
      ),
    );
    return found?.length === 1 ? found[0] : undefined;
  }

  /** The value of a counter or gauge; of a histogram its count. A gauge that nobody set has none. */
  value(name: string, labels?: LabelFilter): number | undefined {
    const series = this.find(name, labels);
    if (series === undefined) return undefined;
    const { bounds, kind } = series.info.family;
    const value = this.values[series.offset + (kind === 'histogram' ? bounds.length : 0)]!;
    return kind === 'gauge' && Number.isNaN(value) ? undefined : value;
  }

  /** The distribution of one series. */
  histogram(name: string, labels?: LabelFilter): HistogramReading | undefined {
    const series = this.find(name, labels);
    return series === undefined ? undefined : this.read(series);
  }

  /** The distribution of a series of this snapshot; undefined when it is no histogram. */
  read({ info, offset }: SeriesSnapshot): HistogramReading | undefined {
    if (info.family.kind !== 'histogram') return undefined;
    const start = this.#numbers.cellStart[info.slot]!;
    const end = this.#numbers.cellStart[info.slot + 1]!;
    return new HistogramReading(
      info.family,
      this.values.subarray(offset, offset + info.family.bounds.length + 4),
      this.#numbers.cellIndex.subarray(start, end),
      this.#numbers.cellCount.subarray(start, end),
    );
  }

  /** Whether any series of this snapshot may have exemplars. */
  get hasExemplars(): boolean {
    return this.#numbers.exemplars !== undefined;
  }

  /**
   * The exemplars of a series of this snapshot, by bucket: for each the record that was marked last
   * on any thread.
   *
   * @example
   * ```ts
   * const snapshot = registry.snapshot();
   * const series = snapshot.find('vsr_prepare_latency_ms');
   * for (const { value, labels } of series ? snapshot.exemplars(series) : []) {
   *   console.log(value, Object.fromEntries(labels).trace_id);
   * }
   * ```
   */
  exemplars({ info }: SeriesSnapshot): readonly Exemplar[] {
    this.#exemplars ??= decodeExemplars(this.#numbers.exemplars);
    return this.#exemplars.get(info.slot) ?? [];
  }

  /**
   * How many milliseconds ago an observable gauge was sampled, as of this snapshot: large when its
   * thread is blocked. Undefined for values that no callback gives.
   */
  age(name: string, labels?: LabelFilter): number | undefined {
    const series = this.find(name, labels);
    if (series?.info.family.kind !== 'gauge') return undefined;
    const sampledAt = this.values[series.offset + 1]!;
    return sampledAt === 0 ? undefined : Math.max(0, this.takenAt - sampledAt);
  }

  /**
   * How many seconds after an earlier snapshot this one was taken, whatever became of the time of
   * day meanwhile. Of two snapshots from different machines it says nothing.
   *
   * @example
   * ```ts
   * const before = registry.snapshot();
   * const after = registry.snapshot();
   * console.log(`${after.secondsSince(before)} s apart`);
   * ```
   */
  secondsSince(previous: Snapshot): number {
    return (this.takenMonotonic - previous.takenMonotonic) / 1000;
  }

  /** By how much a counter (or the count of a histogram) grew since an earlier snapshot. */
  delta(previous: Snapshot, name: string, labels?: LabelFilter): number | undefined {
    const value = this.value(name, labels);
    if (value === undefined) return undefined;
    // A series that started again meanwhile grew from nothing.
    const { createdAt } = this.find(name, labels)!.info;
    if (previous.find(name, labels)?.info.createdAt !== createdAt) return value;
    const before = previous.value(name, labels);
    return before === undefined ? undefined : value - before;
  }

  /** The same per second. */
  rate(previous: Snapshot, name: string, labels?: LabelFilter): number | undefined {
    const delta = this.delta(previous, name, labels);
    return delta === undefined ? undefined : delta / this.secondsSince(previous);
  }

  /** The distribution of what was recorded since an earlier snapshot. */
  histogramSince(
    previous: Snapshot,
    name: string,
    labels?: LabelFilter,
  ): HistogramReading | undefined {
    const series = this.find(name, labels);
    const earlier = previous.find(name, labels);
    if (series === undefined) return undefined;
    const reading = this.read(series);
    return earlier?.info.createdAt === series.info.createdAt
      ? reading?.since(previous.read(earlier))
      : reading;
  }
}
