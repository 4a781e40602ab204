// Each record timed by itself, so that a tail is seen that a mean hides: collections of garbage,
// growing tables, slow paths. Every time holds two readings of the same clock; the first curve is
// that of the clock with nothing in between.

import { defineCase, type JavascriptCase } from '../harness/javascript-case.js';
import { percentileCurve } from '../harness/statistics.js';
import { generateValues, valueCount } from '../harness/values.js';
import { bare, ours } from '../harness/versions.js';
import { createBenchRegistry, totalOf } from './bench-registry.js';
import { hdrPeers, wholeValues } from './hdr-histograms.js';
import { attributes, createMeter, histogramOptions, openTelemetry } from './opentelemetry.js';
import { bound, countOf, labelledHistogram, promClients } from './prom-clients.js';

const mask = valueCount - 1;

interface Recorder {
  readonly values: Float64Array;
  record(value: number): void;
  total(operations: number): number | Promise<number>;
}

type Peer = Pick<JavascriptCase, 'peer' | 'version' | 'unavailable'>;

function timedSingly(peer: Peer, make: () => Recorder | Promise<Recorder>): JavascriptCase {
  return defineCase({
    ...peer,
    group: 'single-records',
    prepare: async () => {
      const { now, nanosecondsPerTick, refineClock } = await import(
        '../../lib/core/region/clock.js'
      );
      refineClock();
      const { values, record, total } = await make();
      // The last million of them.
      const ticks = new Float64Array(valueCount);
      let timed = 0;
      return {
        run(first, end) {
          for (let index = first; index < end; index++) {
            const started = now();
            record(values[index & mask]!);
            ticks[timed++ & mask] = now() - started;
          }
        },
        total,
        percentiles() {
          const last = ticks.subarray(0, Math.min(timed, valueCount));
          return percentileCurve(last.map((each) => each * nanosecondsPerTick[0]!));
        },
      };
    },
  });
}

export default [
  timedSingly({ ...bare, peer: 'the clock alone' }, () => ({
    values: generateValues(),
    record: () => undefined,
    total: (operations) => operations,
  })),
  timedSingly(ours, async () => {
    const registry = await createBenchRegistry();
    const { latency } = registry.metrics;
    return {
      values: generateValues(),
      record: (value) => latency.record(value),
      total: () => totalOf(registry.snapshot(), 'bench_latency_ms'),
    };
  }),
  ...promClients.map((client) =>
    timedSingly({ ...client, peer: `${client.peer}, bound child` }, () => {
      const histogram = labelledHistogram(client);
      const child = bound(histogram);
      return {
        values: generateValues(),
        record: (value) => child.observe(value),
        total: () => countOf(histogram),
      };
    }),
  ),
  timedSingly(openTelemetry, () => {
    const { meter, total } = createMeter();
    const histogram = meter.createHistogram('bench_latency', histogramOptions);
    return {
      values: generateValues(),
      record: (value) => histogram.record(value, attributes),
      total,
    };
  }),
  ...hdrPeers.map(({ make, ...peer }) =>
    timedSingly(peer, async () => {
      const { record, total } = await make();
      return { values: wholeValues(), record, total };
    }),
  ),
];
