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

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
