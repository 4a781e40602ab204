// Metrics and series that were named on a command line.

import type { Snapshot } from '../../core/reading/snapshot.js';
import type { SeriesInfo } from '../../core/region/family-info.js';
import { seriesText } from '../../exposition/samples.js';
import { misuse } from '../failure.js';

/**
 * The series that any of the names means: all of a metric, `vsr_view_number`, or a single one as
 * the text formats write it, `vsr_view_number{replica_id="0"}`.
 *
 * @throws Failure when a name means nothing
 */
export function seriesNamed(
  option: string,
  names: readonly string[],
  { families }: Snapshot,
): ReadonlySet<SeriesInfo> {
  const all = families.flatMap(({ series }) => series.map(({ info }) => info));
  return new Set(
    names.flatMap((name) => {
      const found = all.filter((info) => info.family.name === name || seriesText(info) === name);
      if (found.length > 0) return found;
      const isSeries = name.includes('{');
      const metric = isSeries ? name.slice(0, name.indexOf('{')) : name;
      const siblings = all.filter((info) => info.family.name === metric).map(seriesText);
      const known = families.filter(({ series }) => series.length > 0).map(({ info }) => info.name);
      throw misuse({
        problem: `${option} names nothing in the file that has a series`,
        given: name,
        allowed: isSeries && siblings.length > 0 ? siblings : known,
      });
    }),
  );
}
