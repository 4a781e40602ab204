// Clocks, and whole timed operations: two readings and a record of the difference.

import { defineCase } from '../harness/javascript-case.js';
import { smallestCall, smallestCallUnavailable } from '../harness/native-programs.js';
import { bare, ours } from '../harness/versions.js';
import { createBenchRegistry, totalOf } from './bench-registry.js';
import { attributes, createMeter, histogramOptions, openTelemetry } from './opentelemetry.js';
import { bound, countOf, labelledHistogram, promClients } from './prom-clients.js';

/** A clock keeps nothing; that it never stepped back is what can be checked. */
function clockCase(peer: string, version: string, load: () => Promise<() => number>) {
  return defineCase({
    version,
    group: 'clock',
    peer,
    prepare: async () => {
      const read = await load();
      let last = Number.NEGATIVE_INFINITY;
      let stepsBack = 0;
      return {
        run(first, end) {
          for (let index = first; index < end; index++) {
            const now = read();
            if (now < last) stepsBack++;
            last = now;
          }
        },
        total: (operations) => operations - stepsBack,
      };
    },
  });
}

export default [
  defineCase({
    ...ours,
    group: 'timed-operation',
    prepare: async () => {
      const registry = await createBenchRegistry();
      const { latency } = registry.metrics;
      return {
        run(first, end) {
          for (let index = first; index < end; index++) {
            const started = registry.now();
            latency.since(started);
          }
        },
        total: () => totalOf(registry.snapshot(), 'bench_latency_ms'),
      };
    },
  }),
  ...promClients.map((client) =>
    defineCase({
      ...client,
      group: 'timed-operation',
      peer: `${client.peer}, bound child`,
      prepare: () => {
        const histogram = labelledHistogram(client);
        const child = bound(histogram);
        return {
          run(first, end) {
            for (let index = first; index < end; index++) {
              const stop = child.startTimer();
              stop();
            }
          },
          total: () => countOf(histogram),
        };
      },
    }),
  ),
  defineCase({
    ...openTelemetry,
    group: 'timed-operation',
    prepare: () => {
      const { meter, total } = createMeter();
      const histogram = meter.createHistogram('bench_latency', histogramOptions);
      return {
        run(first, end) {
          for (let index = first; index < end; index++) {
            const started = performance.now();
            histogram.record(performance.now() - started, attributes);
          }
        },
        total,
      };
    },
  }),

  clockCase(ours.peer, ours.version, async () => {
    const { now } = await createBenchRegistry();
    return now;
  }),
  clockCase('performance.now()', bare.version, async () => () => performance.now()),
  clockCase('process.hrtime.bigint()', bare.version, async () => {
    return () => Number(process.hrtime.bigint());
  }),
  // What any native call costs at least: no argument, no result, and here it only counts itself.
  defineCase({
    ...bare,
    ...smallestCallUnavailable(),
    group: 'clock',
    peer: 'smallest Node-API call',
    prepare: () => {
      const { call, calls } = smallestCall();
      return {
        run(first, end) {
          for (let index = first; index < end; index++) call();
        },
        total: () => calls[0]!,
      };
    },
  }),
];
