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
});
