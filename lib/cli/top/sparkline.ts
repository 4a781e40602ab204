// The last values of a series as one row of blocks.

const blocks = '▁▂▃▄▅▆▇█';
// For terminals that know nothing but ASCII.
const marks = '_.:-=+*#';

/**
 * The last `width` values, the newest at the right. Gaps (NaN) stay empty. The lowest block is the
 * smallest value; with `fromZero` it is nothing at all.
 *
 * @example
 * sparkline([0, 1, 2], { width: 4, fromZero: true, unicode: true }); // ' ▁▅█'
 */
export function sparkline(
  values: readonly number[],
  options: { readonly width: number; readonly fromZero: boolean; readonly unicode: boolean },
): string {
  const { width, fromZero, unicode } = options;
  const shown = values.slice(-width);
  const known = shown.filter(Number.isFinite);
  const low = Math.min(...known, fromZero ? 0 : Number.POSITIVE_INFINITY);
  const high = Math.max(...known, low);
  const levels = unicode ? blocks : marks;
  const text = shown.map((value) => {
    if (!Number.isFinite(value)) return ' ';
    const share = high === low ? 0 : (value - low) / (high - low);
    return levels[Math.round(share * (levels.length - 1))]!;
  });
  return text.join('').padStart(width);
}
