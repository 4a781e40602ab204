// What is known of metrics without asking a Prometheus: those of the catalogues.

import * as catalogues from '../../catalogues/index.js';
import { selfCatalogue } from '../../core/catalogue/self-catalogue.js';
import type {
  Catalogue,
  FamilyDeclaration,
  LabelDeclarations,
} from '../../core/catalogue/types.js';
import { nearest } from '../../core/nearest.js';
import { alertingCatalogue } from '../catalogue.js';

/** What the series of one name are. */
export interface KnownSample {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly labels: LabelDeclarations;
}

const samples = new Map<string, KnownSample>();
/** What names begin with that a catalogue has to itself, as vsr_. */
const prefixes = new Set<string>();

for (const catalogue of [
  ...(Object.values(catalogues) as Catalogue[]),
  selfCatalogue,
  alertingCatalogue,
]) {
  for (const family of Object.values<FamilyDeclaration>(catalogue.families)) add(family);
}
for (const prefix of ['vsr_', 'kmb_', 'kotoba_', 'streambus_', 'kalki_']) prefixes.add(prefix);

function add({ name, kind, labels = {} }: FamilyDeclaration): void {
  samples.set(name, { kind, labels });
  if (kind !== 'histogram') return;
  samples.set(`${name}_bucket`, { kind: 'counter', labels: { ...labels, le: 'any' } });
  samples.set(`${name}_count`, { kind: 'counter', labels });
  samples.set(`${name}_sum`, { kind: 'counter', labels });
}

export function sampleNamed(name: string): KnownSample | undefined {
  return samples.get(name);
}

/** Whether a catalogue would have it, if it existed; names of recording rules are anybody's. */
export function isMissing(name: string, recorded: ReadonlySet<string>): boolean {
  if (samples.has(name) || recorded.has(name) || name.includes(':')) return false;
  // Servers that serve many files, and history, have series of their own.
  if (/^vsr_metrics_|_p\d+$/.test(name)) return false;
  return [...prefixes].some((prefix) => name.startsWith(prefix));
}

export function nearestSample(name: string): string | undefined {
  return nearest(name, [...samples.keys()]);
}
