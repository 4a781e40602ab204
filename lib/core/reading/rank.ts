/**
 * How many of the smallest values a percentile covers: at least one, and as many as the percentage
 * needs, less what multiplying may have added.
 */
export function rankOf(percent: number, count: number): number {
  return Math.max(1, Math.ceil((percent / 100) * count * (1 - 2 ** -50)));
}
