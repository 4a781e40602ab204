// What a region says of its families and series, decoded.

import type { Combine, MetricKind } from '../catalogue/types.js';

/** What is known of a family without reading any value. */
export interface FamilyInfo {
  readonly name: string;
  readonly kind: MetricKind;
  readonly help: string;
  readonly unit: string | undefined;
  /** In the order in which they are rendered. */
  readonly labels: readonly string[];
  /** Histograms: upper bounds, ascending, without +Inf. */
  readonly bounds: readonly number[];
  readonly combine: Combine;
  readonly digits: number;
  /** Histograms: where the cells lie; see histogram-geometry.ts. */
  readonly cells: {
    readonly scale: number;
    readonly baseIndex: number;
    readonly shift: number;
    readonly count: number;
  };
}

/** One series: the same object in every snapshot of a registry. */
export interface SeriesInfo {
  readonly slot: number;
  /** How many series have had this slot: one that is removed makes room for others. */
  readonly generation: number;
  readonly family: FamilyInfo;
  readonly labels: readonly (readonly [name: string, value: string])[];
  /** When it started from nothing, in unix milliseconds. */
  readonly createdAt: number;
}

/** What the region keeps of a family besides its cells: written by the registry that made it. */
export interface FamilyDescription {
  readonly kind: MetricKind;
  readonly help: string;
  readonly unit?: string | undefined;
  readonly labels: readonly string[];
  readonly combine: Combine;
  /** What a gauge is until it is set; undefined: absent. */
  readonly initial?: 0 | undefined;
  readonly digits: number;
  /** Of a unit of time: for recorders in C++, which have no table of units. */
  readonly nanosecondsPerUnit?: number | undefined;
  /** Whether names may be any text; see catalogue/names.ts. */
  readonly utf8Names?: boolean | undefined;
}
