import { expect } from 'chai';
import type { Expression } from '../../lib/promql/expression.js';
import { parse } from '../../lib/promql/parser.js';
import { print } from '../../lib/promql/printer.js';
import { checkTypes } from '../../lib/promql/types.js';
import { reachMs, selectorsOf } from '../../lib/promql/walk.js';
import { seed } from '../support/seed.js';
import { alerts } from './corpus.js';
import { Random, RandomExpressions, wild } from './random.js';
import { show } from './show.js';

/** Every text that lacks one pair of the parentheses. */
function withOnePairLess(text: string): string[] {
  const open: number[] = [];
  const texts: string[] = [];
  for (const [at, letter] of Array.from(text).entries()) {
    if (letter === '(') open.push(at);
    if (letter !== ')') continue;
    const start = open.pop()!;
    texts.push(`${text.slice(0, start)} ${text.slice(start + 1, at)} ${text.slice(at + 1)}`);
  }
  return texts;
}

describe('print', () => {
  it('prints what is read as the same tree', () => {
    const expressions = new RandomExpressions(new Random(seed), wild);
    for (let round = 0; round < 3000; round++) {
      const tree = expressions.any(5);
      checkTypes(tree);
      const text = print(tree);
      expect(show(parse(text)), text).to.equal(show(tree));
      expect(print(parse(text)), text).to.equal(text);
    }
  });

  it('sets no parentheses that could be left out', () => {
    const words = { ...wild, metrics: ['x', 'y'], labels: ['a'], values: ['v'], patterns: ['v'] };
    const expressions = new RandomExpressions(new Random(seed), words);
    for (let round = 0; round < 500; round++) {
      const tree = expressions.any(3);
      const text = print(tree);
      for (const shorter of withOnePairLess(text)) {
        let same = false;
        try {
          same = show(parse(shorter)) === show(tree);
        } catch {
          // Needed, then.
        }
        // Those that stand right behind group_left say that it includes nothing.
        const isEmpty = /group_(left|right) {3}/.test(shorter) || / {2}$/.test(shorter.trimEnd());
        if (same && !isEmpty) expect.fail(`${text} could be ${shorter}`);
      }
    }
  });

  const texts: readonly (readonly [string, string])[] = [
    ['sum(x)by(a)', 'sum by (a) (x)'],
    ['((x))', 'x'],
    ['a+(b*c)', 'a + b * c'],
    ['(a+b)*c', '(a + b) * c'],
    ['a-(b-c)', 'a - (b - c)'],
    ['(a-b)-c', 'a - b - c'],
    ['(a^b)^c', '(a ^ b) ^ c'],
    ['a^(b^c)', 'a ^ b ^ c'],
    ['-(a^b)', '-a ^ b'],
    ['(-1)^2', '(-1) ^ 2'],
    ['x[90m] offset 86400s', 'x[1h30m] offset 1d'],
    ['x[300]', 'x[5m]'],
    ['5m', '300'],
    ["x{a='b'}", 'x{a="b"}'],
    ['{"x"}', 'x'],
    ['{"my.metric","my.label"="a"}', '{"my.metric", "my.label"="a"}'],
    ['a and on() b', 'a and on () b'],
    ['a * on(i) group_left() b', 'a * on (i) group_left b'],
    ['a * on(i) group_left() (b or c)', 'a * on (i) group_left () (b or c)'],
    ['a >BOOL b', 'a > bool b'],
    ['max_over_time((a+b)[1h:])', 'max_over_time((a + b)[1h:])'],
  ];
  for (const [given, expected] of texts) {
    it(`prints ${given} as ${expected}`, () => {
      expect(print(parse(given))).to.equal(expected);
    });
  }

  it('breaks long expressions before operators and within parentheses', () => {
    const text = `
      sum(rate(http_requests_total{job="api", code=~"5..", handler!="/metrics"}[5m])) by (cluster, job)
      / on(cluster, job) sum(rate(http_requests_total{job="api", handler!="/metrics"}[5m])) by (cluster, job)
      > 0.05 and on(cluster) histogram_quantile(0.99, sum(rate(http_request_duration_seconds_bucket[5m])) by (cluster, le)) > 1`;
    expect(print(parse(text)).split('\n')).to.eql([
      'sum by (cluster, job) (rate(http_requests_total{job="api", code=~"5..", handler!="/metrics"}[5m]))',
      '/ on (cluster, job) sum by (cluster, job) (',
      '  rate(http_requests_total{job="api", handler!="/metrics"}[5m])',
      ')',
      '> 0.05',
      'and on (cluster) histogram_quantile(',
      '  0.99,',
      '  sum by (cluster, le) (rate(http_request_duration_seconds_bucket[5m]))',
      ')',
      '> 1',
    ]);
  });

  it('keeps lines of alerts within a hundred characters', () => {
    const lines = alerts.flatMap((text) => print(parse(text)).split('\n'));
    expect(lines.filter((line) => line.length > 100)).to.eql([]);
  });

  it('prints a tree that was built', () => {
    const rate: Expression = {
      kind: 'call',
      name: 'rate',
      arguments: [
        {
          kind: 'range',
          selector: { kind: 'selector', name: 'x', matchers: [], offsetMs: -60_000 },
          rangeMs: 300_000,
        },
      ],
    };
    expect(print(rate)).to.equal('rate(x[5m] offset -1m)');
  });
});

describe('reachMs', () => {
  const reaches: readonly (readonly [string, number])[] = [
    ['1', 0],
    ['x', 300_000],
    ['x offset 1m', 360_000],
    ['rate(x[10m])', 600_000],
    ['rate(x[10m] offset 1h) > y', 4_200_000],
    ['max_over_time(rate(x[5m])[1h:1m] offset 1m)', 3_960_000],
    ['max_over_time(x[1h:])', 3_900_000],
  ];
  for (const [text, expected] of reaches) {
    it(`of ${text} is ${expected} ms`, () => {
      expect(reachMs(parse(text))).to.equal(expected);
    });
  }

  it('counts the lookback that is given', () => {
    expect(reachMs(parse('x'), { lookbackMs: 10_000 })).to.equal(10_000);
  });
});

describe('selectorsOf', () => {
  it('finds every selector', () => {
    const found = selectorsOf(parse('rate(a[5m]) + on (x) topk(scalar(b), max_over_time(c[1h:]))'));
    expect(found.map(({ name }) => name)).to.eql(['a', 'b', 'c']);
  });
});
