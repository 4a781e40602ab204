// A family with what its cells need.

import type { ResolvedFamily } from '../catalogue/resolve.js';
import { type HistogramGeometry, planHistogram } from './histogram-geometry.js';

export interface PlannedFamily {
  readonly family: ResolvedFamily;
  /** Where the cells lie; undefined unless a histogram. */
  readonly geometry: HistogramGeometry | undefined;
}

/** @throws CatalogueError when a histogram's buckets and range cannot be kept */
export function planFamily(family: ResolvedFamily): PlannedFamily {
  const { kind, name, bounds, digits, range } = family;
  if (kind !== 'histogram' || digits === 0) return { family, geometry: undefined };
  return { family, geometry: planHistogram({ name, bounds, digits, range: range! }) };
}
