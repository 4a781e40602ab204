// What the library promises about its own speed, as ratios to what was measured in the same run.

import type { Limit, Lookup } from './harness/limits.js';

const ours = 'vsr-metrics';
const header = 'vsr-metrics from C++';
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

const prometheusInRust = 'Rust prometheus';

/** One thread, and two on one series, both against the same peer. */
function native(
  what: string,
  group: string,
  atMost: number,
  atMostShared: number,
  why?: Limit['why'],
): Limit[] {
  const two = { threads: 2 } as const;
  return [
    {
      ...ratio(`${what}, one thread`, atMost, group, [prometheusInRust]),
      ...(why === undefined ? {} : { why }),
    },
    {
      why: (of) => reasons.starved(of, `${group}-shared`) ?? why?.(of),
      what: `${what}, two threads on one series`,
      unit: 'x',
      atMost: atMostShared,
      measure: (of) =>
        of(`${group}-shared`, ours, two) / of(`${group}-shared`, prometheusInRust, two),
    },
  ];
}

/** The fastest of JavaScript that is maintained today. */
function successors(what: string, group: string): Limit[] {
  return ['@platformatic/prom-client', '@prometheus-io/client'].map((peer) =>
    ratio(`${what} / ${peer}`, 0.1, group, [`${peer}, bound child`]),
  );
}

function shared(what: string, group: string): Limit {
  const two = { threads: 2 } as const;
  return {
    what: `${what}, two threads: the same series / series of their own`,
    unit: 'x',
    atMost: 1.1,
    measure: (of) => of(group, ours, two) / of(group, `${ours}, series of their own`, two),
  };
}

/** In C++: what recording takes beyond the loop that does the least one could. */
function beyond(what: string, atMost: number, group: string, loop: string): Limit {
  const measure = (of: Lookup) => of(group, header) - of(group, loop);
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

const scrape = 'vsr-metrics, snapshot and renderPrometheus';
const rendering = 'vsr-metrics, renderPrometheus';
const metricsText = ['prom-client, metrics()'];

function renderings(what: string, group: string): Limit[] {
  return [
    ratio(`renderPrometheus, ${what} / prom-client`, 0.1, group, metricsText, rendering),
    {
      ...ratio(`scrape of ${what} / prom-client`, 0.1, group, metricsText, scrape),
      why: (of) => reasons.longString(of, group),
    },
    ratio(`scrape of ${what} / Rust prometheus`, 0.7, group, [prometheusInRust], scrape),
  ];
}

const wholePage = 'vsr-metrics, the whole page';

/** What `name[]` selects is a part of the page: it costs a part of it, and all of it as much. */
function selected(who: string, group: string): Limit[] {
  return [
    ratio(
      `name[] with a tenth of 15,000 series / the whole page, ${who}`,
      1,
      group,
      [wholePage],
      'vsr-metrics, one family by name[]',
    ),
    ratio(
      `name[] with all of 15,000 series / the whole page, ${who}`,
      1.25,
      group,
      [wholePage],
      'vsr-metrics, every family by name[]',
    ),
  ];
}

const asRatio = (value: number) => `${value.toFixed(2)} x`;
const asMilliseconds = (nanoseconds: number) => `${(nanoseconds / 1e6).toFixed(2)} ms`;
const asTime = (value: number) => `${value.toFixed(1)} ns`;

/** What keeps a limit from being met, as measured in the same run. */
const reasons = {
  counterHandles: (of: Lookup) => {
    const floor = of('counter-sixteen', 'objects with a cell each');
    const loops16 = fastest(of, 'counter-sixteen', loops);
    return (
      'sixteen handles are sixteen objects: each has to be loaded, and its cell after it, where the ' +
      `bare loop has one array. A bare loop over sixteen such objects takes ${asRatio(floor / loops16)}.`
    );
  },
  gaugeCheck: (of: Lookup) => {
    const checked = of('gauge', 'Float64Array = v, if finite') / of('gauge', 'Float64Array = v');
    return (
      'NaN and the infinities are told apart and counted, which a bare store does not do. The bare ' +
      `loop with that one check takes ${asRatio(checked)}.`
    );
  },
  gaugeHandles: (of: Lookup) => {
    const floor = of('gauge-sixteen', 'objects with a cell each, if finite');
    return (
      'the check, and sixteen objects instead of one array. A bare loop with both takes ' +
      `${asRatio(floor / of('gauge-sixteen', 'Float64Array = v'))}.`
    );
  },
  /** Threads that take turns on one processor never meet on a cache line. */
  starved: (of: Lookup, group: string): string | undefined => {
    const share = of(group, prometheusInRust, { threads: 2, of: 'processorShare' });
    if (!(share < 0.85)) return undefined;
    return (
      `its two threads had ${Math.round(100 * share)} % of two processors: they seldom ran at once, ` +
      'and what contention costs them hardly shows.'
    );
  },
  longString: (of: Lookup, group: string) => {
    const [text, bytes] = [rendering, 'vsr-metrics, renderBytes'].map((peer) => of(group, peer));
    return (
      `of ${asMilliseconds(of(group, scrape))}, ${asMilliseconds(text! - bytes!)} go into making one ` +
      'long string for V8 in fresh memory. A server sends bytes and does without: renderBytes takes ' +
      `${asMilliseconds(bytes!)}.`
    );
  },
  /** V8 steps a double in very different times from version to version. */
  steppedDouble: (of: Lookup) =>
    'a child steps a double, which takes a bare loop ' +
    `${asTime(of('counter-amounts', 'Float64Array += n'))} on this version of Node.`,
  clockCalls: (of: Lookup) => {
    const call = of('clock', 'smallest Node-API call');
    const stamp = of('clock', 'C++ time stamps');
    return (
      'JavaScript reaches the clock through two native calls. The smallest one that Node-API can ' +
      `make takes ${asTime(call)} and a bare time stamp ${asTime(stamp)}; together twice that is ` +
      `${asTime(2 * (call + stamp))} with nothing overlapping and nothing recorded.`
    );
  },
};

/** What `vsr-metrics/prom-client` is to the packages whose interface it has. */
function dropIn(what: string, group: string, ofPromClient?: number, why?: Limit['why']): Limit[] {
  const peer = 'vsr-metrics/prom-client';
  const platformatic = '@platformatic/prom-client';
  const limits = [ratio(`drop-in ${what} / ${platformatic}`, 1, group, [platformatic], peer)];
  if (ofPromClient === undefined) return limits;
  const least = ratio(`drop-in ${what} / prom-client`, ofPromClient, group, ['prom-client'], peer);
  return [...limits, why === undefined ? least : { ...least, why }];
}

export const limits: readonly Limit[] = [
  ratio('counter inc(), one hot / fastest bare loop', 1.15, 'counter', loops),
  {
    ...ratio('counter inc(), sixteen / fastest bare loop', 1.15, 'counter-sixteen', loops),
    why: reasons.counterHandles,
  },
  {
    ...ratio('gauge set(v), one hot / bare store', 1.15, 'gauge', ['Float64Array = v']),
    why: reasons.gaugeCheck,
  },
  {
    ...ratio('gauge set(v), sixteen / bare store', 1.15, 'gauge-sixteen', ['Float64Array = v']),
    why: reasons.gaugeHandles,
  },
  ratio('counter inc() / prom-client without labels', 1, 'counter', ['prom-client, no labels']),
  ratio('counter inc(n) / bare Float64Array', 1.5, 'counter-amounts', ['Float64Array += n']),
  ratio('histogram record(v) / two bare f64 adds', 1.5, 'histogram', ['two Float64Array += x']),
  {
    ...ratio('now() and since(t0) / prom-client startTimer', 0.09, 'timed-operation', [child]),
    why: reasons.clockCalls,
  },
  {
    ...ratio('now() and since(t0) / two time stamps in C++', 1.6, 'timed-operation', [
      'C++ time stamps',
    ]),
    why: reasons.clockCalls,
  },
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
  ...renderings('10,000 counters', 'render-counters-10k'),
  ...renderings('1,000 histograms x 12', 'render-histograms-1k'),
  ...selected('one client', 'server-one'),
  ...selected('fifty clients', 'server-fifty'),
  ...native('counter inc() / Rust prometheus', 'counter', 0.7, 0.3),
  ...native('histogram record(v) / Rust prometheus', 'histogram', 0.25, 0.05),
  ratio(
    'C++: Histogram::Record(v) / HdrHistogram_c',
    1.5,
    'histogram',
    ['C HdrHistogram_c'],
    header,
  ),
  ...native('timed operation / Rust prometheus', 'timed-operation', 0.5, 0.25, reasons.clockCalls),
  ...successors('counter inc()', 'counter'),
  ...successors('histogram record(v)', 'histogram'),
  ...successors('gauge set(v)', 'gauge'),
  ...dropIn('inc()', 'drop-in-inc'),
  ...dropIn('inc(labels)', 'drop-in-labelled-inc', 1 / 5),
  ...dropIn('labels(...).inc()', 'drop-in-labels-inc', 1 / 5),
  ...dropIn('inc() of a bound child', 'drop-in-child-inc', 1 / 30, reasons.steppedDouble),
  ...dropIn('set(v)', 'drop-in-set'),
  ...dropIn('observe(v)', 'drop-in-observe'),
  ...dropIn('observe(labels, v)', 'drop-in-labelled-observe'),
  ...dropIn('startTimer()()', 'drop-in-timer'),
  ...dropIn('metrics()', 'drop-in-metrics'),
  {
    what: 'recording while 100,000 series are scraped / while others are',
    unit: 'x',
    atMost: 1.02,
    measure: (of) =>
      of('recording-while-scraped', 'this registry is scraped') /
      of('recording-while-scraped', 'another registry is scraped'),
  },
];
