// Runs the type tests beside this file: once as they are, where every @ts-expect-error must find an
// error, and once without the directives, where every error must say what its directive expects.

import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { compile, compileAgainstPackage, root } from './compile.js';

const directive = /^\s*\/\/ @ts-expect-error: (.+)$/;

async function typeTests(): Promise<Map<string, string>> {
  const folder = join(root, 'test/types');
  const names = (await readdir(folder)).filter((name) =>
    /^(?!.*\.test\.ts$|(?:compile|examples)\.ts$).*\.ts$/.test(name),
  );
  const files = names.map(async (name) => {
    return [name, await readFile(join(folder, name), 'utf8')] as const;
  });
  return new Map(await Promise.all(files));
}

describe('types', () => {
  it('compile where they should, and nowhere else', async () => {
    expect((await compile('test/types/tsconfig.json')).output).to.equal('');
  });

  it('refuse each wrong line for the reason that stands above it', async () => {
    const files = await typeTests();
    const reasons = new Map<string, string>();
    for (const [name, text] of files) {
      for (const [index, line] of text.split('\n').entries()) {
        const reason = directive.exec(line)?.[1];
        // Lines count from 1, and the error is on the line after the directive.
        if (reason !== undefined) reasons.set(`${name}:${index + 2}`, reason);
        expect(line.includes('@ts-expect-error'), `${name}:${index + 1} gives no reason`).to.equal(
          reason !== undefined,
        );
      }
      files.set(name, text.replaceAll('@ts-expect-error', 'expected'));
    }
    const { diagnostics } = await compileAgainstPackage('type-tests', files);
    const found = new Map<string, string>();
    for (const { file, line, message } of diagnostics) {
      const place = `${basename(file)}:${line}`;
      found.set(place, `${found.get(place) ?? ''}${message}\n`);
    }
    expect([...found.keys()].sort()).to.deep.equal([...reasons.keys()].sort());
    expect(reasons.size).to.be.above(50);
    const wrong = [...reasons]
      .filter(([place, reason]) => !found.get(place)?.includes(reason))
      .map(([place, reason]) => `${place} should fail with: ${reason}\n${found.get(place)}`);
    expect(wrong.join('\n')).to.equal('');
  });
});
