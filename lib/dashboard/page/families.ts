// Which family stands where: by what the profiles of the catalogues say, and by kind for all others.

import type { ForemostPlace } from '../../catalogues/cluster/profile.js';
import type { Labels } from './format.js';
import type { Family, Store } from './store.js';

const errorNames =
  /error|fail|reject|corrupt|byzantine|timeout|dropped|violation|overflow|denial|aborted/;
/** Of labels that say how something ended: the values that mean badly. */
const endLabels = ['status', 'outcome', 'result'];
const badEnds = /^(error|fail|reject|timeout|timed_out|dropped|aborted|unhealthy)/;
const resourceNames = /memory|heap|cpu|disk|network|storage|bytes|file_descriptors|event_loop/;
const ownNames = /^vsr_metrics_|^health_check_/;

export function isError({ kind, name }: Family): boolean {
  return kind === 'counter' && errorNames.test(name);
}

/** Whether a series counts what went wrong: its family does, or a label of it says so. */
export function countsErrors(family: Family, labels: Labels): boolean {
  if (family.kind !== 'counter') return false;
  return isError(family) || endLabels.some((label) => badEnds.test(labels[label] ?? ''));
}

/** Families with series that count what went wrong. */
export function familiesWithErrors(store: Store): readonly Family[] {
  return store.families.filter((family) =>
    store.series(family.name).some(({ labels }) => countsErrors(family, labels)),
  );
}

export function isThroughput(family: Family): boolean {
  return family.kind === 'counter' && !isError(family) && !ownNames.test(family.name);
}

export function isLatency({ kind }: Family): boolean {
  return kind === 'histogram';
}

export function isResource({ kind, name }: Family): boolean {
  return kind === 'gauge' && resourceNames.test(name) && !ownNames.test(name);
}

export function isState({ kind, name }: Family): boolean {
  return kind === 'gauge' && !resourceNames.test(name) && !ownNames.test(name);
}

/** Shown first where they are there. */
export function foremost(store: Store, place: ForemostPlace): readonly string[] {
  return store.profiles.flatMap((profile) => profile.foremost[place] ?? []);
}

/** Of these families the foremost that anything is known of; otherwise the first that fits. */
export function choose(
  families: readonly Family[],
  names: readonly string[],
  isKnown: (name: string) => boolean,
): Family | undefined {
  const known = families.filter(({ name }) => isKnown(name));
  const named = names.map((name) => known.find((family) => family.name === name));
  return named.find((family) => family !== undefined) ?? known[0] ?? families[0];
}

/** What every member counts for itself although all did it together: not to be added up. */
export function isShared(store: Store, name: string): boolean {
  return store.profiles.some(({ shared }) => shared.includes(name));
}
