// How the past of series becomes lines.

import { byNumber, sharedLabels, shortName } from './format.js';
import { type Family, growth, type Track } from './store.js';

export interface Line {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
}

/** In seconds, as the charts have it. */
export type Range = readonly [from: number, to: number];

export const mostLines = 8;
const percents = ['50', '90', '99', '99.9'];
/** History may be ten seconds apart; a line whose last point is older than this has ended. */
const heldSeconds = 15;

/** A line for each of these series; of one histogram alone, one for each percentile. */
export function linesOf({ kind }: Family, tracks: readonly Track[], range: Range): Line[] {
  const filled = tracks.filter(({ points }) => points.some(({ value }) => value > 0));
  // Gauges at zero say something, counters and histograms without records do not.
  const shown = kind === 'gauge' || filled.length === 0 ? tracks : filled;
  if (kind === 'histogram' && shown.length === 1) {
    return percents.map((percent) => percentileLine(`p${percent}`, shown[0]!, percent, range));
  }
  const hidden = sharedLabels(shown.map(({ labels }) => labels));
  const lines = shown.map((track) => {
    const name = shortName(track.labels, hidden) || 'value';
    if (kind === 'histogram') return percentileLine(`p99, ${name}`, track, '99', range);
    return kind === 'counter' ? rateLine(name, track, range) : valueLine(name, track, range);
  });
  return few(lines.filter(({ x }) => x.length > 0));
}

/** The largest when there are too many; those few keep their order, so that colours stay. */
function few(lines: Line[]): Line[] {
  const ordered = lines.length > mostLines ? lines.sort(byLast) : lines;
  const chosen = ordered.slice(0, mostLines).sort((a, b) => byNumber(a.name, b.name));
  return [...chosen, ...ordered.slice(mostLines)];
}

export function valueLine(name: string, { points }: Track, range: Range): Line {
  return line(
    name,
    range,
    points.map(({ at, value }) => [at, Number.isFinite(value) ? value : null] as const),
  );
}

export function percentileLine(
  name: string,
  { points }: Track,
  percent: string,
  range: Range,
): Line {
  const values = points
    .filter(({ percentiles }) => percentiles !== undefined)
    .map(({ at, percentiles }) => [at, percentiles?.[percent] ?? null] as const);
  return line(name, range, values);
}

export function rateLine(name: string, { points }: Track, range: Range): Line {
  const rates = points.slice(1).map(({ at, value }, index) => {
    const before = points[index]!;
    return [at, growth(before.value, value) / ((at - before.at) / 1000)] as const;
  });
  return line(name, range, rates);
}

function line(
  name: string,
  [from, to]: Range,
  points: readonly (readonly [at: number, value: number | null])[],
): Line {
  const within = points.filter(([at]) => at / 1000 >= from && at / 1000 <= to);
  return { name, x: within.map(([at]) => at / 1000), y: within.map(([, value]) => value) };
}

/** Many lines as one. Those that have no point at a time count with the one before. */
export function combined(name: string, lines: readonly Line[], how: 'sum' | 'max'): Line {
  if (lines.length === 1) return { ...lines[0]!, name };
  const x = [...new Set(lines.flatMap((each) => each.x))].sort((a, b) => a - b);
  const next = lines.map(() => 0);
  const y = x.map((at) => {
    const values = lines.flatMap((each, index) => {
      while ((each.x[next[index]!] ?? Number.POSITIVE_INFINITY) <= at) next[index]! += 1;
      const last = next[index]! - 1;
      const value = each.y[last] ?? null;
      return value === null || each.x[last]! < at - heldSeconds ? [] : [value];
    });
    if (values.length === 0) return null;
    return values.reduce((a, b) => (how === 'sum' ? a + b : Math.max(a, b)));
  });
  return { name, x, y };
}

export function isAnythingThere({ y }: Line): boolean {
  return y.some((value) => value !== null && value !== 0);
}

/** The most of now comes first. */
export function byLast(a: Line, b: Line): number {
  return (b.y.at(-1) ?? 0) - (a.y.at(-1) ?? 0);
}
