// Random programs, run against the package and against prom-client: every outcome and everything
// shown must be the same.

import { expect } from 'chai';
import fc from 'fast-check';
import { type Client, ours, outcome, shown, theirs } from './both.js';
import { FakeClock } from './clock.js';

const kinds = ['Counter', 'Gauge', 'Histogram', 'Summary'] as const;

interface Step {
  readonly metric: number;
  readonly method: string;
  readonly args: readonly unknown[];
  /** First `labels(...)` with these, then the method on what it returns. */
  readonly child: readonly unknown[] | undefined;
  /** The child that an earlier step got from this metric, if there is one. */
  readonly isHeld: boolean;
  readonly advance: number;
}

type Methods = Record<string, (...args: readonly unknown[]) => unknown>;

// One form of each value: a gauge of prom-client shows the labels of the last set(), this package
// those of the first.
const labelValue = fc.oneof(
  { weight: 5, arbitrary: fc.constant('GET') },
  fc.constantFrom<unknown>('a"b\\c\nd', '', 200, 0.5, null, true),
);
const labels = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ method: labelValue, status: labelValue }, { noNullPrototype: true }),
  },
  { weight: 3, arbitrary: fc.record({ method: labelValue }, { noNullPrototype: true }) },
  fc.constant({}),
  fc.constant({ method: 'GET', unknown: 'x' }),
  fc.constant({ method: 'GET', status: 'GET', unknown: 'x' }),
);
const value = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -3, max: 12 }) },
  { weight: 8, arbitrary: fc.double({ min: -1, max: 20, noNaN: true }) },
  fc.constantFrom<unknown>(0, -0, NaN, Infinity, -Infinity, 2 ** 53, 1e300, 5e-324),
  fc.constantFrom<unknown>(undefined, null, '', '7', 'abc', true, false, 5n, {}, [3]),
);
const recording = fc.constantFrom('inc', 'inc', 'dec', 'set', 'observe', 'observe', 'timer');
const others = fc.constantFrom('reset', 'remove', 'zero', 'setToCurrentTime', 'get');
const positions = fc.array(
  labelValue.filter((each) => each !== null),
  { maxLength: 3 },
);
const step: fc.Arbitrary<Step> = fc.record({
  metric: fc.nat(7),
  method: fc.oneof({ weight: 6, arbitrary: recording }, others),
  args: fc.oneof(
    fc.tuple(labels, value),
    fc.tuple(labels),
    fc.tuple(value),
    fc.constant([]),
    positions,
  ),
  child: fc.option(fc.oneof(fc.tuple(labels), positions), { nil: undefined, freq: 3 }),
  isHeld: fc.boolean(),
  advance: fc.nat(2500),
});

function makeMetrics(client: Client, contentType: string) {
  const registry = new client.Registry();
  registry.setContentType(contentType as typeof client.prometheusContentType);
  const registers = [registry];
  const extras = {
    Histogram: { buckets: [-2, 0.1, 1, 5, 10] },
    Summary: { percentiles: [0, 0.25, 0.5, 0.99, 1], maxAgeSeconds: 5, ageBuckets: 3 },
  } as Record<string, object>;
  const metrics = kinds.flatMap((kind) =>
    [[], ['method', 'status']].map((labelNames) => {
      const Kind = client[kind] as new (config: object) => unknown;
      const name = `test_${kind.toLowerCase()}_${labelNames.length}_total`;
      return new Kind({ name, help: 'a\\b\nc', labelNames, registers, ...extras[kind] }) as Methods;
    }),
  );
  return { registry, metrics };
}

function take(
  { method, args, child, isHeld, advance }: Step,
  metric: Methods,
  held: Map<Methods, Methods>,
  clock: FakeClock,
): unknown {
  // Whatever else zero() is given, prom-client fails later, when it is shown.
  if (method === 'zero' && (typeof args[0] !== 'object' || args[0] === null)) return undefined;
  // A counter of prom-client that is given these becomes a text, or false.
  if (method === 'inc' && args.some((each) => each === '' || each === false)) return undefined;
  // A summary of prom-client shows them as the labels of its sum and count, whatever they are.
  const isSummary = String(metric.name).startsWith('test_summary');
  const isPair = method === 'observe' && args.length > 1;
  if (isSummary && isPair && (typeof args[0] !== 'object' || args[0] === null)) return undefined;
  let target = metric;
  if (child !== undefined) {
    target = (isHeld && held.get(metric)) || (metric.labels!(...child) as Methods);
    held.set(metric, target);
  }
  if (method !== 'timer') return target[method]?.(...args);
  const end = target.startTimer?.(...args) as ((labels?: unknown) => number) | undefined;
  clock.advance(advance);
  return end?.();
}

async function runProgram(client: Client, steps: readonly Step[], contentType: string) {
  const clock = new FakeClock();
  try {
    const { registry, metrics } = makeMetrics(client, contentType);
    const outcomes: string[] = [];
    const held = new Map<Methods, Methods>();
    for (const each of steps) {
      const metric = metrics[each.metric]!;
      const did = await outcome(() => take(each, metric, held, clock));
      // inc() of prom-client returns the key of its map, by accident.
      outcomes.push(did.startsWith('{ labelHash') ? 'undefined' : did);
      clock.advance(each.advance);
    }
    registry.setDefaultLabels({ service: 'a"b', method: 'default' });
    return [...outcomes, ...(await shown(registry))];
  } finally {
    clock.restore();
  }
}

describe('any program', function () {
  this.timeout(60_000);

  for (const contentType of [theirs.prometheusContentType, theirs.openMetricsContentType]) {
    it(`shows and throws the same as with prom-client: ${contentType}`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
          const expected = await runProgram(theirs, steps, contentType);
          expect(await runProgram(ours, steps, contentType)).to.deep.equal(expected);
        }),
        { numRuns: 500 },
      );
    });
  }

  it('may go on with children whose series were removed or reset', async () => {
    const child = [{ method: 'GET', status: 200 }];
    const common = { child, isHeld: true, advance: 1 };
    for (const metric of [1, 3, 5, 7]) {
      const record = (method: string): Step => ({ ...common, metric, method, args: [2] });
      const change = (method: string): Step => ({
        ...record(method),
        args: child,
        child: undefined,
      });
      const records = ['inc', 'set', 'observe', 'dec'].map(record);
      const steps = ['get', 'remove', 'reset'].flatMap((method) => [change(method), ...records]);
      const expected = await runProgram(theirs, steps, theirs.prometheusContentType);
      expect(await runProgram(ours, steps, theirs.prometheusContentType)).to.deep.equal(expected);
    }
  });
});

describe('a new series', () => {
  it('starts as what is recorded first, also where that is -0', async () => {
    const first = async ({ Counter, Gauge }: Client) => {
      const counter = new Counter({ name: 'a_total', help: 'a', labelNames: ['a'], registers: [] });
      counter.inc({ a: '1' }, -0);
      counter.labels('2').inc(-0);
      const gauge = new Gauge({ name: 'a', help: 'a', labelNames: ['a'], registers: [] });
      gauge.inc({ a: '1' }, -0);
      gauge.dec({ a: '2' }, 0);
      gauge.labels('3').dec(0);
      const read = [await counter.get(), await gauge.get()];
      return read.flatMap(({ values }) => values.map(({ value }) => value));
    };
    expect(await first(ours)).to.deep.equal(await first(theirs));
  });
});
