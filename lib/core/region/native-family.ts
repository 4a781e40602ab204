// A family as the region keeps it.

import type { ResolvedFamily } from '../catalogue/resolve.js';
import { nanosecondsPerUnit } from '../catalogue/units.js';
import { RegistryError } from '../errors.js';
import type { FamilyDescription } from './family-info.js';
import type { HistogramGeometry } from './histogram-geometry.js';
import {
  combineNumbers,
  type DescribedFamily,
  type DescribedSeries,
  kindNumbers,
  type NativeFamily,
} from './native.js';

const unlimited = 0xffffffff;

export function nativeFamily(
  family: ResolvedFamily,
  geometry: HistogramGeometry | undefined,
): NativeFamily {
  const { kind, name, help, unit, combine, initial, digits, utf8Names } = family;
  const labels = family.labels.map((label) => label.name);
  const description: FamilyDescription = {
    kind,
    help,
    unit,
    labels,
    combine,
    initial,
    digits,
    nanosecondsPerUnit: nanosecondsPerUnit(unit),
    utf8Names: utf8Names || undefined,
  };
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

/**
 * A region has one idea of a family: whoever comes later must have the same.
 *
 * @throws RegistryError that names the family and what differs
 */
export function checkSameFamily(
  mine: NativeFamily,
  there: DescribedFamily | DescribedSeries | undefined,
): void {
  if (there === undefined || !there.isFamily || isIdentical(mine, there)) return;
  const own = identityOf(mine);
  const found = identityOf(there);
  for (const property of Object.keys(own) as (keyof typeof own)[]) {
    if (own[property] === found[property]) continue;
    throw new RegistryError('VSR_METRICS_REGISTRY_MISMATCH', {
      metric: mine.name,
      problem: `the registry has this family with another ${property}`,
      given: own[property],
      allowed: `what the registry was created with: ${found[property]}`,
    });
  }
}

/** Whether they are the same to the letter: nearly always, and cheaper to find out. */
function isIdentical(mine: NativeFamily, there: DescribedFamily): boolean {
  return (
    mine.description === there.description &&
    mine.scale === there.scale &&
    mine.baseIndex === there.baseIndex &&
    mine.cellCount === there.cellCount &&
    mine.shift === there.shift &&
    mine.bounds.length === there.bounds.length &&
    mine.bounds.every((bound, index) => bound === there.bounds[index])
  );
}

// Not the help: a better wording is no reason to refuse an attachment.
function identityOf(family: NativeFamily | DescribedFamily) {
  const { kind, unit, labels, combine, digits } = JSON.parse(
    family.description,
  ) as FamilyDescription;
  return {
    kind,
    unit: String(unit),
    labels: labels.join(', '),
    combine,
    digits: String(digits),
    buckets: family.bounds.join(', '),
    range: `${family.cellCount} cells from ${family.baseIndex}, scaled by ${family.scale}`,
  };
}
