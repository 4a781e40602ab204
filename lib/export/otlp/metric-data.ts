// Snapshots as OpenTelemetry's metric data, which its exporters encode and send.
//
//   toMetricData({ to: snapshot }, 'explicit')                      cumulative: since series started
//   toMetricData({ from: previous, to: snapshot }, 'explicit')      delta: between two snapshots
//
// A series that started anew (it was removed and came back, or was reset) has a new start time, and
// its delta since an older snapshot is all it has.

import type { Attributes, HrTime, ValueType } from '@opentelemetry/api';
import type {
  AggregationTemporality,
  DataPoint,
  DataPointType,
  Histogram,
  MetricData,
  MetricDescriptor,
} from '@opentelemetry/sdk-metrics';
import type { HistogramReading } from '../../core/reading/histogram-reading.js';
import type { Snapshot } from '../../core/reading/snapshot.js';
import type { FamilySnapshot, SeriesSnapshot } from '../../core/region/directory.js';
import type { FamilyInfo, SeriesInfo } from '../../core/region/family-info.js';
import { toExponential } from './exponential.js';

/** What histograms become: their declared buckets, or exponential ones. */
export type HistogramForm = 'explicit' | 'exponential';

/** What is sent: all up to `to`, or what was recorded since `from`. */
export interface Interval {
  readonly from?: Snapshot | undefined;
  readonly to: Snapshot;
  /** False: everything since the series started. */
  readonly isDelta: boolean;
}

// Types alone are imported: whoever only asks for these data need not have loaded the SDK.
const sum: DataPointType.SUM = 3;
const gauge: DataPointType.GAUGE = 2;
const explicitHistogram: DataPointType.HISTOGRAM = 0;
const exponentialHistogram: DataPointType.EXPONENTIAL_HISTOGRAM = 1;
const delta: AggregationTemporality.DELTA = 0;
const cumulative: AggregationTemporality.CUMULATIVE = 1;
const double: ValueType.DOUBLE = 1;

/** One entry a family that has anything to say. */
export function toMetricData(interval: Interval, form: HistogramForm): MetricData[] {
  const writer = new IntervalWriter(interval);
  return interval.to.families.flatMap((family) => {
    const data = writer.write(family, form);
    return data.dataPoints.length === 0 ? [] : [data];
  });
}

/** How many points that is. */
export function countPoints(data: readonly MetricData[]): number {
  return data.reduce((count, { dataPoints }) => count + dataPoints.length, 0);
}

class IntervalWriter {
  readonly #interval: Interval;
  readonly #endTime: HrTime;
  /** Where series stood at the start of the interval. */
  readonly #before = new Map<SeriesInfo, SeriesSnapshot>();

  constructor(interval: Interval) {
    this.#interval = interval;
    this.#endTime = toHrTime(interval.to.takenAt);
    for (const { series } of interval.from?.families ?? []) {
      for (const each of series) this.#before.set(each.info, each);
    }
  }

  write({ info, series }: FamilySnapshot, form: HistogramForm): MetricData {
    const common = {
      descriptor: describe(info),
      aggregationTemporality: this.#interval.isDelta ? delta : cumulative,
    };
    if (info.kind === 'counter') {
      const dataPoints = series.map((each) => this.#point(each, this.#growth(each)));
      return { ...common, dataPointType: sum, isMonotonic: true, dataPoints };
    }
    if (info.kind === 'gauge') {
      const { values } = this.#interval.to;
      // NaN: no thread has set it.
      const dataPoints = series
        .filter(({ offset }) => Number.isFinite(values[offset]!))
        .map((each) => this.#point(each, values[each.offset]!));
      return { ...common, dataPointType: gauge, dataPoints };
    }
    const readings = series.map((each) => ({ each, reading: this.#reading(each) }));
    if (form === 'exponential') {
      const dataPoints = readings.map(({ each, reading }) =>
        this.#point(each, { ...toExponential(reading), ...summaryOf(reading) }),
      );
      return { ...common, dataPointType: exponentialHistogram, dataPoints };
    }
    const dataPoints = readings.map(({ each, reading }) =>
      this.#point(each, { ...toExplicit(reading), ...summaryOf(reading) }),
    );
    return { ...common, dataPointType: explicitHistogram, dataPoints };
  }

  #growth(series: SeriesSnapshot): number {
    const { from, to } = this.#interval;
    const before = this.#before.get(series.info);
    const earlier = before === undefined ? 0 : from!.values[before.offset]!;
    return to.values[series.offset]! - earlier;
  }

  #reading(series: SeriesSnapshot): HistogramReading {
    const reading = this.#interval.to.read(series)!;
    const before = this.#before.get(series.info);
    return before === undefined ? reading : reading.since(this.#interval.from!.read(before));
  }

  #point<T>({ info }: SeriesSnapshot, value: T): DataPoint<T> {
    const { from } = this.#interval;
    const startedAt = Math.max(info.createdAt, from?.takenAt ?? 0);
    return {
      startTime: toHrTime(startedAt),
      endTime: this.#endTime,
      attributes: attributesOf(info),
      value,
    };
  }
}

function toExplicit(reading: HistogramReading): Pick<Histogram, 'buckets' | 'count'> {
  const cumulativeCounts = reading.buckets().map(({ count }) => count);
  return {
    buckets: {
      boundaries: [...reading.info.bounds],
      counts: cumulativeCounts.map((count, index) => count - (cumulativeCounts[index - 1] ?? 0)),
    },
    count: reading.count,
  };
}

/** The extremes of nothing are left out, and so is a sum beyond all numbers: JSON has none. */
function summaryOf({ sum, min, max }: HistogramReading): Pick<Histogram, 'sum' | 'min' | 'max'> {
  return {
    ...(Number.isFinite(sum) && { sum }),
    ...(Number.isFinite(min) && { min }),
    ...(Number.isFinite(max) && { max }),
  };
}

// ---- what does not change from export to export ----

const descriptors = new WeakMap<FamilyInfo, MetricDescriptor>();
const attributes = new WeakMap<SeriesInfo, Attributes>();

/** Units as UCUM spells them, which is what OpenTelemetry asks for. */
const units: Readonly<Record<string, string>> = {
  nanoseconds: 'ns',
  ns: 'ns',
  microseconds: 'us',
  us: 'us',
  milliseconds: 'ms',
  ms: 'ms',
  seconds: 's',
  s: 's',
  minutes: 'min',
  hours: 'h',
  days: 'd',
  bytes: 'By',
  ratio: '1',
  percent: '%',
  celsius: 'Cel',
  joules: 'J',
  volts: 'V',
  amperes: 'A',
  meters: 'm',
  grams: 'g',
};

function describe(family: FamilyInfo): MetricDescriptor {
  let descriptor = descriptors.get(family);
  if (descriptor === undefined) {
    const { name, help: description, unit } = family;
    // A unit that UCUM has no word for is a comment to it, in braces.
    const ucum = unit === undefined ? '' : (units[unit] ?? `{${unit}}`);
    descriptor = { name, description, unit: ucum, valueType: double };
    descriptors.set(family, descriptor);
  }
  return descriptor;
}

function attributesOf(series: SeriesInfo): Attributes {
  let found = attributes.get(series);
  if (found === undefined) {
    found = Object.fromEntries(series.labels);
    attributes.set(series, found);
  }
  return found;
}

/** Unix milliseconds as OpenTelemetry has times: seconds, and nanoseconds. */
export function toHrTime(milliseconds: number): HrTime {
  const seconds = Math.floor(milliseconds / 1000);
  const nanoseconds = Math.round((milliseconds - seconds * 1000) * 1e6);
  return nanoseconds === 1e9 ? [seconds + 1, 0] : [seconds, nanoseconds];
}
