// Recorders over the memory of one lane.

import type { ResolvedFamily } from './catalogue/resolve.js';
import { unitsPerSecond } from './catalogue/units.js';
import type { HistogramGeometry } from './histogram-geometry.js';
import { layout, type NativeLane, type NativeRegion, type NativeSeries } from './native.js';
import type { ObservableGauges } from './observable-gauges.js';
import { LaneCounter } from './recorders/counter.js';
import { LaneGauge, LastValueGauge } from './recorders/gauge.js';
import { type HistogramMemory, LaneHistogram } from './recorders/histogram.js';
import type { Recorder } from './recorders/interfaces.js';
import { SplitHistogram } from './recorders/split-histogram.js';
import type { RejectionLog } from './rejections.js';

export class RecorderFactory {
  readonly #lane: NativeLane;
  readonly #scalars: ArrayBuffer;
  readonly #shared: ArrayBuffer;
  readonly #rejections: RejectionLog;
  readonly #observables: ObservableGauges;

  constructor(
    region: NativeRegion,
    lane: NativeLane,
    rejections: RejectionLog,
    observables: ObservableGauges,
  ) {
    this.#lane = lane;
    this.#scalars = lane.scalars();
    this.#shared = region.shared();
    this.#rejections = rejections;
    this.#observables = observables;
  }

  /** The recorder of a series that is bound in this lane. */
  make(
    family: ResolvedFamily,
    geometry: HistogramGeometry | undefined,
    series: NativeSeries,
  ): Recorder {
    if (geometry !== undefined) return this.#histogram(family, geometry, series);
    return family.kind === 'counter'
      ? this.#counter(family, series)
      : this.#gauge(family, series);
  }

  #counter({ name }: ResolvedFamily, { cellOffset }: NativeSeries): Recorder {
    return new LaneCounter(
      new BigInt64Array(this.#scalars, cellOffset + layout.counterOnes, 1),
      new Float64Array(this.#scalars, cellOffset + layout.counterAmounts, 1),
      name,
      this.#rejections,
    );
  }

  #gauge({ name, combine }: ResolvedFamily, { cellOffset }: NativeSeries): Recorder {
    const memory = combine === 'last' ? this.#shared : this.#scalars;
    const value = new Float64Array(memory, cellOffset + layout.gaugeValue, 1);
    const sampled = new Float64Array(memory, cellOffset + layout.gaugeSampled, 1);
    const Gauge = combine === 'last' ? LastValueGauge : LaneGauge;
    return new Gauge(value, sampled, name, this.#rejections, this.#observables);
  }

  #histogram(
    { name, unit }: ResolvedFamily,
    geometry: HistogramGeometry,
    { index, cellOffset }: NativeSeries,
  ): Recorder {
    const lane = this.#lane;
    const memory: HistogramMemory = {
      cells: new BigInt64Array(lane.cells(index), 0, geometry.cellCount),
      head: new DataView(this.#scalars, cellOffset),
      touch: (cell) => lane.touch(index, cell),
    };
    // A family whose unit is not one of time has no meaning for since(): that gives NaN, refused.
    const unitsPerNanosecond = (unitsPerSecond(unit) ?? NaN) / 1e9;
    const Histogram = geometry.splits.length === 0 ? LaneHistogram : SplitHistogram;
    return new Histogram(memory, geometry, unitsPerNanosecond, name, this.#rejections);
  }
}
