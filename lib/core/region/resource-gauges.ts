// Which series of a family the operating system fills.

import type { ResolvedFamily } from '../catalogue/resolve.js';
import type { ResourceName } from '../catalogue/types.js';

/** The readings of a family's `resource`, each with the value of the one free label. */
export function resourceReadings(family: ResolvedFamily): readonly {
  readonly reading: ResourceName;
  readonly labels: Readonly<Record<string, string>>;
}[] {
  const { resource } = family;
  if (resource === undefined) return [];
  const free = family.labels.filter(({ fixed }) => fixed === undefined);
  if (typeof resource === 'string') {
    return free.length === 0 ? [{ reading: resource, labels: {} }] : [];
  }
  const [label, ...others] = free;
  if (label === undefined || others.length > 0) return [];
  return Object.entries(resource).map(([value, reading]) => ({
    reading,
    labels: { [label.name]: value },
  }));
}
