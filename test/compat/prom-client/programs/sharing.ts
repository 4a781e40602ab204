// Records into a shared registry what a program of several threads or processes would, so that the
// totals are known.

import client, { type SharedRegistryHandle } from '../../../../lib/compat/prom-client/index.js';

export const rounds = 20_000;

/** Amounts that add up without rounding, in any order. */
export async function recordShared(
  where: string | SharedRegistryHandle,
  member: number,
): Promise<InstanceType<typeof client.Registry>> {
  const registry = new client.Registry();
  const registers = [registry];
  const before = new client.Counter({ name: 'early_total', help: 'Before sharing', registers });
  before.inc(member);
  await client.shareRegistry(registry, where);
  const labelNames = ['method', 'status'];
  const requests = new client.Counter({ name: 'requests_total', help: 'A', labelNames, registers });
  const level = new client.Gauge({ name: 'level', help: 'B', registers });
  const highest = new client.Gauge({ name: 'highest', help: 'C', aggregator: 'max', registers });
  const sizes = new client.Histogram({
    name: 'sizes',
    help: 'D',
    labelNames: ['method'],
    buckets: client.exponentialBuckets(0.7, 1.3, 8),
    registers,
  });
  const child = requests.labels('GET', '200');
  for (let index = 0; index < rounds; index++) {
    child.inc();
    requests.inc({ method: 'POST', status: 500 }, 0.25);
    level.inc(2);
    level.dec();
    sizes.observe({ method: 'GET' }, (index & 7) / 2);
  }
  requests.inc({ method: `only-${member}`, status: 1 });
  highest.set(member);
  return registry;
}

/** What must be shown when members 1 to `members` have recorded; gauges as long as they live. */
export function expectedLines(members: number): string[] {
  const each = rounds / 8;
  // Values 0 to 3.5 in halves, and bounds 0.7, 0.91, 1.183, 1.5379, 1.99927, 2.599, 3.3787, 4.3923.
  const below = [2, 2, 3, 4, 4, 6, 7, 8].map((values) => values * each * members);
  const bounds = client
    .exponentialBuckets(0.7, 1.3, 8)
    .map((le, index) => `sizes_bucket{le="${le}",method="GET"} ${below[index]}`);
  return [
    `early_total ${(members * (members + 1)) / 2}`,
    `requests_total{method="GET",status="200"} ${rounds * members}`,
    `requests_total{method="POST",status="500"} ${(rounds * members) / 4}`,
    ...Array.from(
      { length: members },
      (_, index) => `requests_total{method="only-${index + 1}",status="1"} 1`,
    ),
    ...bounds,
    `sizes_bucket{le="+Inf",method="GET"} ${rounds * members}`,
    `sizes_sum{method="GET"} ${1.75 * rounds * members}`,
    `sizes_count{method="GET"} ${rounds * members}`,
  ];
}
