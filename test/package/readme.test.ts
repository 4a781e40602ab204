import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { freePort } from '../servers/ports.js';
import { inPackage } from '../support/package-root.js';
import { firstExample } from './readme.js';

describe('README', function () {
  this.timeout(60_000);
  // Inside the package, so that its own name resolves as it does for users.
  const folder = inPackage('.cache', `readme-${process.pid}`);

  before(() => mkdir(folder, { recursive: true }));
  after(() => rm(folder, { recursive: true, force: true }));

  it('begins with one sentence and the two commands', async () => {
    const readme = await readFile(inPackage('README.md'), 'utf8');
    expect(readme).to.match(
      /^# vsr-metrics\n\n[A-Z](?:[^.`]|\.js)+\.\n\n```sh\nnpm start .*\nnpm test .*\n```\n/,
    );
  });

  it('leads to every document', async () => {
    const readme = await readFile(inPackage('README.md'), 'utf8');
    for (const name of await readdir(inPackage('docs'))) {
      if (name.endsWith('.md')) expect(readme).to.include(`](docs/${name})`);
    }
  });

  // That it also compiles is for test/types/examples.test.ts to say.
  it('has an example of twelve lines that runs when pasted', async () => {
    const port = await freePort();
    const example = await firstExample(port);
    expect(example.trim().split('\n')).to.have.length(12);
    await writeFile(`${folder}/shop.mjs`, example);
    const child = spawn(process.execPath, [`${folder}/shop.mjs`], { stdio: 'pipe' });
    try {
      let errors = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
      const [line] = (await Promise.race([
        once(child.stdout.setEncoding('utf8'), 'data'),
        once(child, 'exit').then(() => [`ended: ${errors}`]),
      ])) as [string];
      expect(line).to.equal(`http://127.0.0.1:${port}/metrics\n`);
      const page = await (await fetch(line.trim())).text();
      expect(page).to.match(/^shop_orders_total\{outcome="paid"\} \d+$/m);
      expect(page).to.match(/^# TYPE shop_open_carts gauge$/m);
      expect(page).to.match(/^shop_checkout_seconds_bucket\{le="0.1"\} \d+$/m);
      expect(errors).to.equal('');
    } finally {
      child.kill('SIGKILL');
    }
  });
});
