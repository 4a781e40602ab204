// What the program of the first registry declared, and what its newer versions do.

import { defineCatalogue } from '../../../lib/index.js';

const a = {
  kind: 'counter',
  name: 'a_total',
  help: 'Things done.',
  labels: { to: 'any' },
} as const;
const b = {
  kind: 'histogram',
  name: 'b_seconds',
  help: 'Time.',
  buckets: [1, 10],
  labels: { to: ['old', 'new'] },
} as const;
const inUse = { kind: 'gauge', name: 'in_use', help: 'Things in use.', combine: 'sum' } as const;
const early = { kind: 'counter', name: 'early_total', help: 'First of all.' } as const;

export const original = defineCatalogue({ name: 'original', families: { a, b, inUse } });

/** By the argument of successor-process.js. */
export const successors = {
  original: { catalogue: original },
  // Everything stands elsewhere, and one family is another one.
  otherBuckets: {
    catalogue: defineCatalogue({
      name: 'other buckets',
      families: { early, b: { ...b, buckets: [2, 20] }, a, inUse },
    }),
  },
  // The same families, elsewhere.
  otherOrder: {
    catalogue: defineCatalogue({ name: 'other order', families: { early, b, inUse, a } }),
  },
  lessRoom: { catalogue: original, capacity: { series: 9 } },
  oneLane: { catalogue: original, capacity: { lanes: 1, processes: 4 } },
} as const;
