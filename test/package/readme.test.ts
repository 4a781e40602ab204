import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { inPackage } from '../support/package-root.js';
import { runProgram } from '../support/processes.js';

/** The first block of code in that language. */
async function readExample(language: string): Promise<string> {
  const readme = await readFile(inPackage('README.md'), 'utf8');
  const found = new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 's').exec(readme)?.[1];
  expect(found, `a block of ${language} in README.md`).to.be.a('string');
  return found as string;
}

describe('README', function () {
  this.timeout(60_000);
  // Inside the package, so that its own name resolves as it does for users.
  const folder = inPackage('.cache', `readme-${process.pid}`);

  before(() => mkdir(folder, { recursive: true }));
  after(() => rm(folder, { recursive: true, force: true }));

  it('begins with the two commands', async () => {
    const readme = await readFile(inPackage('README.md'), 'utf8');
    expect(readme).to.match(/^# vsr-metrics\n\n```sh\nnpm start .*\nnpm test .*\n```/);
  });

  it('has an example that runs when pasted', async () => {
    await writeFile(`${folder}/try.mjs`, await readExample('js'));
    const { stdout, stderr } = await runProgram(process.execPath, [`${folder}/try.mjs`]);
    expect(stderr).to.equal('');
    expect(stdout).to.match(/^vsr_operations_total\{.*status="success".*\} 100000$/m);
    expect(stdout).to.match(/^vsr_view_number\{.*\} 7$/m);
    expect(stdout).to.match(/^100000\n[\d.e-]+ ms\n$/m);
  });

  it('has an example that is typed', async () => {
    const wrong = "\nm.operations.with({ status: 'sucess' });";
    await writeFile(`${folder}/right.ts`, await readExample('js'));
    await writeFile(`${folder}/wrong.ts`, (await readExample('js')) + wrong);
    const tsc = inPackage('node_modules', 'typescript', 'bin', 'tsc');
    const options = ['--ignoreConfig', '--noEmit', '--strict', '--module', 'nodenext', '--target'];
    const compile = (name: string) =>
      runProgram(process.execPath, [tsc, ...options, 'es2022', '--types', 'node', name], {
        cwd: folder,
      });
    expect((await compile('right.ts')).stdout).to.equal('');
    expect((await compile('wrong.ts')).stdout).to.contain('"sucess"');
  });
});
