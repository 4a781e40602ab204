// Recorders over the memory of one lane.

import type { ResolvedFamily } from '../catalogue/resolve.js';
import { unitsPerSecond } from '../catalogue/units.js';
import type { HistogramGeometry } from '../region/histogram-geometry.js';
import { layout, type NativeLane, type NativeRegion, type NativeSeries } from '../region/native.js';
import { type CellArrays, cellArrays } from './cell-arrays.js';
import { type CounterMemory, LaneCounter } from './counter.js';
import { type ExemplarContext, LaneExemplars } from './exemplars.js';
import { type GaugeMemory, LaneGauge, LastValueGauge } from './gauge.js';
import { LaneHistogram } from './histogram.js';
import type { Journal } from './journal.js';
import { JournalHistogram } from './journal-histogram.js';
import type { ObservableGauges } from './observable-gauges.js';
import { rehearse } from './rehearsal.js';
import type { RejectionLog } from './rejections.js';
import { SplitHistogram } from './split-histogram.js';
import { type HistogramKind, type HistogramMemory, TimedHistogram } from './timed-histogram.js';

/** A recorder that can go on in another region. */
export type LaneRecorder = LaneCounter | LastValueGauge | LaneGauge | TimedHistogram;

/** Where recorders store. */
export interface SeriesMemory {
  counter(series: NativeSeries): CounterMemory;
  gauge(family: ResolvedFamily, series: NativeSeries): GaugeMemory;
  histogram(geometry: HistogramGeometry, series: NativeSeries): HistogramMemory;
}

// V8 takes the size of an ArrayBuffer for memory in use, and begins to collect when 64 MB were added. So
// the arrays reach over the part of the lane that has series, and twice as far when one lies beyond.
const firstReach = 2 ** 24;

/** Where the cells of one lane lie. */
export class LaneMemory implements SeriesMemory {
  readonly #lane: NativeLane;
  // From the start of the lane. Recorders keep those that they were given: it is the same memory.
  #arrays: CellArrays;
  readonly #shared: CellArrays;
  readonly #exemplars: LaneExemplars;
  readonly #journal: Journal | undefined;

  constructor(
    region: NativeRegion,
    lane: NativeLane,
    context: ExemplarContext | undefined,
    journal: Journal | undefined,
  ) {
    this.#lane = lane;
    this.#journal = journal;
    this.#exemplars = new LaneExemplars(lane, context);
    this.#arrays = cellArrays(lane.memory());
    this.#shared = cellArrays(region.shared());
  }

  counter({ index, cellOffset }: NativeSeries): CounterMemory {
    return {
      arrays: this.#arrays,
      ones: (cellOffset + layout.counterOnes) / 8,
      exemplars: this.#exemplars,
      series: index,
    };
  }

  gauge({ combine }: ResolvedFamily, { cellOffset }: NativeSeries): GaugeMemory {
    return {
      arrays: combine === 'last' ? this.#shared : this.#arrays,
      value: (cellOffset + layout.gaugeValue) / 8,
      sampled: (cellOffset + layout.gaugeSampled) / 8,
    };
  }

  histogram(
    geometry: HistogramGeometry,
    { index, cellOffset, cellsOffset }: NativeSeries,
  ): HistogramMemory {
    const lane = this.#lane;
    const head = (offset: number, size: 4 | 8) => (cellOffset + offset) / size;
    const splits = head(layout.headSplits, 8);
    return {
      arrays: this.#arraysUpTo(cellsOffset + layout.cellSize * geometry.cellCount),
      first: cellsOffset / layout.cellSize,
      sum: head(layout.headSum, 8),
      touchedLow: head(layout.headTouchedLow, 4),
      touchedHigh: head(layout.headTouchedHigh, 4),
      splits,
      spills: splits + geometry.splits.length,
      touch: (cell) => lane.touch(index, cell),
      exemplars: this.#exemplars,
      series: index,
      journal: geometry.splits.length === 0 ? this.#journal : undefined,
    };
  }

  #arraysUpTo(end: number): CellArrays {
    const reach = this.#arrays.integers.byteLength;
    if (end > reach) {
      const further = Math.max(end, 2 * reach, firstReach);
      this.#arrays = cellArrays(this.#lane.memory(0, further));
    }
    return this.#arrays;
  }
}

/** Makes recorders, and takes them along when the region is superseded. */
export class RecorderFactory {
  readonly #rejections: RejectionLog;
  readonly #observables: ObservableGauges;
  readonly #kinds = new WeakMap<ResolvedFamily, HistogramKind>();

  constructor(rejections: RejectionLog, observables: ObservableGauges) {
    this.#rejections = rejections;
    this.#observables = observables;
  }

  /** The recorder of a series that is bound in this lane. */
  make(
    memory: SeriesMemory,
    family: ResolvedFamily,
    geometry: HistogramGeometry | undefined,
    series: NativeSeries,
  ): LaneRecorder {
    const { name, kind, combine } = family;
    if (kind === 'counter') return new LaneCounter(memory.counter(series), name, this.#rejections);
    if (geometry === undefined) {
      const Gauge = combine === 'last' ? LastValueGauge : LaneGauge;
      return new Gauge(memory.gauge(family, series), name, this.#rejections, this.#observables);
    }
    const cells = memory.histogram(geometry, series);
    const histogramKind = this.#kindOf(family, geometry);
    rehearse();
    if (cells.journal !== undefined) return new JournalHistogram(cells, histogramKind);
    const Histogram = geometry.splits.length === 0 ? LaneHistogram : SplitHistogram;
    return new Histogram(cells, histogramKind);
  }

  #kindOf(family: ResolvedFamily, geometry: HistogramGeometry): HistogramKind {
    let kind = this.#kinds.get(family);
    if (kind === undefined) {
      const { name: metric, unit } = family;
      // A family whose unit is not one of time has no meaning for since(): that gives NaN, refused.
      const unitsPerNanosecond = (unitsPerSecond(unit) ?? NaN) / 1e9;
      kind = { metric, geometry, unitsPerNanosecond, rejections: this.#rejections };
      this.#kinds.set(family, kind);
    }
    return kind;
  }

  /** Lets a recorder go on in another lane. */
  rebind(
    recorder: LaneRecorder,
    memory: SeriesMemory,
    family: ResolvedFamily,
    geometry: HistogramGeometry | undefined,
    series: NativeSeries,
  ): void {
    if (recorder instanceof LaneCounter) recorder.bind(memory.counter(series));
    else if (recorder instanceof TimedHistogram) recorder.bind(memory.histogram(geometry!, series));
    else recorder.bind(memory.gauge(family, series));
  }
}
