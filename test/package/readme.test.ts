import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { inPackage } from '../support/package-root.js';
import { runProgram } from '../support/processes.js';

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

  // That it also compiles is for test/types/examples.test.ts to say.
  it('has an example that runs when pasted', async () => {
    const readme = await readFile(inPackage('README.md'), 'utf8');
    const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? '';
    expect(example.split('\n')).to.have.length.within(15, 30);
    await writeFile(`${folder}/try.mjs`, example);
    const { stdout, stderr } = await runProgram(process.execPath, [`${folder}/try.mjs`]);
    expect(stderr).to.equal('');
    expect(stdout).to.match(/^vsr_operations_total\{.*status="success".*\} 100000$/m);
    expect(stdout).to.match(/^vsr_view_number\{.*\} 7$/m);
    expect(stdout).to.match(/^100000\n[\d.e-]+ ms\n$/m);
  });
});
