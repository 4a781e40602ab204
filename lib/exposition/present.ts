// What of a snapshot is exposed: a gauge that nobody has set, or that was unset, has no sample. The
// family keeps its HELP and TYPE.

import type { Snapshot } from '../core/reading/snapshot.js';
import type { SeriesSnapshot, SnapshotLayout } from '../core/region/directory.js';
import { cached } from './template.js';

/** Whether nobody has set it: a gauge takes no NaN, so that NaN means nothing else. */
export function isAbsent(
  { values }: Pick<Snapshot, 'values'>,
  { info, offset }: SeriesSnapshot,
): boolean {
  return info.family.kind === 'gauge' && Number.isNaN(values[offset]);
}

/**
 * The layout of a snapshot without absent gauges. The same object for as long as the same gauges are
 * absent, so that what was prepared for it stays of use.
 */
export function presentLayout(snapshot: Pick<Snapshot, 'layout' | 'values'>): SnapshotLayout {
  const { layout, values } = snapshot;
  const known = gaugesOf(layout);
  const absent = known.gauges.filter((series) => Number.isNaN(values[series.offset]));
  if (absent.length === 0) return layout;
  const { last } = known;
  const isSame =
    last !== undefined &&
    last.absent.length === absent.length &&
    last.absent.every((series, index) => series === absent[index]);
  if (isSame) return last.layout;
  const without = layoutWithout(layout, new Set(absent));
  known.last = { absent, layout: without };
  return without;
}

interface Gauges {
  readonly gauges: readonly SeriesSnapshot[];
  /** What was absent last, and the layout without it. */
  last: { readonly absent: readonly SeriesSnapshot[]; readonly layout: SnapshotLayout } | undefined;
}

const gaugesOf = cached(
  ({ families }): Gauges => ({
    gauges: families.flatMap(({ info, series }) => (info.kind === 'gauge' ? series : [])),
    last: undefined,
  }),
);

function layoutWithout(
  { families }: SnapshotLayout,
  absent: ReadonlySet<SeriesSnapshot>,
): SnapshotLayout {
  return {
    families: families.map((family) => {
      if (family.info.kind !== 'gauge') return family;
      const series = family.series.filter((each) => !absent.has(each));
      return series.length === family.series.length ? family : { ...family, series };
    }),
  };
}
