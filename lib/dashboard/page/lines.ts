// How the past of series becomes lines.

import { colourOf } from './colours.js';
import { byNumber, sharedLabels, shortName } from './format.js';
import { type Family, growth, type Point, type Store, type Track } from './store.js';

export interface Line {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
  /** Of its replica; undefined: by its place among the lines. */
  readonly colour?: number | undefined;
  /** Up to here, in seconds, values are estimated from buckets. */
  readonly estimatedTo?: number | undefined;
  /** Of a percentile curve: what is known exactly, and not read off the curve. */
  readonly exact?: { readonly [percent: string]: number | null };
}

/** In seconds, as the charts have it. */
export type Range = readonly [from: number, to: number];

export const mostLines = 8;
const percents = ['50', '95', '99', '99.9'];
/** History may be ten seconds apart; a line whose last point is older than this has ended. */
const heldSeconds = 15;

/**
 * A line for each of these series. Of histograms one for each percentile: of the one there is, or of all
 * together where they can be put together.
 */
export function linesOf(
  store: Store,
  family: Family,
  tracks: readonly Track[],
  range: Range,
  merged?: Track,
): Line[] {
  const { kind } = family;
  const filled = tracks.filter(({ points }) => points.some(({ value }) => value > 0));
  // Gauges at zero say something, counters and histograms without records do not.
  const shown = kind === 'gauge' || filled.length === 0 ? tracks : filled;
  if (kind === 'histogram' && (shown.length === 1 || merged !== undefined)) {
    const all = shown.length === 1 ? shown[0]! : merged!;
    return percents.map((percent) => percentileLine(`p${percent}`, all, percent, range));
  }
  const hidden = sharedLabels(shown.map(({ labels }) => labels));
  const lines = shown.map((track): Line => {
    const name = shortName(track.labels, hidden) || 'value';
    const colour = colourOf(store, track.labels);
    if (kind === 'histogram') {
      return { ...percentileLine(`p99, ${name}`, track, '99', range), colour };
    }
    const line = kind === 'counter' ? rateLine(name, track, range) : valueLine(name, track, range);
    return { ...line, colour };
  });
  return few(lines.filter(({ x }) => x.length > 0));
}

/** How far each member is behind the furthest, from their positions. */
export function lagLines(store: Store, tracks: readonly Track[], range: Range): Line[] {
  const lines = tracks.map((track) => valueLine('', track, range));
  const head = combined('head', lines, 'max');
  const hidden = sharedLabels(tracks.map(({ labels }) => labels));
  return lines.map((line, index): Line => {
    const { labels } = tracks[index]!;
    const own = combined('own', [line, { ...head, y: head.y.map(() => null) }], 'max');
    const y = head.y.map((at, point) => {
      const position = own.y[point] ?? null;
      return at === null || position === null ? null : at - position;
    });
    const name = shortName(labels, hidden) || 'value';
    return { name, x: head.x, y, colour: colourOf(store, labels) };
  });
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
  const known = points.filter(({ percentiles }) => percentiles !== undefined);
  const values = known.map(({ at, percentiles }) => [at, percentiles?.[percent] ?? null] as const);
  return { ...line(name, range, values), estimatedTo: estimatedTo(known) };
}

function estimatedTo(points: readonly Point[]): number | undefined {
  const last = points.findLast(({ isEstimated }) => isEstimated === true);
  return last === undefined ? undefined : last.at / 1000;
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
