import { expect } from 'chai';
import { type CompiledPattern, compilePattern } from '../../lib/promql/matchers.js';
import { seed } from '../support/seed.js';
import { Engine, needEngine } from './engine.js';
import { Random } from './random.js';

function compiled(text: string): CompiledPattern {
  const pattern = compilePattern(text);
  if ('problem' in pattern) throw new Error(pattern.problem);
  return pattern;
}

/** Patterns of everything that the syntax has. */
class RandomPatterns {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  choice(depth: number): string {
    const count = this.#random.chance(0.3) ? this.#random.whole(2, 3) : 1;
    return Array.from({ length: count }, () => this.#sequence(depth)).join('|');
  }

  #sequence(depth: number): string {
    const count = this.#random.whole(0, 3);
    return Array.from({ length: count }, () => this.#repeated(depth)).join('');
  }

  #repeated(depth: number): string {
    const random = this.#random;
    const atom = this.#atom(depth);
    if (random.chance(0.6)) return atom;
    const count = random.pick(['*', '+', '?', '{2}', '{0,2}', '{1,}', '{,2}', '{0}']);
    return `${atom}${count}${random.chance(0.2) ? '?' : ''}`;
  }

  #atom(depth: number): string {
    const random = this.#random;
    if (depth > 0 && random.chance(0.25)) {
      const flags = ['', '', '?:', '?i:', '?-s:', '?U:', '?m:', '?P<name>', '?<other>'];
      return `(${random.pick(flags)}${this.choice(depth - 1)})`;
    }
    return random.pick([
      ...['a', 'b', 'A', '.', '-', '1', ' ', 'é', '\\.', '\\d', '\\w', '\\s', '\\D', '\\W', '\\n'],
      ...['[ab]', '[^a]', '[a-c]', '[]a]', '[a\\-z]', '[[:alpha:]]', '[^[:digit:]_]', '[\\d.]'],
      ...['\\pL', '\\p{Greek}', '\\PL', '\\x41', '\\x{e9}', '\\Qa.b\\E', '^', '$', '\\b', '\\B'],
      ...['(?i)', '(?i)a', '[b-]', '{', '\\A', '\\z', '\\101', '[\\x{61}-b]', '(?s).', '(?-s).'],
    ]);
  }
}

const malformed = [
  ...[
    '(',
    ')',
    'a)',
    '(a',
    '[',
    '[a',
    '[b-a]',
    'a**',
    'a+*',
    '*',
    '+a',
    '?',
    'a{2}{3}',
    '\\',
    '\\8',
  ],
  ...['(?=a)', '(?!a)', '(?<=a)', '(?<!a)', '\\1', '\\k<a>', '(?P=a)', 'a{1001}', 'a{3,2}', '\\Z'],
  ...['[[:nope:]]', '\\p{Nope}', '\\y', '\\é', '(?', '(?x)', '\\x{110000}', '\\xg'],
];

describe('compilePattern', () => {
  it('refuses what RE2 does not have, with a reason', () => {
    for (const text of malformed) {
      const pattern = compilePattern(text);
      expect(pattern, text).to.have.property('problem');
      expect((pattern as { problem: string }).problem).to.match(/^this regular expression /);
    }
  });

  it('takes no time that grows with what a pattern could try', () => {
    const text = 'a'.repeat(2000);
    for (const evil of ['(a+)+b', '(a|a)*b', '(a|aa)+b', '(.*)*b', '(a?){500}a{500}b']) {
      expect(compiled(evil).test(text), evil).to.equal(false);
      expect(compiled(evil).groups(text), evil).to.equal(undefined);
    }
  });

  it('refuses what would become a huge program', () => {
    expect(compilePattern('((a{100}){100}){100}')).to.have.property('problem');
    expect(compiled('(?:(?:(?:){1000}){1000}){1000}a').test('a')).to.equal(true);
    expect(compiled('(?:a)'.repeat(5000)).test('a'.repeat(5000))).to.equal(true);
    expect(compilePattern('('.repeat(5000) + ')'.repeat(5000))).to.have.property('problem');
  });

  it('gives the same answer when it is asked again, whatever came between', () => {
    const pattern = compiled('v[0-9]*7');
    for (let round = 0; round < 2; round++) {
      for (let value = 0; value < 25_000; value++) {
        expect(pattern.test(`v${value}`)).to.equal(value % 10 === 7);
      }
    }
  });
});

describe("compilePattern, beside Prometheus' own", function () {
  this.timeout(60_000);
  let engine: Engine;
  before(async function () {
    await needEngine(this);
    engine = new Engine();
  });
  after(() => engine?.stop());

  it('finds the same groups of the same texts', async () => {
    const random = new Random(seed);
    const patterns = new RandomPatterns(random);
    const letters = ['a', 'b', 'A', 'c', '1', '.', '-', '_', ' ', '\n', 'é', 'ε', '{', ',', '2'];
    const asked = Array.from({ length: 6000 }, () => ({
      pattern: patterns.choice(2),
      text: Array.from({ length: random.whole(0, 5) }, () => random.pick(letters)).join(''),
    }));
    for (const pattern of malformed) asked.push({ pattern, text: 'a' });
    const theirs = await engine.match(asked);
    let fitting = 0;
    for (const [index, { pattern, text }] of asked.entries()) {
      const shown = JSON.stringify({ pattern, text });
      const expected = theirs[index]!;
      const ours = compilePattern(pattern);
      if ('error' in expected || 'problem' in ours) {
        expect('problem' in ours, `${shown}: ${JSON.stringify(expected)}`).to.equal(
          'error' in expected,
        );
        continue;
      }
      const groups = ours.groups(text)?.map((group) => group ?? '') ?? null;
      expect(groups, shown).to.eql(expected.groups);
      expect(ours.test(text), shown).to.equal(expected.groups !== null);
      if (groups !== null) fitting++;
    }
    expect(fitting).to.be.above(200);
  });
});
