// Percentiles as gauges. The text formats have none for histograms, and alerts that compare one
// number with a threshold want them: vsr_client_latency_ms_p99{replica_id="0"} 12.5
//
// They are a snapshot with more families and more numbers in it, so every renderer takes them.

import type { Snapshot } from '../core/reading/snapshot.js';
import { numbersPerSeries } from '../core/region/described.js';
import type { FamilySnapshot, SeriesSnapshot, SnapshotLayout } from '../core/region/directory.js';
import type { FamilyInfo, SeriesInfo } from '../core/region/family-info.js';
import { cached } from './template.js';

/** What renderers of text read of a snapshot. */
export type Readings = Pick<Snapshot, 'layout' | 'values'>;

/** Which percentiles become gauges, in this order. */
const percentiles = [50, 95, 99] as const;

/**
 * The snapshot, of which `present` is exposed, with three gauges after each histogram: percentiles of
 * what was recorded since `previous`, or since the start without one. NaN where nothing was.
 */
export function withQuantiles(
  snapshot: Snapshot,
  present: SnapshotLayout,
  previous: Snapshot | undefined,
): Readings {
  const { layout, histograms, start } = extended(present);
  const values = new Float64Array(start + histograms.length * percentiles.length);
  values.set(snapshot.values.subarray(0, start));
  let index = start;
  for (const series of histograms) {
    const now = snapshot.read(series)!;
    // A series that was removed and came back is another object: all of it is new.
    const before = previous && seriesByInfo(previous.layout).get(series.info);
    const reading = before === undefined ? now : now.since(previous!.read(before));
    for (const percent of percentiles) values[index++] = reading.percentile(percent);
  }
  return { layout, values };
}

interface ExtendedLayout {
  readonly layout: SnapshotLayout;
  /** Every series that percentiles are computed of, in the order of their numbers. */
  readonly histograms: readonly SeriesSnapshot[];
  /** Where the numbers of the percentiles start, behind all others. */
  readonly start: number;
}

const extended = cached(({ families }): ExtendedLayout => {
  let start = 0;
  for (const { series } of families) {
    for (const { info, offset } of series) {
      start = Math.max(start, offset + numbersPerSeries(info.family));
    }
  }
  const histograms: SeriesSnapshot[] = [];
  const withGauges = families.flatMap((family) => {
    if (family.info.kind !== 'histogram') return [family];
    const first = start + histograms.length * percentiles.length;
    histograms.push(...family.series);
    return [family, ...percentiles.map((percent, at) => gaugesOf(family, percent, first + at))];
  });
  return { layout: { families: withGauges }, histograms, start };
});

function gaugesOf(
  { info, series }: FamilySnapshot,
  percent: number,
  first: number,
): FamilySnapshot {
  const family: FamilyInfo = {
    ...info,
    name: `${info.name}_p${percent}`,
    kind: 'gauge',
    help: `${info.help}: ${percent}th percentile of the last interval`,
    unit: undefined,
    bounds: [],
  };
  return {
    info: family,
    series: series.map((each, index) => ({
      info: { ...each.info, family },
      offset: first + index * percentiles.length,
    })),
  };
}

/** Where a series stands in a layout. One that was removed and came back is another object. */
export const seriesByInfo = cached(
  ({ families }): ReadonlyMap<SeriesInfo, SeriesSnapshot> =>
    new Map(families.flatMap(({ series }) => series.map((each) => [each.info, each]))),
);
