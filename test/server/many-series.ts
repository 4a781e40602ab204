// Registries whose page is too large for the buffers of a connection.

import { createRegistry, defineCatalogue } from '../../lib/index.js';

const catalogue = defineCatalogue({
  name: 'test',
  families: {
    events: {
      kind: 'counter',
      name: 'test_events_total',
      help: 'Events',
      labels: { kind: 'any' },
      maxSeries: 21_000,
    },
  },
});

export function createLargeRegistry() {
  return createRegistry({ catalogue, capacity: { series: 25_000 } });
}

/** Makes its page more than a megabyte long. */
export function fill({ metrics }: ReturnType<typeof createLargeRegistry>): void {
  for (let kind = 0; kind < 20_000; kind++) metrics.events.with({ kind: `k${kind}` }).inc(0);
}
