// What the cases of this library record into.

import type { Registry, SharedRegistry, Snapshot } from '../../lib/index.js';
import { benchCatalogue } from './bench-catalogue.js';

export type BenchRegistry = Registry<typeof benchCatalogue>;

/** A registry of the benchmarks' own. Nothing of the library is loaded before this is called. */
export async function createBenchRegistry(): Promise<BenchRegistry> {
  const { createRegistry } = await import('../../lib/index.js');
  return createRegistry({ catalogue: benchCatalogue, resourcesEveryMs: false });
}

/** The same registry in another thread. */
export async function attachBenchRegistry(shared: SharedRegistry): Promise<BenchRegistry> {
  const { attachRegistry } = await import('../../lib/index.js');
  return attachRegistry(shared, { catalogue: benchCatalogue, resourcesEveryMs: false });
}

/** What a family holds, all its series together: increments, or recorded values. */
export function totalOf(snapshot: Snapshot, name: string): number {
  const family = snapshot.families.find((each) => each.info.name === name)!;
  return family.series.reduce((sum, { info: { labels } }) => {
    const chosen = Object.fromEntries(labels);
    const isHistogram = family.info.kind === 'histogram';
    const held = isHistogram
      ? snapshot.histogram(name, chosen)?.count
      : snapshot.value(name, chosen);
    return sum + (held ?? 0);
  }, 0);
}

/** Sixteen of something, as a program has that records into several series in turn. */
export function sixteen<Item>(make: (index: number) => Item): Item[] {
  return Array.from({ length: 16 }, (_, index) => make(index));
}
