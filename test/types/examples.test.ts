// Every example in a doc comment of lib/ and in the README compiles against the package as built.
//
// An example is a ts block. It is a module of its own; where that would be more import than
// example, it may use what the prelude below declares.

import { readdir, readFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { expect } from 'chai';
import { compileAgainstPackage, root } from './compile.js';

const prelude = `
import type { Registry, Snapshot } from 'vsr-metrics';
import type { vsr } from 'vsr-metrics/catalogues';

declare global {
  const registry: Registry<typeof vsr, { readonly replica_id: '0' }>;
  const snapshot: Snapshot;
}
`;

interface Example {
  /** Where it stands, for people: `lib/index.ts:12`. */
  readonly place: string;
  readonly text: string;
}

/** The ts blocks of a Markdown text, or of the doc comments of a source. */
function examplesIn(file: string, text: string): Example[] {
  const lines = text.split('\n');
  const examples: Example[] = [];
  let start: number | undefined;
  for (const [index, raw] of lines.entries()) {
    const line = file.endsWith('.md') ? raw : raw.replace(/^\s*\* ?/, '');
    const opens = file.endsWith('.md') ? /^```ts$/.test(raw) : /^\s*\* ```ts$/.test(raw);
    if (opens) start = index + 1;
    else if (start !== undefined && line.startsWith('```')) {
      const block = lines.slice(start, index);
      const body = file.endsWith('.md') ? block : block.map((each) => each.replace(/^\s*\* ?/, ''));
      examples.push({ place: `${file}:${start}`, text: body.join('\n') });
      start = undefined;
    }
  }
  return examples;
}

/** What the compiler finds wrong, each with the place of its example. */
async function check(folder: string, examples: readonly Example[]): Promise<string[]> {
  const files = new Map([['prelude.ts', prelude]]);
  for (const [index, { text }] of examples.entries()) {
    files.set(`example-${index}.ts`, `${text}\nexport {};\n`);
  }
  const { diagnostics } = await compileAgainstPackage(folder, files);
  return diagnostics.map(({ file, line, message }) => {
    const example = examples[Number(/\d+/.exec(basename(file))?.[0])];
    return `${example?.place ?? file}, line ${line} of the example: ${message}`;
  });
}

describe('examples', () => {
  it('compile, in the doc comments and in documents', async () => {
    const folder = await readdir(join(root, 'lib'), { recursive: true, withFileTypes: true });
    const sources = folder
      .filter((entry) => entry.isFile() && /\.c?ts$/.test(entry.name))
      .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)));
    const documents = ['README.md', 'docs/exporters.md', 'docs/observability.md'];
    const texts = [...sources, ...documents].map(async (file) => {
      return examplesIn(file, await readFile(join(root, file), 'utf8'));
    });
    const examples = (await Promise.all(texts)).flat();

    expect(examples).to.have.length.above(15);
    expect((await check('examples-of-docs', examples)).join('\n')).to.equal('');
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
    const problems = await check('examples-made-up', examples);
    expect(problems).to.have.length(1);
    expect(problems[0]).to.match(/^lib\/made-up\.ts:9, line 1 .*Property 'step' does not exist/);
  });
});
