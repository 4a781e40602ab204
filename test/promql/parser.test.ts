import { expect } from 'chai';
import { ExpressionError } from '../../lib/core/errors.js';
import { parse } from '../../lib/promql/parser.js';
import { print } from '../../lib/promql/printer.js';
import { childrenOf } from '../../lib/promql/walk.js';
import { seed } from '../support/seed.js';
import { alerts, refusedByAll, refusedByUs } from './corpus.js';
import { Engine, needEngine } from './engine.js';
import { outlineByLezer, outlineOf } from './lezer.js';
import { misspelt, Random, RandomExpressions, wild } from './random.js';
import { show } from './show.js';

/** The error that a text is refused with. */
function refusalOf(text: string): ExpressionError {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof ExpressionError) return error;
    throw error;
  }
  throw new Error(`accepted: ${text}`);
}

/**
 * What is refused though Prometheus takes it: what is not supported, two names for one metric and a
 * label without a name, which find nothing, and parts of milliseconds, which no sample has.
 */
const deliberately = /is supported|named twice|has no name|whole number of milliseconds/;

/** The tree of a text as `show` has it; undefined when the text is refused. */
function shown(text: string): string | undefined {
  try {
    return show(parse(text));
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}

describe('parse', () => {
  it('refuses what is malformed, each time with a place', () => {
    for (const text of [...refusedByAll, ...refusedByUs]) {
      const { code, place, message } = refusalOf(text);
      expect(code, text).to.equal('VSR_METRICS_EXPRESSION_INVALID');
      expect(place, text).to.have.keys('line', 'column');
      expect(message, text).to.match(/^line \d+, column \d+: [^\n]+\n {2}.*\n {2} *\^+$/);
    }
  });

  it('says of what Prometheus has besides that it is not supported', () => {
    for (const text of refusedByUs) {
      expect(refusalOf(text).message, text).to.contain('not part of the PromQL that is supported');
    }
  });

  const messages: readonly (readonly [text: string, lines: readonly string[]])[] = [
    [
      'sum(rat(x[5m]))',
      [
        'line 1, column 5: there is no function "rat"; did you mean rate?',
        '  sum(rat(x[5m]))',
        '      ^^^',
      ],
    ],
    [
      'rate(requests_total) > 5',
      [
        'line 1, column 6: argument 1 of rate is an instant vector; allowed: a range vector',
        '  rate(requests_total) > 5',
        '       ^^^^^^^^^^^^^^',
      ],
    ],
    [
      'x{\n  job="a"\n  instance="b"\n}',
      [
        'line 3, column 3: this is not expected here; given "instance"; allowed: "," or "}"',
        '    instance="b"',
        '    ^^^^^^^^',
      ],
    ],
    [
      '1 > 2',
      [
        'line 1, column 1: a comparison of scalars filters nothing; allowed: > bool',
        '  1 > 2',
        '  ^^^^^',
      ],
    ],
    [
      'up{job=~"a(b"}',
      [
        'line 1, column 4: this regular expression has a "(" that nothing closes; given "a(b"',
        '  up{job=~"a(b"}',
        '     ^^^^^^^^^^',
      ],
    ],
    [
      'rate(x[5m',
      [
        'line 1, column 10: the expression ends too early; allowed: "]"',
        '  rate(x[5m',
        '           ^',
      ],
    ],
    [
      'up + on (job) group_left (job) down',
      [
        'line 1, column 1: the label "job" stands in on and in group_left; allowed: one of the two',
        '  up + on (job) group_left (job) down',
        '  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^',
      ],
    ],
  ];
  for (const [text, lines] of messages) {
    it(`marks the place in ${JSON.stringify(text)}`, () => {
      expect(refusalOf(text).message).to.equal(lines.join('\n'));
    });
  }

  it('marks a place far to the right within what it shows', () => {
    const text = `${'x + '.repeat(100)}rat(y)${' + x'.repeat(100)}`;
    const [, line, mark] = refusalOf(text).message.split('\n');
    expect(line!.slice(mark!.indexOf('^'), mark!.lastIndexOf('^') + 1)).to.equal('rat');
    expect(line!.length).to.be.below(120);
  });

  it('refuses what is too long or nested too deeply, and leaves the stack alone', () => {
    const deep = (count: number) => `${'('.repeat(count)}x${')'.repeat(count)}`;
    expect(show(parse(deep(150)))).to.equal('(selector 0ms "__name__"="x")');
    for (const text of [deep(10_000), '-'.repeat(10_000), `${'x^'.repeat(10_000)}x`]) {
      expect(refusalOf(text).message).to.contain('nested too deeply');
    }
    const long = (count: number) => `${'x + '.repeat(count)}x`;
    expect(print(parse(long(1000))).match(/x/g)).to.have.length(1001);
    expect(refusalOf(long(1001)).message).to.contain('too many operators');
    expect(refusalOf(`${' '.repeat(100_000)}x`).message).to.contain('too long');
    expect(refusalOf(5 as unknown as string).message).to.contain('given 5');
  });

  it('gives each node the place that it has in the text', () => {
    const text = ' sum by (a) (rate(x{b="c"}[5m] offset 1m)) > -3 # end';
    const places: string[] = [];
    const visit = (node: ReturnType<typeof parse>) => {
      places.push(`${node.kind}: ${text.slice(node.place!.start, node.place!.end)}`);
      childrenOf(node).forEach(visit);
    };
    visit(parse(text));
    expect(places).to.eql([
      'binary: sum by (a) (rate(x{b="c"}[5m] offset 1m)) > -3',
      'aggregation: sum by (a) (rate(x{b="c"}[5m] offset 1m))',
      'call: rate(x{b="c"}[5m] offset 1m)',
      'range: x{b="c"}[5m] offset 1m',
      'selector: x{b="c"}',
      'number: -3',
    ]);
  });
});

describe('parse, beside the grammar that Prometheus publishes', () => {
  it('finds the same parts at the same places', () => {
    // That grammar takes signs into numbers, and gives an offset to the whole sum before it.
    const words = { ...wild, numbers: [0, 1, 0.5, 1e21, Infinity, NaN], offsetShare: 0 };
    const expressions = new RandomExpressions(new Random(seed), words);
    const texts = Array.from({ length: 2000 }, () => print(expressions.any(4)));
    for (const text of [...alerts, ...texts]) {
      if (/-(\d|Inf|NaN)/.test(text)) continue;
      expect(outlineOf(parse(text)), text).to.eql(outlineByLezer(text));
    }
  });

  it('refuses what that refuses', () => {
    const random = new Random(seed);
    const expressions = new RandomExpressions(random, wild);
    let refused = 0;
    for (let round = 0; round < 3000; round++) {
      const whole = random.chance(0.5) ? random.pick(alerts) : print(expressions.any(2));
      const text = misspelt(random, whole);
      // It knows no metric that is called offset and no colon in a grouping; Prometheus does.
      if (/offset|:/.test(text) || outlineByLezer(text) !== undefined) continue;
      refused++;
      expect(shown(text), text).to.equal(undefined);
    }
    expect(refused).to.be.above(500);
  });
});

describe("parse, beside Prometheus' own parser", function () {
  this.timeout(60_000);
  let engine: Engine;
  before(async function () {
    await needEngine(this);
    engine = new Engine();
  });
  after(() => engine?.stop());

  it('makes the same trees of alerts, and refuses the same texts', async () => {
    const all = [...alerts, ...refusedByAll];
    const trees = await engine.parse(all);
    for (const [index, text] of all.entries()) {
      const theirs = trees[index]!;
      expect(shown(text), text).to.equal('tree' in theirs ? theirs.tree : undefined);
    }
    for (const theirs of await engine.parse(refusedByUs)) expect(theirs).to.have.key('tree');
  });

  it('makes the same trees of expressions by chance', async () => {
    const expressions = new RandomExpressions(new Random(seed + 1), wild);
    const trees = Array.from({ length: 2000 }, () => expressions.any(4));
    const texts = trees.map(print);
    const theirs = await engine.parse(texts);
    for (const [index, tree] of trees.entries()) {
      expect(theirs[index], texts[index]).to.eql({ tree: show(tree) });
    }
  });

  it('accepts and refuses the same misspelt texts', async () => {
    const random = new Random(seed + 2);
    const expressions = new RandomExpressions(random, wild);
    const texts = Array.from({ length: 4000 }, () => {
      const whole = random.chance(0.5) ? random.pick(alerts) : print(expressions.any(2));
      return misspelt(random, whole);
    });
    const theirs = await engine.parse(texts);
    let accepted = 0;
    for (const [index, text] of texts.entries()) {
      const ours = shown(text);
      const tree = theirs[index]!;
      if (ours === undefined && 'tree' in tree) {
        expect(refusalOf(text).message, text).to.match(deliberately);
      } else expect(ours, text).to.equal('tree' in tree ? tree.tree : undefined);
      if (ours !== undefined) accepted++;
    }
    expect(accepted).to.be.within(200, 3800);
  });
});
