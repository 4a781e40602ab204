// Limits: formulas over the medians of a run, and whether what they give is small enough.
//
//   { what: 'counter inc(), against prom-client', unit: 'x', atMost: 1,
//     measure: (of) => of('counter', 'vsr-metrics') / of('counter', 'prom-client') }
//
// The same formula over each trial by itself tells how much its result varies.

import { quantile } from './statistics.js';
import type { BenchmarkReport, CaseResult, Unit, Verdict } from './types.js';

/** A number of one case: its time in nanoseconds, unless told otherwise. */
export type Lookup = (
  group: string,
  peer: string,
  options?: {
    readonly threads?: number;
    readonly of?: 'time' | 'collections' | 'processorShare';
  },
) => number;

export interface Limit {
  readonly what: string;
  readonly unit: Unit;
  readonly atMost: number;
  measure(of: Lookup): number;
  /** Why it may not be met, shown by what was measured in the same run. */
  why?(of: Lookup): string | undefined;
}

class NotMeasured extends Error {}

function lookup(results: readonly CaseResult[], time: (result: CaseResult) => number): Lookup {
  return (group, peer, { threads = 1, of = 'time' } = {}) => {
    const found = results.find(
      (result) => result.group === group && result.peer === peer && result.threads === threads,
    );
    if (found === undefined) throw new NotMeasured(`${peer}: ${group}`);
    return of === 'time' ? time(found) : (found[of] ?? Number.NaN);
  };
}

/** Holds a run against its limits. */
export function judge(limits: readonly Limit[], results: readonly CaseResult[]): Verdict[] {
  return limits.map(({ what, unit, atMost, measure, why }): Verdict => {
    try {
      const medians = lookup(results, ({ median }) => median);
      const measured = measure(medians);
      const trials = Math.min(...results.map((result) => result.trials.length));
      const each = Array.from({ length: trials }, (_, trial) =>
        measure(lookup(results, (result) => result.trials[trial]!)),
      );
      const [lowerQuartile, upperQuartile] = [quantile(each, 0.25), quantile(each, 0.75)];
      const undisturbed = measure(lookup(results, ({ least, median }) => least ?? median));
      const spread = { lowerQuartile, upperQuartile, undisturbed };
      const reason = measured > atMost ? explain(why, medians) : {};
      return { what, unit, atMost, measured, ...spread, ...reason };
    } catch (error) {
      if (error instanceof NotMeasured) return { what, unit, atMost, missing: error.message };
      throw error;
    }
  });
}

function explain(why: Limit['why'], of: Lookup): Pick<Verdict, 'why'> {
  if (why === undefined) return {};
  try {
    const reason = why(of);
    return reason === undefined ? {} : { why: reason };
  } catch (error) {
    if (error instanceof NotMeasured) return {};
    throw error;
  }
}

/** Whether a limit was kept; undefined when that was not measured. */
export function isMet({ measured, atMost }: Verdict): boolean | undefined {
  return measured === undefined ? undefined : measured <= atMost;
}

/** The verdict of a report on a limit; reports of other days may not have it. */
export function verdictOn(
  { limits }: Pick<BenchmarkReport, 'limits'>,
  what: string,
): Verdict | undefined {
  return limits.find((verdict) => verdict.what === what);
}

/** One word for a limit's outcome. */
export function verdictWord(verdict: Verdict): string {
  const met = isMet(verdict);
  return met === undefined ? 'not run' : met ? 'met' : 'NOT MET';
}
