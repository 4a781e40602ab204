// A family as the region keeps it.

import type { ResolvedFamily } from './catalogue/resolve.js';
import type { FamilyDescription } from './directory.js';
import type { HistogramGeometry } from './histogram-geometry.js';
import { combineNumbers, kindNumbers, type NativeFamily } from './native.js';

const unlimited = 0xffffffff;

export function nativeFamily(
  family: ResolvedFamily,
  geometry: HistogramGeometry | undefined,
): NativeFamily {
  const { kind, name, help, unit, combine, digits } = family;
  const labels = family.labels.map((label) => label.name);
  const description: FamilyDescription = { kind, help, unit, labels, combine, digits };
  const hasOpenLabel = family.labels.some(({ values }) => values === undefined);
  return {
    kind: kindNumbers[kind],
    combine: combineNumbers[combine],
    name,
    description: JSON.stringify(description),
    maxSeries: hasOpenLabel ? family.maxSeries : unlimited,
    scale: geometry?.scale ?? 1,
    baseIndex: geometry?.baseIndex ?? 0,
    cellCount: geometry?.cellCount ?? 0,
    shift: geometry?.shift ?? 0,
    splitCount: geometry?.splits.length ?? 0,
    bounds: Float64Array.from(geometry?.bounds ?? []),
    boundCells: geometry?.boundCells ?? new Uint32Array(),
  };
}
