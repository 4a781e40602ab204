// Which series of a family the operating system fills.

import type { ResolvedFamily } from '../catalogue/resolve.js';
import type { ResourceName } from '../catalogue/types.js';

/**
 * The readings of a family's `resource`, each with the value of the label that tells them apart. Labels
 * before that one must be fixed. Open ones behind it narrow it down, and are empty for the whole: to
 * Prometheus that is as if they were absent.
 */
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
  const chosen = Object.keys(resource);
  const tells =
    label !== undefined && (others.length === 0 || chosen.every((each) => has(label, each)));
  if (!tells || others.some(({ values }) => values !== undefined)) return [];
  const empty = Object.fromEntries(others.map(({ name }) => [name, '']));
  return Object.entries(resource).map(([value, reading]) => ({
    reading,
    labels: { [label.name]: value, ...empty },
  }));
}

function has({ values = [] }: ResolvedFamily['labels'][number], value: string): boolean {
  return values.includes(value);
}
