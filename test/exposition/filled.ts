// Registries with something in them, and the same recorded elsewhere.

import { kalki, kimberlite, kotoba, streambus, vsr } from '../../lib/catalogues/index.js';
import type { Catalogue, FamilyDeclaration } from '../../lib/core/catalogue/types.js';
import { createRegistry } from '../../lib/index.js';

/** Every catalogue that comes with the package. */
export const allCatalogues: readonly Catalogue[] = [vsr, kimberlite, streambus, kotoba, kalki];

/** One thing that happens to one series. */
export interface Event {
  readonly key: string;
  readonly family: FamilyDeclaration;
  readonly labels: Readonly<Record<string, string>>;
  /** What a counter grows by, a gauge is set to, a histogram records. */
  readonly value: number;
}

/** The part of a registry that events and renderings need. */
export type AnyRegistry = Pick<ReturnType<typeof createRegistry<Catalogue>>, 'snapshot'> & {
  readonly metrics: object;
};

interface AnyRecorder {
  inc(value: number): void;
  set(value: number): void;
  record(value: number): void;
}

/** A registry for a catalogue of which nothing is known, so that nothing is typed. */
export function openRegistry(catalogue: Catalogue): AnyRegistry {
  return createRegistry({ catalogue });
}

/** Values that open labels get. */
const openValues = ['alpha', 'beta'];

/** Every series that a family can have, with a few values for each open label. */
export function labelSets(family: FamilyDeclaration): Record<string, string>[] {
  let sets: Record<string, string>[] = [{}];
  for (const [name, values] of Object.entries(family.labels ?? {})) {
    const some = values === 'any' ? openValues : values;
    sets = sets.flatMap((set) => some.map((value) => ({ ...set, [name]: value })));
  }
  return sets;
}

/**
 * Several events for every series of a catalogue, always the same. Counters grow by sixteenths, so
 * that no order of adding them up is different from another.
 */
export function eventsFor(catalogue: Catalogue): Event[] {
  let state = 12345;
  const random = () => {
    state = (state * 48271) % 0x7fffffff;
    return state / 0x7fffffff;
  };
  return Object.entries(catalogue.families).flatMap(([key, family]) =>
    labelSets(family).flatMap((labels) =>
      Array.from({ length: 5 }, () => ({ key, family, labels, value: valueFor(family, random) })),
    ),
  );
}

function valueFor(family: FamilyDeclaration, random: () => number): number {
  switch (family.kind) {
    case 'counter':
      return Math.floor(random() * 1e6) / 16;
    case 'gauge':
      return random() < 0.5 ? Math.floor(random() * 1e9) : (random() - 0.5) * 1e3;
    case 'histogram': {
      // Below, between, on and above the bounds.
      const bound = family.buckets[Math.floor(random() * family.buckets.length)]!;
      return random() < 0.2 ? bound : bound * random() * 2;
    }
  }
}

/** Lets the events happen. */
export function record({ metrics }: Pick<AnyRegistry, 'metrics'>, events: readonly Event[]): void {
  for (const { key, family, labels, value } of events) {
    const recorder = recorderOf(metrics, key, labels);
    if (family.kind === 'counter') recorder.inc(value);
    else if (family.kind === 'gauge') recorder.set(value);
    else recorder.record(value);
  }
}

function recorderOf(metrics: object, key: string, labels: Readonly<Record<string, string>>) {
  const metric = (metrics as Record<string, unknown>)[key];
  if (Object.keys(labels).length === 0) return metric as AnyRecorder;
  return (metric as { with(labels: Readonly<Record<string, string>>): AnyRecorder }).with(labels);
}

/** A registry of a catalogue in which every series has something to show. */
export function filledRegistry(catalogue: Catalogue): AnyRegistry {
  const registry = openRegistry(catalogue);
  record(registry, eventsFor(catalogue));
  return registry;
}
