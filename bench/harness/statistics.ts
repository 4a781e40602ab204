// Order statistics of a handful of trials, or of many rounds.

/**
 * The value below which `share` of the others lie, between neighbours in proportion.
 *
 * @example
 * quantile([1, 2, 3, 4], 0.5); // 2.5
 */
export function quantile(values: readonly number[], share: number): number {
  const ordered = [...values].sort((left, right) => left - right);
  const position = share * (ordered.length - 1);
  const below = ordered[Math.floor(position)];
  const above = ordered[Math.ceil(position)];
  if (below === undefined || above === undefined) throw new RangeError('a quantile of nothing');
  return below + (above - below) * (position - Math.floor(position));
}

/** The percentiles that curves are drawn through: dense where tails are. */
const curvePoints = [
  0, 10, 25, 50, 75, 90, 95, 97.5, 99, 99.5, 99.9, 99.95, 99.99, 99.995, 99.999, 100,
];

/** Percentiles of many values, each one that occurred. */
export function percentileCurve(values: Float64Array): Array<readonly [number, number]> {
  const ordered = values.slice().sort();
  return curvePoints.map((percentile) => {
    const rank = Math.ceil((percentile / 100) * ordered.length);
    return [percentile, ordered[Math.max(0, rank - 1)]!] as const;
  });
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
