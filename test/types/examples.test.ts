// Every example in a doc comment of lib/, in the README and in docs/ compiles against the package as
// built. test/package/documents.test.ts runs those of the documents.

import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { expect } from 'chai';
import { root } from './compile.js';
import { compileExamples, examplesIn, readDocuments } from './examples.js';

describe('examples', () => {
  it('compile, in the doc comments and in documents', async () => {
    const folder = await readdir(join(root, 'lib'), { recursive: true, withFileTypes: true });
    const sources = folder
      .filter((entry) => entry.isFile() && /\.c?ts$/.test(entry.name))
      .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)));
    const texts = sources.map(async (file) => {
      return examplesIn(file, await readFile(join(root, file), 'utf8'));
    });
    const documents = [...(await readDocuments())].flatMap(([file, text]) =>
      examplesIn(file, text),
    );
    const examples = [...(await Promise.all(texts)).flat(), ...documents];

    expect(examples).to.have.length.above(15);
    expect((await compileExamples('examples-of-docs', examples)).join('\n')).to.equal('');
  });

  it('are found, and are not waved through', async () => {
    const source = [
      '/**',
      ' * @example',
      ' * ```ts',
      ' * registry.metrics.viewNumber.set(7);',
      ' * ```',
      ' */',
      'export function first(): void {}',
      '  /**',
      '   * ```ts',
      '   * registry.metrics.viewNumber.step();',
      '   * ```',
      '   */',
    ].join('\n');
    const examples = examplesIn('lib/made-up.ts', source);
    expect(examples).to.deep.equal([
      { place: 'lib/made-up.ts:3', text: 'registry.metrics.viewNumber.set(7);' },
      { place: 'lib/made-up.ts:9', text: 'registry.metrics.viewNumber.step();' },
    ]);
    const problems = await compileExamples('examples-made-up', examples);
    expect(problems).to.have.length(1);
    expect(problems[0]).to.match(/^lib\/made-up\.ts:9, line 1 .*Property 'step' does not exist/);
  });
});
