// Every example of the README and of docs/ runs as it stands there.
//
// A ts block is a program; a js or toml block is the file that its first line names, beside the
// programs. What belongs to a machine is replaced: ports by free ones, folders by one of the test.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { inPackage } from '../support/package-root.js';
import { type Finished, runProgram } from '../support/processes.js';
import { compileExamples, examplesIn, readDocuments } from '../types/examples.js';

/** Gives programs what examples use without declaring it, and ends them a moment after their end. */
const runner = `
import { setTimeout as wait } from 'node:timers/promises';
import { createRegistry } from 'vsr-metrics';
import { vsr } from 'vsr-metrics/catalogues';
const registry = createRegistry({ catalogue: vsr, fixedLabels: { replica_id: '0' } });
registry.metrics.prepareLatency.record(1);
Object.assign(globalThis, { registry, snapshot: registry.snapshot() });
await import(process.argv[2]);
await wait(300); // what their workers throw ends them with an error
process.exit(0);
`;

interface Block {
  readonly place: string;
  readonly language: string;
  readonly text: string;
}

function blocksIn(file: string, text: string): Block[] {
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(({ index, 1: language, 2: body }) => ({
    place: `${file}:${text.slice(0, index).split('\n').length + 1}`,
    language: language!,
    text: body!,
  }));
}

describe('examples of documents', function () {
  this.timeout(300_000);
  const folder = `examples-run-${process.pid}`;
  const out = inPackage('dist', folder, 'out');
  let shared: string;
  let blocks: Block[];

  const onThisMachine = (text: string) =>
    text
      .replaceAll(/(port: |port = |listen\()9464\b/g, '$10')
      .replaceAll('/dev/shm/', `${shared}/`)
      .replaceAll('/run/secrets/', `${shared}/secrets/`);

  before(async () => {
    shared = await mkdtemp('/dev/shm/vsr-metrics-documents-');
    blocks = [...(await readDocuments())].flatMap(([file, text]) => blocksIn(file, text));
  });

  after(async () => {
    await rm(shared, { recursive: true, force: true });
    await rm(inPackage('dist', folder), { recursive: true, force: true });
  });

  it('run @slow', async () => {
    const examples = [...(await readDocuments())]
      .flatMap(([file, text]) => examplesIn(file, text))
      .map((example) => ({ ...example, text: onThisMachine(example.text) }));
    expect(await compileExamples(folder, examples, { emit: true })).to.eql([]);

    await writeFile(join(out, 'run.js'), runner);
    for (const { place, language, text } of blocks) {
      if (language !== 'js' && language !== 'toml') continue;
      const name = /^(?:\/\/|#) ([\w-]+\.(?:js|toml))\n/.exec(text)?.[1];
      expect(name, `the first line of ${place} names no file`).to.be.a('string');
      await writeFile(join(out, name!), onThisMachine(text));
    }
    for (const secrets of [join(out, 'secrets'), join(shared, 'secrets')]) {
      await mkdir(secrets);
      for (const name of ['metrics-token', 'replica-1']) {
        await writeFile(join(secrets, name), 'abcdefgh');
      }
    }

    const environment = { VSR_METRICS_PORT: '0', KOTOBA_METRICS_PORT: '0' };
    for (const [index, { place, text }] of examples.entries()) {
      // The test of a budget measures for minutes; test/budget does it with limits of its own.
      if (/^it\(/m.test(text)) continue;
      const program = [join(out, 'run.js'), `./example-${index}.js`];
      const ended = await runProgram(process.execPath, program, { cwd: out, environment });
      expect(ended.code, `${place}\n${ended.stdout}${ended.stderr}`).to.equal(0);
    }
  });

  it('are JSON where they say so', () => {
    const found = blocks.filter(({ language }) => language === 'json');
    expect(found).to.not.be.empty;
    for (const { place, text } of found) expect(() => JSON.parse(text), place).to.not.throw();
  });

  it('in C++ compile', async () => {
    const found = blocks.filter(({ language }) => language === 'cpp');
    expect(found).to.not.be.empty;
    for (const { place, text } of found) {
      const { code, stderr } = await checkFragment(text);
      expect(code, `${place}\n${stderr}`).to.equal(0);
    }
  });

  /** Its includes, and the rest as the body of a function. */
  async function checkFragment(text: string): Promise<Finished> {
    const lines = text.split('\n');
    const isInclude = (line: string) => line.startsWith('#include');
    const source = [
      '#include <cstdio>',
      ...lines.filter(isInclude),
      'void Prepare();',
      'int main() {',
      ...lines.filter((line) => !isInclude(line)),
      '}',
    ];
    const file = join(shared, 'fragment', 'main.cc');
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, source.join('\n'));
    const include = `-I${inPackage('native/include')}`;
    return runProgram('c++', ['-std=c++17', '-fsyntax-only', include, file]);
  }
});
