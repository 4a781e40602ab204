// Percentiles of what was recorded between two moments, of which only the buckets are known. They are
// estimates: within a bucket nothing is known of where the values lie.

import type { Bucket } from '../core/reading/distribution.js';

export const shownPercentiles = [50, 95, 99, 99.9] as const;

/**
 * By interpolation within the bucket, as Prometheus' histogram_quantile has it, but never beyond the
 * largest value that was recorded at all; null when nothing was recorded, or before the first moment.
 * Above the last bound it is that bound.
 */
export function intervalPercentile(
  buckets: readonly Bucket[],
  before: readonly Bucket[] | undefined,
  percent: number,
  max = Number.POSITIVE_INFINITY,
): number | null {
  if (before === undefined) return null;
  const counts = buckets.map(({ count }, index) => count - (before[index]?.count ?? 0));
  const total = counts.at(-1) ?? 0;
  // Less than before: it started again between the two.
  if (total <= 0 || counts.some((count) => count < 0)) return null;
  const rank = (percent / 100) * total;
  const index = counts.findIndex((count) => count >= rank);
  const { le } = buckets[index]!;
  const low = index === 0 ? Math.min(0, le) : buckets[index - 1]!.le;
  if (!Number.isFinite(le)) return Number.isFinite(low) ? low : null;
  const below = index === 0 ? 0 : counts[index - 1]!;
  const share = (rank - below) / Math.max(counts[index]! - below, 1);
  const value = low + (le - low) * Math.min(Math.max(share, 0), 1);
  return Math.min(value, Number.isNaN(max) ? Number.POSITIVE_INFINITY : max);
}
