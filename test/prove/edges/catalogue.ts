// What the processes of the proof `edges` record, and how the registries of its rounds differ.

import { defineCatalogue, type RegistryOptions } from '../../../lib/index.js';

const steps = { kind: 'counter', name: 'edges_steps_total', help: 'Steps taken.' } as const;
const hits = {
  kind: 'counter',
  name: 'edges_hits_total',
  help: 'Hits of a session.',
  labels: { session: 'any' },
} as const;
const visits = {
  kind: 'histogram',
  name: 'edges_visit_seconds',
  help: 'Visits of a session.',
  labels: { session: 'any' },
  buckets: [1, 2],
  range: { min: 0.01, max: 100 },
  digits: 1,
} as const;
const topics = {
  kind: 'counter',
  name: 'edges_topics_total',
  help: 'Series that anybody removes.',
  labels: { topic: 'any' },
} as const;
const inUse = {
  kind: 'gauge',
  name: 'edges_in_use',
  help: 'What the living have in use.',
  combine: 'sum',
} as const;
const position = {
  kind: 'gauge',
  name: 'edges_position',
  help: 'What somebody set last.',
  labels: { session: 'any' },
} as const;
const waits = {
  kind: 'histogram',
  name: 'edges_wait_seconds',
  help: 'Waits.',
  labels: { path: ['fast', 'slow'] },
  buckets: [1, 10],
  range: { min: 0.01, max: 100 },
  digits: 1,
} as const;
const early = { kind: 'counter', name: 'edges_early_total', help: 'Of a newer version.' } as const;

export const catalogue = defineCatalogue({
  name: 'edges',
  families: { steps, hits, visits, topics, inUse, position, waits },
});

const capacity = {
  lanes: 12,
  processes: 12,
  series: 400,
  histograms: 120,
  historyBytes: 1 << 16,
  exemplars: 4,
};

const byName = {
  same: { catalogue, capacity },
  // The same families, elsewhere.
  otherOrder: {
    catalogue: defineCatalogue({
      name: 'edges, reordered',
      families: { early, position, visits, inUse, steps, topics, hits, waits },
    }),
    capacity,
  },
  // Everything stands elsewhere, and one family is another one.
  otherBuckets: {
    catalogue: defineCatalogue({
      name: 'edges, with other buckets',
      families: {
        early,
        visits,
        steps,
        hits,
        topics,
        inUse,
        position,
        waits: { ...waits, buckets: [5, 20] },
      },
    }),
    capacity,
  },
  lessRoom: { catalogue, capacity: { ...capacity, series: 13, histograms: 4 } },
  noLane: { catalogue, capacity: { ...capacity, lanes: 1 } },
} as const;

export type Variant = keyof typeof byName;

/** Registries that a program makes: those that fit whoever recorded before, and those that do not. */
export const variants = byName as unknown as Readonly<
  Record<
    Variant,
    Pick<RegistryOptions<typeof catalogue>, 'capacity'> & { catalogue: typeof catalogue }
  >
>;

export const fitting: readonly Variant[] = ['same', 'otherOrder'];
export const misfits: readonly Variant[] = ['otherBuckets', 'lessRoom', 'noLane'];

/** What is recorded of waits, by path: sums of these are exact. */
export const waitOf = { fast: 0.25, slow: 4 } as const;

/** What is recorded of the visits of a process: of no other, so that a wrong series gives itself away. */
export function visitOf(seat: number): number {
  return 1 + seat / 1024;
}
