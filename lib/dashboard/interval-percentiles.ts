// Percentiles of what was recorded between two moments, of which only the buckets are known.

import type { Bucket } from '../core/reading/distribution.js';

export const shownPercentiles = [50, 90, 99, 99.9] as const;

/**
 * By interpolation within the bucket, as Prometheus' histogram_quantile has it; null when nothing was
 * recorded, or before the first moment. Above the last bound it is that bound.
 */
export function intervalPercentile(
  buckets: readonly Bucket[],
  before: readonly Bucket[] | undefined,
  percent: number,
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
  return low + (le - low) * Math.min(Math.max(share, 0), 1);
}
