// What the groups of cases are called where people read about them, in the order in which they do.

export interface GroupText {
  readonly title: string;
  /** One operation, in a few words. */
  readonly operation: string;
}

const texts: Readonly<Record<string, GroupText>> = {
  counter: { title: 'Counter', operation: 'inc() on one handle' },
  'counter-sixteen': { title: 'Counter, sixteen in turn', operation: 'inc() on the next handle' },
  'counter-amounts': { title: 'Counter, amounts', operation: 'inc(n)' },
  gauge: { title: 'Gauge', operation: 'set(v) on one handle' },
  'gauge-sixteen': { title: 'Gauge, sixteen in turn', operation: 'set(v) on the next handle' },
  histogram: { title: 'Histogram', operation: 'record(v), a million different values' },
  'histogram-constant': { title: 'Histogram, one value', operation: 'record(0.845)' },
  'timed-operation': { title: 'Timed operation', operation: 'two clock readings and a record' },
  clock: { title: 'Clock', operation: 'one reading' },
  'single-records': { title: 'Single records', operation: 'one record between two readings' },
  'with-hit': { title: 'Labels', operation: 'a handle looked up by its labels' },
  'counter-shared': { title: 'Counter, two threads', operation: 'inc() on one series' },
  'counter-amounts-shared': {
    title: 'Counter amounts, two threads',
    operation: 'inc(n) on one series',
  },
  'histogram-shared': { title: 'Histogram, two threads', operation: 'record(v) on one series' },
  'timed-operation-shared': {
    title: 'Timed operation, two threads',
    operation: 'two readings and a record, one series',
  },
  'gauge-shared': { title: 'Gauge, two threads', operation: 'set(v) on one series' },
  'counter-scaling': { title: 'Counter, more threads', operation: 'inc() on one series' },
  'histogram-scaling': { title: 'Histogram, more threads', operation: 'record(v) on one series' },
  'recording-while-scraped': {
    title: 'Recording while scraped',
    operation: 'inc() and record(v) beside scrapes of 100,000 series',
  },
  snapshot: { title: 'Snapshot', operation: 'the vsr catalogue, 4 lanes, so many cells touched' },
  'render-vsr': { title: 'Scrape of the vsr catalogue', operation: 'text of all its series' },
  'render-counters-10k': { title: 'Scrape of 10,000 counters', operation: 'the whole text' },
  'render-counters-100k': { title: 'Scrape of 100,000 counters', operation: 'the whole text' },
  'render-histograms-1k': {
    title: 'Scrape of 1,000 histograms',
    operation: 'the whole text, 12 buckets each',
  },
  'server-one': {
    title: 'Scrape over HTTP of 15,000 series',
    operation: 'one request, from the server in its own thread',
  },
  'server-fifty': {
    title: 'Scrapes over HTTP by fifty clients',
    operation: 'fifty requests at once, 15,000 series',
  },
  'memory-counter': { title: 'Memory of a counter', operation: 'one of 10,000 series' },
  'memory-histogram': {
    title: 'Memory of a histogram',
    operation: 'one of 1,000 series, 100 different values each',
  },
  'start-up': { title: 'Start-up', operation: 'import, and the 51 families of vsr' },
  attach: { title: 'Another registry', operation: 'the library is loaded already' },
  ...Object.fromEntries(
    [
      ['inc', 'inc()'],
      ['labelled-inc', 'inc(labels)'],
      ['labels-inc', 'labels(...).inc()'],
      ['child-inc', 'inc() of a bound child'],
      ['set', 'set(v)'],
      ['observe', 'observe(v)'],
      ['labelled-observe', 'observe(labels, v)'],
      ['timer', 'startTimer()()'],
      ['metrics', 'metrics()'],
    ].map(([name, operation]) => [
      `drop-in-${name}`,
      { title: 'The drop-in for prom-client', operation: operation! },
    ]),
  ),
  'counter-surroundings': { title: 'Counter, elsewhere', operation: 'inc() not in a hot loop' },
  'gauge-surroundings': { title: 'Gauge, elsewhere', operation: 'set(v) not in a hot loop' },
  'histogram-surroundings': {
    title: 'Histogram, elsewhere',
    operation: 'record(v) not in a hot loop',
  },
  garbage: { title: 'Collections of garbage', operation: '10^8 records, code compiled' },
  'garbage-cold': { title: 'Collections, cold', operation: '10^8 records from the first one on' },
};

/** A group that has no text is called by its name. */
export function groupText(group: string): GroupText {
  return texts[group] ?? { title: group, operation: '' };
}

/** Sorts groups as people read of them; unknown ones come last. */
export function byReadingOrder(left: string, right: string): number {
  const order = Object.keys(texts);
  const place = (group: string) => (order.indexOf(group) + order.length + 1) % (order.length + 1);
  return place(left) - place(right);
}
