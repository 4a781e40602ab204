import { expect } from 'chai';
import { ExpressionError } from '../../lib/core/errors.js';
import { compile } from '../../lib/promql/evaluation/compile.js';
import { Labels } from '../../lib/promql/evaluation/labels.js';
import type { NativeHistogram, Series, SeriesSource } from '../../lib/promql/evaluation/series.js';
import { SeriesList } from '../../lib/promql/evaluation/series-list.js';
import { functionNames } from '../../lib/promql/functions.js';
import { aggregations } from '../../lib/promql/names.js';
import { seed } from '../support/seed.js';
import { type Asked, compare, compareByChance } from './agreement.js';
import { Engine, needEngine } from './engine.js';
import { endMs, Random, randomSeries, wild } from './random.js';

function series(text: string, times: readonly number[], values: readonly number[]): Series {
  const [, name = '', pairs = ''] = /^(\w*)(?:\{(.*)\})?$/.exec(text)!;
  const labels = Object.fromEntries(
    Array.from(pairs.matchAll(/(\w+)="([^"]*)"/g), ([, label, value]) => [label, value]),
  );
  return { labels: Labels.of({ __name__: name, ...labels }), times, values };
}

/** One line for each series, or the scalar. */
function resultOf(text: string, all: readonly Series[], time: number): string[] {
  const result = compile(text).evaluate(new SeriesList(all), time);
  if (result.type === 'scalar') return [String(result.value)];
  return result.elements.map(({ labels, value }) => `${labels} ${value}`);
}

function refusal(text: string, all: readonly Series[], time: number): string {
  try {
    compile(text).evaluate(new SeriesList(all), time);
  } catch (error) {
    if (error instanceof ExpressionError) return error.message;
    throw error;
  }
  throw new Error(`evaluated: ${text}`);
}

describe('evaluate', () => {
  const second = [0, 1000, 2000, 3000];

  it('takes the latest sample that is younger than the lookback', () => {
    const up = series('up{job="a"}', [60_000], [1]);
    expect(resultOf('up', [up], 59_999)).to.eql([]);
    expect(resultOf('up', [up], 60_000)).to.eql(['up{job="a"} 1']);
    expect(resultOf('up', [up], 359_999)).to.eql(['up{job="a"} 1']);
    expect(resultOf('up', [up], 360_000)).to.eql([]);
    const brief = compile('up', { lookbackMs: 10_000 });
    const at = (time: number) => brief.evaluate(new SeriesList([up]), time);
    expect(at(69_999)).to.have.property('elements').of.length(1);
    expect(at(70_000)).to.have.property('elements').of.length(0);
  });

  it('takes nothing of a series that ended, and something when it came back', () => {
    const up = { ...series('up', [0, 30_000], [1, 2]), endedAt: [10_000] };
    expect(resultOf('up', [up], 9_999)).to.eql(['up 1']);
    expect(resultOf('up', [up], 10_000)).to.eql([]);
    expect(resultOf('up', [up], 30_000)).to.eql(['up 2']);
    expect(resultOf('count_over_time(up[1m])', [up], 30_000)).to.eql(['{} 2']);
  });

  it('leaves the sample at the beginning of a range out', () => {
    const x = series('x', second, [1, 2, 3, 4]);
    expect(resultOf('sum_over_time(x[2s])', [x], 3000)).to.eql(['{} 7']);
    expect(resultOf('sum_over_time(x[2001ms])', [x], 3000)).to.eql(['{} 9']);
  });

  it('asks the source for what it looks at, and says how many series that were', () => {
    const asked: string[] = [];
    const list = new SeriesList([series('x{a="1"}', second, [1, 2, 3, 4]), series('x', [], [])]);
    const source: SeriesSource = {
      select(matchers, from, to) {
        const texts = matchers.map(({ label, operator, value }) => label + operator + value);
        asked.push(`${texts.join(' ')} ${from} ${to}`);
        return list.select(matchers);
      },
    };
    const query = compile('rate(x[5s] offset 1s) + on (a) x{a!="2"}');
    const { seriesRead } = query.evaluate(source, 3000);
    expect(asked).to.eql(['__name__=x -3000 2000', '__name__=x a!=2 -297000 3000']);
    expect(seriesRead).to.equal(4);
  });

  it('refuses what is no scalar and no instant vector', () => {
    for (const text of ['x[5m]', '"text"', 'x[5m:1m]']) {
      expect(refusal(text, [], 0)).to.contain('allowed: a scalar or an instant vector');
    }
    for (const lookbackMs of [0, -1, 0.5, Number.NaN]) {
      expect(() => compile('x', { lookbackMs })).to.throw(ExpressionError, 'lookbackMs');
    }
  });

  it('names the labels of series that match more than once', () => {
    const all = ['x{a="1", b="1"}', 'x{a="1", b="2"}', 'y{a="1", c="1"}'].map((text) =>
      series(text, [0], [1]),
    );
    expect(refusal('1 + (y + on (a) x)', all, 0)).to.equal(
      'line 1, column 6: several series of the right side match {a="1"}; ' +
        'given ["x{a=\\"1\\", b=\\"1\\"}","x{a=\\"1\\", b=\\"2\\"}"]; ' +
        'allowed: one, or labels in on (...) or ignoring (...) that tell them apart\n' +
        '  1 + (y + on (a) x)\n' +
        '       ^^^^^^^^^^^^',
    );
    expect(refusal('x + on (a) y', all, 0)).to.contain('group_left');
    expect(resultOf('x + on (a) group_left (c) y', all, 0)).to.eql([
      '{a="1", b="1", c="1"} 2',
      '{a="1", b="2", c="1"} 2',
    ]);
    expect(
      refusal(
        'abs({a="1", b=""} or x{b="1"}) + abs({__name__=~"x|z", b="2"})',
        [...all, series('z{a="1", b="2"}', [0], [1])],
        0,
      ),
    ).to.contain('leaves two series with the same labels; given "{a=\\"1\\", b=\\"2\\"}"');
  });

  it('ends subqueries that would evaluate too often', () => {
    const x = series('x', second, [1, 2, 3, 4]);
    expect(refusal('max_over_time(max_over_time(x[1h:1s])[1h:1s])', [x], 0)).to.contain(
      'too often',
    );
  });

  it('evaluates dates as calendars have them', () => {
    const at = (text: string) => Date.parse(text);
    const dates = ['1970-01-01', '2000-02-29', '2023-12-31', '2024-12-31', '2100-02-28'];
    for (const date of dates) {
      const time = at(`${date}T23:59:58Z`);
      const [year, month, day] = date.split('-').map(Number);
      const last = new Date(Date.UTC(year!, month!, 0)).getUTCDate();
      const ofYear = 1 + (at(`${date}T00:00Z`) - at(`${year}-01-01T00:00Z`)) / 86_400_000;
      const expected = {
        year: year!,
        month: month!,
        day_of_month: day!,
        day_of_year: ofYear,
        day_of_week: new Date(time).getUTCDay(),
        days_in_month: last,
        hour: 23,
        minute: 59,
      };
      for (const [name, value] of Object.entries(expected)) {
        expect(resultOf(`${name}()`, [], time), `${name} ${date}`).to.eql([`{} ${value}`]);
        expect(resultOf(`${name}(vector(${time / 1000}))`, [], 0)).to.eql([`{} ${value}`]);
      }
    }
  });

  it('remembers nothing of series that are gone', () => {
    const query = compile('sum by (a) (x)');
    for (let round = 0; round < 30; round++) {
      const all = Array.from({ length: 1000 }, (_, index) =>
        series(`x{a="${round}-${index}"}`, [0], [1]),
      );
      const result = query.evaluate(new SeriesList(all), 0);
      expect(result).to.have.property('elements').of.length(1000);
    }
  });
});

describe("evaluate, beside Prometheus' own engine", function () {
  this.timeout(120_000);
  let engine: Engine;
  before(async function () {
    await needEngine(this);
    engine = new Engine();
  });
  after(() => engine?.stop());

  it('comes to the same for expressions by chance over series by chance', async () => {
    const { expressions, withSeries } = await compareByChance(engine, new Random(seed), 60);
    expect(withSeries).to.be.above(expressions / 5);
  });

  it('comes to the same for every function and aggregation, at the ends of series too', async () => {
    const random = new Random(seed + 1);
    const vectors = ['g1', 'c1_total', 'h_bucket', 'n1', 'n2', 'mixed'];
    for (let round = 0; round < 20; round++) {
      const all = randomSeries(random);
      const asked: Asked[] = [];
      for (const name of vectors) {
        const range = `${name}[${random.whole(10, 900)}s]`;
        const time = endMs + random.whole(-600_000, 400_000);
        const quantile = random.pick(['0', '0.3', '0.5', '0.9', '0.99', '1', '-1', '2', 'NaN']);
        const calls: Readonly<Record<string, string>> = {
          clamp: `clamp(${name}, 1, ${quantile})`,
          clamp_max: `clamp_max(${name}, ${quantile})`,
          clamp_min: `clamp_min(${name}, ${quantile})`,
          histogram_quantile: `histogram_quantile(${quantile}, rate(${range}))`,
          label_join: `label_join(${name}, "c", "-", "a", "b")`,
          label_replace: `label_replace(${name}, "c", "$2$1", "a", "(x)|(.)")`,
          predict_linear: `predict_linear(${range}, 3600)`,
          quantile_over_time: `quantile_over_time(${quantile}, ${range})`,
          round: `round(${name}, 0.3)`,
          time: 'time()',
          vector: `vector(scalar(${name}))`,
          scalar: `scalar(${name}{a="x", b="1"})`,
        };
        for (const each of functionNames) {
          if (!/^(day|hour|minute|month|year)/.test(each)) {
            const argument = /over_time|^(rate|increase|irate|i?delta|deriv|resets|changes)/.test(
              each,
            )
              ? range
              : name;
            asked.push({ text: calls[each] ?? `${each}(${argument})`, time });
          }
        }
        for (const operator of wild.arithmetic) {
          const other = random.pick(vectors);
          asked.push({ text: `${name} ${operator} on (a, b) group_left ${other}`, time });
          asked.push({ text: `${name} ${operator} ${random.pick(['3', '0.5', '-2', '0'])}`, time });
          asked.push({ text: `${random.pick(['3', '-1', 'Inf'])} ${operator} ${name}`, time });
        }
        for (const each of aggregations) {
          const parameters: Readonly<Record<string, string>> = {
            ...{ topk: '2, ', bottomk: '2, ', quantile: `${quantile}, ` },
          };
          if (each === 'count_values') continue;
          const grouping = random.pick(['', ' by (a)', ' without (b)']);
          asked.push({ text: `${each}${grouping} (${parameters[each] ?? ''}${name})`, time });
        }
      }
      await compare(engine, all, asked);
    }
  });

  it('comes to the same for samples exactly at the ends of ranges', async () => {
    const random = new Random(seed + 2);
    const times = Array.from({ length: 100 }, (_, index) => index * 15_000);
    const all = ['x{a="1"}', 'x{a="2"}', 'x_total'].map((text) =>
      series(
        text,
        times,
        times.map(() => random.whole(0, 20)),
      ),
    );
    const asked = functionNames
      .filter((name) => /over_time|^(rate|increase|irate|i?delta|deriv|resets|changes)$/.test(name))
      .filter((name) => name !== 'quantile_over_time')
      .flatMap((name) =>
        ['x[1m]', 'x_total[15s]', 'x[30s] offset 15s', 'x[2m:30s]', 'x[2m:]', 'x[1m:7s]'].map(
          (range) => ({ text: `${name}(${range})`, time: 900_000 }),
        ),
      );
    await compare(engine, all, asked);
  });

  it('comes to the same where numbers are odd', async () => {
    const odd: readonly (readonly number[])[] = [
      [1e100, 1, -1e100, 3],
      [1e308, 1e308, 1e308, -1e308],
      [NaN, 2, 1, 3],
      [2, NaN, NaN, 1],
      [NaN, NaN, NaN, NaN],
      [Infinity, 1, -Infinity, 2],
      [1, Infinity, Infinity, 1],
      [-0, 0, -0, 0],
      [0.1, 0.2, 0.3, 0.1 + 0.2],
      [1e16, 1, 1, 1],
    ];
    const times = [0, 10_000, 20_000, 30_000];
    const all = odd.map((values, index) => series(`x{a="${index}"}`, times, values));
    const others = odd.flatMap((values, index) =>
      values.map((value, at) => series(`y{a="${index}", b="${at}"}`, [30_000], [value])),
    );
    const ranges = functionNames.filter((name) =>
      /over_time|^(rate|increase|irate|i?delta|deriv|resets|changes)$/.test(name),
    );
    const texts = [
      ...ranges.filter((name) => name !== 'quantile_over_time').map((name) => `${name}(x[1m])`),
      ...['0', '0.4', '1'].map((quantile) => `quantile_over_time(${quantile}, x[1m])`),
      ...aggregations
        .filter((name) => !/count_values|topk|bottomk|quantile/.test(name))
        .map((name) => `${name} by (a) (y)`),
      ...['topk(1, y)', 'topk(2, y)', 'bottomk(2, y)', 'quantile(0.4, y)'].map((text) =>
        text.replace('(', ' by (a) ('),
      ),
      ...wild.arithmetic.flatMap((operator) =>
        ['1', '-1', '0', 'NaN', 'Inf', '-Inf', '0.5'].flatMap((number) => [
          `y ${operator} ${number}`,
          `${number} ${operator} y`,
        ]),
      ),
      ...['==', '!=', '>', '<', '>=', '<='].flatMap((operator) => [
        `y ${operator} 1`,
        `NaN ${operator} bool y`,
        `y{b="0"} ${operator} bool on (a) y{b="1"}`,
      ]),
      ...['clamp(y, -1, 1)', 'clamp(y, NaN, 1)', 'clamp_max(y, -Inf)', 'clamp_min(y, Inf)'],
      ...['round(y, 0.1)', 'round(y, 0)', 'sgn(y)', 'sqrt(y)', 'ln(y)', 'exp(y)', 'log2(y)'],
    ];
    const asked = texts.map((text) => ({ text, time: 30_000 }));
    await compare(engine, [...all, ...others], asked);
  });

  it('comes to the same for classic histograms of every shape', async () => {
    const shapes: readonly Readonly<Record<string, number>>[] = [
      { '-2': 3, '-1': 5, '0': 5, '1': 9, '+Inf': 10 },
      { '0': 4, '+Inf': 4 },
      { '1': 4, '2': 3, '4': 8, Inf: 7 },
      { '1': 4, '1.0': 1, '2': 6, '+Inf': 6 },
      { '1': 4, '2': 4 + 1e-13, '+Inf': 4 - 1e-13 },
      { '1': 0, '+Inf': 0 },
      { '1': NaN, '2': 3, '+Inf': 5 },
      { '1': 2, '2': 3 },
      { '+Inf': 3 },
      { '1e0': 1, '0x2': 1, inf: 2, text: 3 },
    ];
    const all = shapes.flatMap((buckets, index) =>
      Object.entries(buckets).map(([le, count]) =>
        series(`h_bucket{a="${index}", le="${le}"}`, [0], [count]),
      ),
    );
    const quantiles = ['-1', '0', '0.1', '0.25', '0.5', '0.75', '0.9', '0.99', '1', '2', 'NaN'];
    const asked = quantiles.map((quantile) => ({
      text: `histogram_quantile(${quantile}, h_bucket)`,
      time: 0,
    }));
    await compare(engine, all, asked);
  });

  it('comes to the same for native histograms of every shape', async () => {
    const none = { indexes: [], counts: [] };
    const empty = { schema: 0, zeroThreshold: 0.001, zeroCount: 0, positive: none, negative: none };
    const one = { indexes: [1, 3], counts: [2, 4] };
    const more = { indexes: [1, 2, 3], counts: [3, 2, 9] };
    const shapes: readonly (readonly NativeHistogram[])[] = [
      [{ ...empty, count: 0, sum: 0 }],
      [{ ...empty, count: 10, sum: 9, zeroCount: 4, positive: one }],
      [{ ...empty, count: 10, sum: -9, zeroCount: 4, negative: one }],
      [{ ...empty, count: 16, sum: 0, zeroCount: 4, positive: one, negative: one }],
      [{ ...empty, count: 8, sum: NaN, positive: one }],
      [{ ...empty, schema: 8, count: 6, sum: 9, positive: one }],
      [
        {
          ...empty,
          schema: -4,
          zeroThreshold: 1e-128,
          count: 6,
          sum: 9,
          positive: { indexes: [-2, 64], counts: [2, 4] },
        },
      ],
      // Each of these is reset by one thing alone: the count, the resolution, the zero, a bucket.
      [
        { ...empty, count: 9, sum: NaN, positive: one },
        { ...empty, count: 7, sum: NaN, positive: one },
      ],
      [
        { ...empty, count: 6, sum: 9, positive: one },
        { ...empty, schema: 1, count: 14, sum: 19, positive: more },
      ],
      [
        { ...empty, count: 7, sum: 9, zeroCount: 1, positive: one },
        { ...empty, zeroThreshold: 0.0001, count: 16, sum: 19, zeroCount: 2, positive: more },
      ],
      [
        { ...empty, count: 8, sum: 9, zeroCount: 2, positive: one },
        { ...empty, count: 15, sum: 19, zeroCount: 1, positive: more },
      ],
      [
        { ...empty, count: 6, sum: 9, positive: one },
        { ...empty, count: 9, sum: 19, positive: { indexes: [1], counts: [9] } },
      ],
      // And these are not, though they became coarser, and the bucket of zero took up others.
      [
        { ...empty, count: 6, sum: 9, positive: one },
        { ...empty, schema: -1, count: 14, sum: 19, positive: more },
      ],
      [
        { ...empty, count: 6, sum: 9, positive: one },
        {
          ...empty,
          zeroThreshold: 2,
          count: 14,
          sum: 19,
          zeroCount: 5,
          positive: { indexes: [3], counts: [9] },
        },
      ],
      [
        { ...empty, count: 6, sum: 9, positive: one },
        {
          ...empty,
          zeroThreshold: 1.5,
          count: 14,
          sum: 19,
          zeroCount: 5,
          positive: { indexes: [3], counts: [9] },
        },
      ],
    ];
    const all = shapes.map((histograms, index): Series => {
      const times = histograms.map((_, at) => at * 10_000);
      const labels = Labels.of({ __name__: 'n', a: String(index) });
      return { labels, times, values: times, histograms };
    });
    const functionsOfRanges = ['rate', 'increase', 'delta', 'irate', 'idelta', 'resets', 'changes'];
    const texts = [
      ...functionsOfRanges.map((name) => `${name}(n[1m])`),
      ...['sum', 'avg', 'last', 'count', 'first', 'max'].map((name) => `${name}_over_time(n[1m])`),
      ...['0', '0.2', '0.4', '0.5', '0.6', '0.9', '1', '-1', '2', 'NaN'].flatMap((quantile) => [
        `histogram_quantile(${quantile}, n)`,
        `histogram_quantile(${quantile}, rate(n[1m]))`,
      ]),
      ...['sum(n)', 'avg(n)', 'count(n)', 'min(n)', 'topk(1, n)', 'quantile(0.5, n)', '-n'],
      ...[
        'n * 2',
        '2 * n',
        'n / 2',
        'n / 0',
        '2 / n',
        'n + 1',
        'n > 1',
        'n == n',
        'n != n',
        'n - n',
      ],
      ...['n + ignoring (a) group_left n{a="1"}', 'n == bool ignoring (a) group_left n{a="1"}'],
      ...['histogram_avg(n)', 'histogram_sum(n)', 'histogram_count(n)', 'scalar(n)', 'abs(n)'],
    ];
    // A bucket that the one of zero cuts through; without the other histograms, whose sum it is not in.
    const cut = { ...empty, zeroThreshold: 1.5, count: 8, sum: 9, zeroCount: 2, positive: one };
    all.push({
      labels: Labels.of({ __name__: 'cut' }),
      times: [0],
      values: [0],
      histograms: [cut],
    });
    texts.push(...['0', '0.3', '0.5', '1'].map((each) => `histogram_quantile(${each}, cut)`));
    await compare(
      engine,
      all,
      texts.map((text) => ({ text, time: 10_000 })),
    );
  });

  it('says the same of what is absent', async () => {
    const selectors = [
      ...['none', 'none{a="1"}', 'none{a="1", b!="2"}', 'none{a="1", a="2", b="3"}', 'x{a="2"}'],
      ...['none{a="1", a=~".+"}', 'none{a=~".+", a="1"}', '{__name__="none", a="1"}', '{a="9"}'],
      ...['none{a="1", a!="2", a="3"}', 'x{a="1"}', 'none{a="1"} offset 1m'],
    ];
    const texts = [
      ...selectors.flatMap((text) => [`absent(${text})`, `absent((${text}))`]),
      ...selectors
        .filter((text) => !text.includes('offset'))
        .flatMap((text) => [`absent_over_time(${text}[1m])`, `absent_over_time(${text}[1m:])`]),
      ...['absent(sum(none))', 'absent(none > 1)', 'absent(-none{a="1"})', 'absent(vector(1))'],
    ];
    const asked = texts.map((text) => ({ text, time: 0 }));
    await compare(engine, [series('x{a="1"}', [0], [1])], asked);
  });

  it('has no quantile of a histogram that is there as classic and as native', async () => {
    const buckets = { indexes: [1], counts: [3] };
    const native = { schema: 0, count: 3, sum: 3, zeroThreshold: 0, zeroCount: 0 };
    const histogram = { ...native, positive: buckets, negative: { indexes: [], counts: [] } };
    const all: Series[] = [
      series('h{a="1", le="1"}', [0], [2]),
      series('h{a="1", le="+Inf"}', [0], [3]),
      ...['1', '2'].map((a) => ({
        ...series(`h{a="${a}"}`, [0], [0]),
        histograms: [histogram],
      })),
    ];
    await compare(engine, all, [{ text: 'histogram_quantile(0.5, h)', time: 0 }]);
  });

  it('counts the same values', async () => {
    const values = [0, -0, 1, 1.5, 1e21, 1e-7, -2.5e-9, 1e300, NaN, Infinity, -Infinity, 0.1 + 0.2];
    const all = values.map((value, index) =>
      series(`x{a="${index}", b="${index % 2}"}`, [0], [value]),
    );
    const texts = ['', ' by (b)', ' without (a)'].map((by) => `count_values${by} ("seen", x)`);
    await compare(
      engine,
      all,
      texts.map((text) => ({ text, time: 0 })),
    );
  });

  it('evaluates dates the same', async () => {
    const random = new Random(seed + 3);
    const all = Array.from({ length: 50 }, (_, index) =>
      series(`x{a="${index}"}`, [0], [random.whole(-3e9, 2e10) + random.next()]),
    );
    const names = functionNames.filter((name) => /^(day|hour|minute|month|year)/.test(name));
    await compare(
      engine,
      all,
      names.map((name) => ({ text: `${name}(x)`, time: 0 })),
    );
  });
});
