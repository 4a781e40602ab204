// Bad data is counted and warned of once, never recorded, never thrown.

import { expect } from 'chai';
import { createRegistry, defineCatalogue } from '../../../lib/index.js';
import { catchWarnings } from '../../support/warnings.js';

const catalogue = defineCatalogue({
  name: 'test',
  families: {
    counter: { kind: 'counter', name: 'test_total', help: 'A counter.' },
    last: { kind: 'gauge', name: 'test_last', help: 'The last value.' },
    sum: { kind: 'gauge', name: 'test_in_use', help: 'A sum.', combine: 'sum' },
    seconds: { kind: 'histogram', name: 'test_seconds', help: 'Aligned.', buckets: [1, 10] },
    thirds: { kind: 'histogram', name: 'thirds_seconds', help: 'Split.', buckets: [1 / 3, 10] },
    bytes: { kind: 'histogram', name: 'test_bytes', help: 'No time.', buckets: [1, 10] },
  },
});

const hostile = {
  valueOf() {
    throw new Error('valueOf was called');
  },
};

/** What a program without a type checker might pass, and why it is refused. */
const noNumbers: unknown[] = [
  '5',
  '',
  'x'.repeat(1000),
  5n,
  Symbol('five'),
  {},
  [],
  [5],
  null,
  true,
  new Number(5),
  new Date(5),
  () => 5,
  hostile,
];
type Refused = readonly [reason: string, values: readonly unknown[]];
const notFinite: Refused[] = [
  ['nan', [Number.NaN]],
  ['infinite', [Infinity, -Infinity]],
];
const wrong: Refused[] = [...notFinite, ['not_a_number', noNumbers]];
const wrongOrMissing: Refused[] = [...notFinite, ['not_a_number', [...noNumbers, undefined]]];
const negative: Refused = ['negative', [-1, -5e-324, -Number.MAX_VALUE]];

function open() {
  const registry = createRegistry({ catalogue });
  const { metrics } = registry;
  const rejected = (metric: string, reason: string) =>
    registry.snapshot().value('vsr_metrics_rejected_total', { metric, reason }) ?? 0;
  return { registry, metrics, rejected };
}

const rejectedCode = 'VSR_METRICS_REJECTED';

type Opened = ReturnType<typeof open>;

/** Every way to record, the values it refuses, and what must not change. */
interface Way {
  readonly metric: string;
  readonly record: (opened: Opened, value: number) => void;
  readonly refused: readonly Refused[];
}

const ways: Readonly<Record<string, Way>> = {
  'Counter inc': {
    metric: 'test_total',
    record: ({ metrics }, value) => metrics.counter.inc(value),
    refused: [...wrong, negative],
  },
  'last gauge set': {
    metric: 'test_last',
    record: ({ metrics }, value) => metrics.last.set(value),
    refused: wrongOrMissing,
  },
  'sum gauge set': {
    metric: 'test_in_use',
    record: ({ metrics }, value) => metrics.sum.set(value),
    refused: wrongOrMissing,
  },
  'sum gauge inc': {
    metric: 'test_in_use',
    record: ({ metrics }, value) => metrics.sum.inc(value),
    refused: wrong,
  },
  'sum gauge dec': {
    metric: 'test_in_use',
    record: ({ metrics }, value) => metrics.sum.dec(value),
    refused: wrong,
  },
  'Histogram record': {
    metric: 'test_seconds',
    record: ({ metrics }, value) => metrics.seconds.record(value),
    refused: [...wrongOrMissing, negative],
  },
  'Histogram observe': {
    metric: 'test_seconds',
    record: ({ metrics }, value) => metrics.seconds.observe(value),
    refused: [...wrongOrMissing, negative],
  },
  'Histogram record of values several times': {
    metric: 'test_seconds',
    record: ({ metrics }, value) => metrics.seconds.record(value, 3),
    refused: [...wrongOrMissing, negative],
  },
  'Histogram record of a number of times': {
    metric: 'test_seconds',
    record: ({ metrics }, times) => metrics.seconds.record(2, times),
    refused: [
      ...notFinite,
      ['negative', [-1, -0.5]],
      ['not_a_count', [0.5, 1.5, 2 ** 53, Number.MAX_VALUE]],
      ['not_a_number', noNumbers],
    ],
  },
  'Histogram record between bounds that do not align': {
    metric: 'thirds_seconds',
    record: ({ metrics }, value) => metrics.thirds.record(value),
    refused: [...wrongOrMissing, negative],
  },
  'Histogram since': {
    metric: 'test_seconds',
    record: ({ metrics }, start) => metrics.seconds.since(start),
    refused: wrongOrMissing,
  },
};

/** Everything recorded except what was refused. */
function recorded({ registry }: Opened) {
  const snapshot = registry.snapshot();
  return snapshot.families
    .filter(({ info }) => !info.name.startsWith('vsr_metrics_'))
    .flatMap(({ series, info }) => {
      const width = { counter: 1, gauge: 2, histogram: info.bounds.length + 4 }[info.kind];
      return series.flatMap(({ offset }) => [...snapshot.values.subarray(offset, offset + width)]);
    });
}

function recordSomething({ metrics }: Opened): void {
  metrics.counter.inc(3);
  metrics.last.set(4);
  metrics.sum.set(5);
  for (const histogram of [metrics.seconds, metrics.thirds, metrics.bytes]) {
    for (const value of [1e-5, 0.1, 2, 30, 5000]) histogram.record(value);
  }
}

describe('Bad data', () => {
  for (const [name, { metric, record, refused }] of Object.entries(ways)) {
    it(`is refused by ${name}: counted, warned of once, never thrown`, () => {
      for (const isWarm of [false, true]) {
        const opened = open();
        if (isWarm) recordSomething(opened);
        const before = recorded(opened);
        for (const [reason, values] of refused) {
          const warnings = catchWarnings(() => {
            for (const time of [1, 2]) {
              for (const value of values) record(opened, value as number);
              expect(opened.rejected(metric, reason), reason).to.equal(time * values.length);
            }
          });
          expect(warnings, reason).to.have.length(1);
          expect(warnings[0]!.code).to.equal('VSR_METRICS_REJECTED');
          expect(warnings[0]!.message).to.include(metric).and.include(`reason="${reason}"`);
          expect(warnings[0]!.message.length).to.be.lessThan(400);
        }
        expect(recorded(opened)).to.deep.equal(before);
        // What comes afterwards is recorded as ever.
        opened.metrics.seconds.record(2);
        expect(opened.registry.snapshot().value('test_seconds')).to.be.greaterThan(0);
      }
    });
  }

  it('is warned of once for each metric and reason', () => {
    const { metrics } = open();
    const warnings = catchWarnings(() => {
      for (let time = 0; time < 3; time++) {
        metrics.counter.inc(-1);
        metrics.counter.inc(Number.NaN);
        metrics.seconds.record(-1);
      }
    });
    expect(warnings.map(({ message }) => message.split(':')[0])).to.deep.equal([
      'test_total',
      'test_total',
      'test_seconds',
    ]);
  });

  it('is what a gauge would become beyond all numbers', () => {
    const { metrics, registry, rejected } = open();
    const warnings = catchWarnings(() => {
      metrics.sum.set(Number.MAX_VALUE);
      metrics.sum.inc(Number.MAX_VALUE);
    });
    expect(warnings).to.have.length(1);
    expect(registry.snapshot().value('test_in_use')).to.equal(Number.MAX_VALUE);
    expect(rejected('test_in_use', 'infinite')).to.equal(1);
  });

  it('is what would make a sum infinite', () => {
    const { registry, metrics, rejected } = open();
    const value = 2 ** 1023;
    const warnings = catchWarnings(() => {
      for (let count = 0; count < 4; count++) {
        metrics.counter.inc(value);
        metrics.seconds.record(value);
        metrics.thirds.record(value);
      }
      metrics.bytes.record(1, 2 ** 40);
      metrics.bytes.record(2 ** 1000, 2 ** 40);
    });
    expect(warnings).to.have.length(4);
    for (const { message } of warnings) expect(message).to.contain('would make the sum infinite');
    const snapshot = registry.snapshot();
    expect(snapshot.value('test_total')).to.equal(value);
    for (const name of ['test_seconds', 'thirds_seconds']) {
      expect(snapshot.histogram(name)!.sum).to.equal(value);
      expect(snapshot.histogram(name)!.count).to.equal(1);
      expect(rejected(name, 'infinite')).to.equal(3);
    }
    expect(rejected('test_total', 'infinite')).to.equal(3);
    expect(snapshot.histogram('test_bytes')!.sum).to.equal(2 ** 40);
    expect(rejected('test_bytes', 'infinite')).to.equal(1);
  });

  it('is no value that a sum takes without becoming infinite, however large it is already', () => {
    const { registry, metrics, rejected } = open();
    for (const handle of [metrics.seconds, metrics.thirds]) {
      handle.record(Number.MAX_VALUE);
      for (const value of [1, 2, 1.5, 2 ** 900, 2 ** 968, 1.5]) handle.record(value);
    }
    metrics.counter.inc(Number.MAX_VALUE);
    for (let count = 0; count < 1000; count++) metrics.counter.inc(2 ** 968);
    const snapshot = registry.snapshot();
    for (const name of ['test_seconds', 'thirds_seconds']) {
      expect(snapshot.histogram(name)!.sum).to.equal(Number.MAX_VALUE);
      expect(snapshot.histogram(name)!.count).to.equal(7);
      expect(rejected(name, 'infinite')).to.equal(0);
    }
    expect(snapshot.value('test_total')).to.equal(Number.MAX_VALUE);
    expect(rejected('test_total', 'infinite')).to.equal(0);
  });

  it('is a duration where no unit of time was declared', () => {
    const { metrics, registry, rejected } = open();
    const warnings = catchWarnings(() => metrics.bytes.since(registry.now()));
    expect(warnings).to.have.length(1);
    expect(registry.snapshot().value('test_bytes')).to.equal(0);
    expect(rejected('test_bytes', 'nan')).to.equal(1);
  });

  it('does not include a count of 0: nothing is recorded, nothing is wrong', () => {
    const { metrics, registry } = open();
    const warnings = catchWarnings(() => {
      metrics.seconds.record(2, 0);
      metrics.seconds.record(2, -0);
    });
    expect(warnings).to.deep.equal([]);
    expect(registry.snapshot().value('test_seconds')).to.equal(0);
    expect(registry.snapshot().family('vsr_metrics_rejected_total')!.series).to.deep.equal([]);
  });

  it('is refused without a throw in a full registry and in a closed one', () => {
    const families = {
      served: { kind: 'counter', name: 'served_total', help: 'Served.', labels: { to: 'any' } },
    } as const;
    const registry = createRegistry({
      catalogue: defineCatalogue({ name: 'crowded', families }),
      capacity: { series: 8 },
    });
    const { served } = registry.metrics;
    const counter = served.with({ to: 'me' });
    catchWarnings(() => {
      for (let to = 0; to < 100; to++) served.with({ to: String(to) }).inc();
    });
    const rejected = () => {
      const snapshot = registry.snapshot();
      const { series } = snapshot.family('vsr_metrics_rejected_total')!;
      return series.reduce((sum, { offset }) => sum + snapshot.values[offset]!, 0);
    };
    const first = catchWarnings(() => counter.inc(-1)).filter(({ code }) => code === rejectedCode);
    expect(first).to.have.length(1);
    expect(rejected()).to.equal(1);
    registry.close();
    const warnings = catchWarnings(() => {
      counter.inc(-1);
      counter.inc(Number.NaN);
    });
    expect(warnings).to.deep.equal([]);
    expect(rejected()).to.equal(1);
  });

  it('is counted in the registry it was meant for', () => {
    const [one, other] = [open(), open()];
    catchWarnings(() => one.metrics.counter.inc(-1));
    expect(one.rejected('test_total', 'negative')).to.equal(1);
    expect(other.rejected('test_total', 'negative')).to.equal(0);
    expect(catchWarnings(() => other.metrics.counter.inc(-1))).to.have.length(1);
  });
});
