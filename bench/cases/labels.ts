// with() that hits: labels that were seen before, resolved again.

import { defineCase } from '../harness/javascript-case.js';
import { bare, ours } from '../harness/versions.js';
import { createBenchRegistry, sixteen } from './bench-registry.js';
import { labelledCounter, promClients } from './prom-clients.js';

const tenants = sixteen((index) => `tenant-${index}`);

/** Counts how often what was looked up is what was expected, so that no call can be left out. */
export default [
  defineCase({
    ...ours,
    group: 'with-hit',
    peer: 'vsr-metrics, one label',
    prepare: async () => {
      const { metrics } = await createBenchRegistry();
      const family = metrics.tenantOperations;
      const expected = tenants.map((tenant_id) => family.with({ tenant_id }));
      let found = 0;
      return {
        run(first, end) {
          for (let index = first; index < end; index++) {
            const recorder = family.with({ tenant_id: tenants[index & 15]! });
            if (recorder === expected[index & 15]) found++;
          }
        },
        total: () => found,
      };
    },
  }),
  defineCase({
    ...ours,
    group: 'with-hit',
    peer: 'vsr-metrics, two labels',
    prepare: async () => {
      const { metrics } = await createBenchRegistry();
      const family = metrics.routedOperations;
      const expected = tenants.map((tenant_id) => family.with({ tenant_id, outcome: 'ok' }));
      let found = 0;
      return {
        run(first, end) {
          for (let index = first; index < end; index++) {
            const recorder = family.with({ tenant_id: tenants[index & 15]!, outcome: 'ok' });
            if (recorder === expected[index & 15]) found++;
          }
        },
        total: () => found,
      };
    },
  }),
  // A string that was just put together has no hash yet, and is not the one that was remembered.
  defineCase({
    ...ours,
    group: 'with-hit',
    peer: 'vsr-metrics, two labels, one a new string',
    prepare: async () => {
      const { metrics } = await createBenchRegistry();
      const family = metrics.routedOperations;
      const expected = tenants.map((tenant_id) => family.with({ tenant_id, outcome: 'ok' }));
      let found = 0;
      return {
        run(first, end) {
          for (let index = first; index < end; index++) {
            const tenant_id = `tenant-${index & 15}`;
            if (family.with({ tenant_id, outcome: 'ok' }) === expected[index & 15]) found++;
          }
        },
        total: () => found,
      };
    },
  }),
  defineCase({
    ...bare,
    group: 'with-hit',
    peer: 'Map.get',
    prepare: () => {
      const map = new Map(tenants.map((tenant, index) => [tenant, { index }]));
      let found = 0;
      return {
        run(first, end) {
          for (let index = first; index < end; index++) {
            if (map.get(tenants[index & 15]!)!.index === (index & 15)) found++;
          }
        },
        total: () => found,
      };
    },
  }),
  // They make a new child every time; what they remember is used when the child records.
  ...promClients.map((client) =>
    defineCase({
      ...client,
      group: 'with-hit',
      peer: `${client.peer}, two labels`,
      prepare: () => {
        const counter = labelledCounter(client);
        let found = 0;
        return {
          run(first, end) {
            for (let index = first; index < end; index++) {
              const child = counter.labels({ tenant_id: tenants[index & 15]!, outcome: 'ok' });
              if (typeof child.inc === 'function') found++;
            }
          },
          total: () => found,
        };
      },
    }),
  ),
];
