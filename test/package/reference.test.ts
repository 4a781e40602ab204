import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { inPackage } from '../support/package-root.js';

describe('docs/reference.md', () => {
  let written: string;

  before(async () => {
    written = await readFile(inPackage('docs/reference.md'), 'utf8');
  });

  it('says what the library says: otherwise run npm run docs:reference', async function () {
    this.timeout(30_000);
    const script = pathToFileURL(inPackage('scripts/support/reference.mjs')).href;
    const { referenceDocument } = (await import(script)) as {
      referenceDocument: () => Promise<string>;
    };
    expect(written).to.equal(await referenceDocument());
  });

  it('has the options of every part', () => {
    const sections = written.split('\n### ');
    for (const name of ['RegistryOptions', 'ServerOptions', 'OtlpStart', 'ObservabilityOptions']) {
      const section = sections.find((each) => each.startsWith(`${name}\n`));
      expect(section, name).to.match(/^\| `onWarning\?` \|/m);
    }
    expect(sections.find((each) => each.startsWith('RegistryOptions'))).to.include('`catalogue`');
    expect(sections.some((each) => each.startsWith('DiskCheckOptions\n'))).to.equal(true);
  });

  it('has the defaults that configuration.md promises', async () => {
    const configuration = await readFile(inPackage('docs/configuration.md'), 'utf8');
    const bare = (cell: string) => cell.replaceAll('`', '').replaceAll(',', '').trim();
    const cellsOf = (line: string) => line.split('|').slice(1, -1).map(bare);
    const known = new Map(
      written
        .split('\n')
        .map(cellsOf)
        .map(([name = '', , , value = '']) => [name, value === '' ? 'none' : value]),
    );
    let table = '';
    let compared = 0;
    for (const [first = '', setting = '', value] of configuration.split('\n').map(cellsOf)) {
      table = /^\[(\w+)\]$/.exec(first)?.[1] ?? table;
      const expected = known.get(`${table}.${setting}`);
      if (expected === undefined || value?.startsWith('see ')) continue;
      expect(value, `${table}.${setting}`).to.equal(expected);
      compared++;
    }
    expect(compared).to.be.above(15);
  });

  it('has the defaults that the tables of other documents promise', async () => {
    const promises: readonly (readonly [document: string, section: string])[] = [
      ['server.md', 'ServerOptions'],
      ['exporters.md', 'StatsdStart'],
    ];
    const bare = (cell = '') => cell.replaceAll('`', '').replaceAll('\\|', '/').trim();
    const rowsOf = (text: string) =>
      text.split('\n').map((line) => line.replaceAll('\\|', '/').split('|').slice(1, -1).map(bare));
    let compared = 0;
    for (const [document, section] of promises) {
      const options = written.split('\n### ').find((each) => each.startsWith(`${section}\n`))!;
      const known = new Map(
        rowsOf(options).map(([name = '', value = '']) => [name.replace('?', ''), value]),
      );
      const text = await readFile(inPackage(`docs/${document}`), 'utf8');
      let isOfOptions = false;
      for (const [names = '', values = ''] of rowsOf(text)) {
        if (names === '') isOfOptions = false;
        if (names === 'option') isOfOptions = values === 'default';
        if (!isOfOptions || names === 'option') continue;
        const [each, told] = [names.split(', '), values.split(', ')];
        if (each.length !== told.length) continue;
        for (const [index, name] of each.entries()) {
          const value = known.get(name);
          // What is computed has no default in the table, and `none` is an empty one.
          if (value === undefined || value === '' || value === 'empty') continue;
          expect(told[index], `${name} in docs/${document}`).to.equal(value);
          compared++;
        }
      }
    }
    expect(compared).to.be.above(12);
  });

  it('finds defaults in the code that applies them, and no guesses', async () => {
    const script = pathToFileURL(inPackage('scripts/support/defaults.mjs')).href;
    const { checkComment, defaultOf } = (await import(script)) as {
      defaultOf(
        option: string,
        where: { names: string[]; home: string; sources: { path: string; text: string }[] },
      ): unknown;
      checkComment(says: string, value: unknown, whose: string): void;
    };
    const of = (text: string) =>
      defaultOf('everyMs', { names: ['A'], home: 'a.ts', sources: [{ path: 'a.ts', text }] });
    expect(of('const { a, everyMs = 10_000 } = options;')).to.equal(10_000);
    expect(of('f(options.everyMs ??\n read(1, 2) ??\n preset?.everyMs ??\n 5)')).to.equal(5);
    expect(of('const usual = 7;\nconst { everyMs = usual }: A = options;')).to.equal(7);
    expect(of("const { everyMs: every = ['a', 'b'] } = options;")).to.eql(['a', 'b']);
    expect(of('const { everyMs = 3 * timeoutMs } = options;\n // everyMs ?? 9')).to.equal(
      undefined,
    );
    expect(() => of('const { everyMs = 1 } = a; const { everyMs = 2 } = b;')).to.throw('1, 2');
    checkComment('How often: 10,000 ms unless told otherwise.', 10_000, 'A.everyMs');
    checkComment('As often as it likes unless told otherwise.', undefined, 'A.everyMs');
    for (const value of [5000, undefined]) {
      const wrong = () =>
        checkComment('10,000, or as it has it, unless told otherwise.', value, 'A.everyMs');
      expect(wrong).to.throw('A.everyMs says 10,000');
    }
  });
});
