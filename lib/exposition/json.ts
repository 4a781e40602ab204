// A snapshot as JSON, for programs and for people with jq:
//
//   {
//     "takenAt": 1767225600000, "startedAt": 1767222000000,            (unix milliseconds)
//     "families": [
//       { "name": "ledger_transfers_total", "kind": "counter", "help": "Transfers applied",
//         "unit": null, "series": [
//           { "labels": { "outcome": "ok" }, "createdAt": 1767222000000, "value": 42 } ] },
//       { "name": "ledger_apply_latency_seconds", "kind": "histogram", ..., "unit": "seconds",
//         "series": [
//           { "labels": {}, "createdAt": 1767222000000, "count": 2, "sum": 0.5,
//             "min": 0.1, "max": 0.4, "buckets": [ { "le": 0.25, "count": 1 },
//                                                  { "le": "+Inf", "count": 2 } ],
//             "exemplars": [ { "labels": { "trace_id": "a1" }, "value": 0.4, "takenAt": ... } ],
//             "percentiles": { "50": 0.1, "90": 0.4, "95": 0.4, "99": 0.4, "99.9": 0.4 } } ] } ] }
//
// A gauge that nobody has set has no series. JSON has no NaN and no infinities. Where one is a value it is the text "NaN", "+Inf" or "-Inf", as
// in the other formats; what an empty histogram has not got (min, max, percentiles) is null. Fields
// may be added; those here keep their names and types.

import type { MetricKind } from '../core/catalogue/types.js';
import type { Snapshot } from '../core/reading/snapshot.js';
import type { FamilySnapshot, SeriesSnapshot } from '../core/region/directory.js';
import { isAbsent } from './present.js';

/** A number that JSON may not have. */
export type JsonNumber = number | 'NaN' | '+Inf' | '-Inf';

export interface JsonSnapshot {
  readonly takenAt: number;
  readonly startedAt: number;
  readonly families: readonly JsonFamily[];
}

export interface JsonFamily {
  readonly name: string;
  readonly kind: MetricKind;
  readonly help: string;
  readonly unit: string | null;
  readonly series: readonly (JsonValue | JsonHistogram)[];
}

interface JsonSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** When it started from nothing, in unix milliseconds. */
  readonly createdAt: number;
  /** Records that stand for others, where there are any: by bucket, ascending. */
  readonly exemplars?: readonly JsonExemplar[];
}

export interface JsonExemplar {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** In unix milliseconds. */
  readonly takenAt: number;
}

/** A series of a counter or a gauge. */
export interface JsonValue extends JsonSeries {
  readonly value: JsonNumber;
  /** Gauges that a callback gives: when it did last, in unix milliseconds. */
  readonly sampledAt?: number;
}

/** A series of a histogram. */
export interface JsonHistogram extends JsonSeries {
  readonly count: number;
  readonly sum: JsonNumber;
  readonly min: number | null;
  readonly max: number | null;
  /** Cumulative: how many values are at most `le`. The last is +Inf. */
  readonly buckets: readonly { readonly le: JsonNumber; readonly count: number }[];
  /** Of everything since the series started, by per cent. */
  readonly percentiles: Readonly<Record<'50' | '90' | '95' | '99' | '99.9', number | null>>;
}

/** The snapshot as plain data; see json.ts for its shape. */
export function toJson(snapshot: Snapshot): JsonSnapshot {
  const { takenAt, startedAt, families } = snapshot;
  return {
    takenAt,
    startedAt,
    families: families.map((family) => familyToJson(snapshot, family)),
  };
}

function familyToJson(snapshot: Snapshot, { info, series }: FamilySnapshot): JsonFamily {
  const { name, kind, help, unit = null } = info;
  const toJson = kind === 'histogram' ? histogramToJson : valueToJson;
  const present = series.filter((each) => !isAbsent(snapshot, each));
  return { name, kind, help, unit, series: present.map((each) => toJson(snapshot, each)) };
}

function valueToJson(snapshot: Snapshot, series: SeriesSnapshot): JsonValue {
  const { values } = snapshot;
  const { info, offset } = series;
  const value = toNumber(values[offset]!);
  const sampledAt = info.family.kind === 'gauge' ? values[offset + 1]! : 0;
  return { ...describe(snapshot, series), value, ...(sampledAt > 0 && { sampledAt }) };
}

function histogramToJson(snapshot: Snapshot, series: SeriesSnapshot): JsonHistogram {
  const reading = snapshot.read(series)!;
  const percentile = (percent: number) => orNull(reading.percentile(percent));
  return {
    ...describe(snapshot, series),
    count: reading.count,
    sum: toNumber(reading.sum),
    min: orNull(reading.min),
    max: orNull(reading.max),
    buckets: reading.buckets().map(({ le, count }) => ({ le: toNumber(le), count })),
    percentiles: {
      '50': percentile(50),
      '90': percentile(90),
      '95': percentile(95),
      '99': percentile(99),
      '99.9': percentile(99.9),
    },
  };
}

function describe(snapshot: Snapshot, series: SeriesSnapshot): JsonSeries {
  const { labels, createdAt } = series.info;
  const exemplars = snapshot.exemplars(series).map(({ labels, value, takenAt }) => ({
    labels: Object.fromEntries(labels),
    value,
    takenAt,
  }));
  const described = { labels: Object.fromEntries(labels), createdAt };
  return exemplars.length === 0 ? described : { ...described, exemplars };
}

/** What JSON can have of a number. */
export function toNumber(value: number): JsonNumber {
  if (Number.isFinite(value)) return value;
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}

function orNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
