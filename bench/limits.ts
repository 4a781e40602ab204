// What the library promises about its own speed, as ratios to what was measured in the same run.

import type { Limit, Lookup } from './harness/limits.js';

const ours = 'vsr-metrics';
/** Typed-array loops that count correctly to 2^53. */
const loops = ['Float64Array += 1', 'Int32Array pair with carry', 'BigInt64Array += 1n'];
const child = 'prom-client, bound child';

function fastest(of: Lookup, group: string, peers: readonly string[]): number {
  return Math.min(...peers.map((peer) => of(group, peer)));
}

function ratio(
  what: string,
  atMost: number,
  group: string,
  peers: readonly string[],
  peer = ours,
): Limit {
  const measure = (of: Lookup) => of(group, peer) / fastest(of, group, peers);
  return { what, unit: 'x', atMost, measure };
}

function shared(what: string, group: string): Limit {
  const two = { threads: 2 } as const;
  return {
    what: `${what}, two threads: the same series / series of their own`,
    unit: 'x',
    atMost: 1.1,
    measure: (of) => of(group, 'the same series', two) / of(group, 'series of their own', two),
  };
}

/** In C++: what recording takes beyond the loop that does the least one could. */
function beyond(what: string, atMost: number, group: string, loop: string): Limit {
  const measure = (of: Lookup) => of(group, 'vsr-metrics from C++') - of(group, loop);
  return { what, unit: 'ns', atMost, measure };
}

function garbage(peer: string): Limit {
  return {
    what: `collections in 10^8 x ${peer}`,
    unit: 'collections',
    atMost: 0,
    measure: (of) => of('garbage', peer, { of: 'collections' }),
  };
}

function rendering(what: string, group: string): Limit {
  const peer = 'vsr-metrics, snapshot and renderPrometheus';
  return ratio(`scrape of ${what} / prom-client`, 0.1, group, ['prom-client, metrics()'], peer);
}

export const limits: readonly Limit[] = [
  ratio('counter inc(), one hot / fastest bare loop', 1.15, 'counter', loops),
  ratio('counter inc(), sixteen / fastest bare loop', 1.15, 'counter-sixteen', loops),
  ratio('gauge set(v), one hot / bare store', 1.15, 'gauge', ['Float64Array = v']),
  ratio('gauge set(v), sixteen / bare store', 1.15, 'gauge-sixteen', ['Float64Array = v']),
  ratio('counter inc() / prom-client without labels', 1, 'counter', ['prom-client, no labels']),
  ratio('counter inc(n) / bare Float64Array', 1.5, 'counter-amounts', ['Float64Array += n']),
  ratio('histogram record(v) / two bare f64 adds', 1.5, 'histogram', ['two Float64Array += x']),
  ratio('now() and since(t0) / prom-client startTimer', 0.09, 'timed-operation', [child]),
  ratio('now() and since(t0) / two time stamps in C++', 1.6, 'timed-operation', [
    'C++ time stamps',
  ]),
  beyond('C++: Counter::Inc() - bare loop', 1, 'counter', 'C++ count += 1'),
  beyond('C++: Histogram::Record(v) - bare loop', 3, 'histogram', 'C++ count += 1, sum += v'),
  ...[
    'counter inc()',
    'counter inc(n)',
    'gauge set(v)',
    'gauge inc()',
    'histogram record(v)',
    'now() and since(t0)',
  ].map(garbage),
  ratio('counter inc() / prom-client bound child', 1 / 40, 'counter', [child]),
  ratio('histogram record(v) / prom-client bound child', 1 / 40, 'histogram', [child]),
  ratio('gauge set(v) / prom-client bound child', 1 / 8, 'gauge', [child]),
  shared('counter inc()', 'counter-shared'),
  shared('counter inc(n)', 'counter-amounts-shared'),
  shared('histogram record(v)', 'histogram-shared'),
  {
    what: 'with() that hits, two labels',
    unit: 'ns',
    atMost: 50,
    measure: (of) => of('with-hit', 'vsr-metrics, two labels'),
  },
  {
    what: 'snapshot() of the vsr catalogue, 4 lanes, 100 cells a histogram',
    unit: 'ns',
    atMost: 1e6,
    measure: (of) => of('snapshot', '100 cells'),
  },
  {
    what: 'snapshot(): what 10 times the cells add / 10 x what they added',
    unit: 'x',
    atMost: 1.2,
    measure: (of) => {
      const empty = of('snapshot', '1 cell');
      return (of('snapshot', '10000 cells') - empty) / (of('snapshot', '1000 cells') - empty) / 10;
    },
  },
  {
    what: 'snapshot(): room for 256 lanes / room for 4',
    unit: 'x',
    atMost: 1.1,
    measure: (of) =>
      of('snapshot', '1000 cells, room for 256 lanes') / of('snapshot', '1000 cells'),
  },
  rendering('10,000 counters', 'render-counters-10k'),
  rendering('1,000 histograms x 12', 'render-histograms-1k'),
];
