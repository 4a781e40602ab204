// What `npm test` is made of: that it finds every test, notices every way to fail, and never hangs.

import { existsSync, readdirSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { inPackage } from '../support/package-root.js';

interface Result {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly tests: readonly { readonly title: string; readonly seconds: number }[];
  readonly processorSeconds: number;
  readonly output: string;
  readonly reason?: string;
}

interface Scripts {
  runMocha(options: {
    files: string[];
    quick?: boolean;
    mostSilentSeconds?: number;
  }): Promise<Result>;
  testGroups(): Promise<{ name: string; folder: string; files: string[] }[]>;
  readonly layers: Record<string, { folders: string[] }>;
  touchesAddon(folder: string): boolean;
  touchesPlatform(folder: string): boolean;
  readonly Pool: new (
    size: number,
  ) => {
    run<T>(task: () => Promise<T>, options?: { weight?: number; priority?: number }): Promise<T>;
  };
}

async function scripts(...names: string[]): Promise<Scripts> {
  const urls = names.map((name) => pathToFileURL(inPackage('scripts', 'support', `${name}.mjs`)));
  const modules = await Promise.all(urls.map((url) => import(url.href) as Promise<object>));
  return Object.assign({}, ...modules) as Scripts;
}

function runFixture(name: string, options: { quick?: boolean; mostSilentSeconds?: number } = {}) {
  const files = [inPackage('dist', 'test', 'fixtures', 'test-runner', `${name}.js`)];
  return scripts('mocha').then(({ runMocha }) => runMocha({ files, ...options }));
}

describe('npm test', function () {
  this.timeout(60_000);

  it('runs every file of tests once', async () => {
    const { testGroups } = await scripts('test-groups');
    const grouped = (await testGroups()).flatMap(({ files }) => files);
    const all = readdirSync(inPackage('dist', 'test'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.test.js'))
      .map((name) => `dist/test/${name}`);
    expect(grouped.toSorted()).to.eql(all.toSorted());
  });

  it('knows no folder that is not there, and leaves out none that is new', async () => {
    const { layers, touchesAddon, touchesPlatform } = await scripts('layers');
    for (const folder of Object.values(layers).flatMap(({ folders }) => folders)) {
      expect(existsSync(inPackage('test', folder)), folder).to.equal(true);
    }
    expect([touchesAddon('new'), touchesPlatform('new')]).to.eql([true, true]);
    expect([touchesAddon('core'), touchesPlatform('core')]).to.eql([true, true]);
    expect([touchesAddon('types'), touchesPlatform('types')]).to.eql([false, false]);
  });

  it('counts what passed, failed and was skipped, and says what it took', async () => {
    const result = await runFixture('mixed', { quick: true });
    expect(result).to.include({ passed: 1, failed: 1, skipped: 1 });
    expect(result.tests.map(({ title }) => title)).to.eql(['a runner passes', 'a runner fails']);
    expect(result.output).to.include('FAILED a runner fails');
    expect(result.output).to.include('skipped: a runner is skipped');
    expect(result.output).to.include('expected 1 to equal 2');
    expect(result.processorSeconds).to.be.above(0);
    expect(await runFixture('mixed')).to.include({ passed: 1, failed: 2 });
  });

  it('notices a process that ends in the middle', async () => {
    const result = await runFixture('crashing');
    expect(result.failed).to.equal(1);
    expect(result.reason).to.equal('mocha ended with code 7 in: a runner is ended');
  });

  it('ends a run in which no test ends any more', async () => {
    const result = await runFixture('hanging', { mostSilentSeconds: 3 });
    expect(result.failed).to.equal(1);
    expect(result.reason).to.match(/^mocha was silent for 3 s and was ended in: a runner waits$/);
  });

  it('does as much at a time as fits, the longest first', async () => {
    const { Pool } = await scripts('pool');
    const pool = new Pool(2);
    const order: string[] = [];
    let running = 0;
    const task = (name: string, takes: number) => async () => {
      order.push(name);
      running += takes;
      expect(running).to.be.at.most(2);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running -= takes;
    };
    await Promise.all([
      pool.run(task('short', 1), { priority: 1 }),
      pool.run(task('long', 1), { priority: 3 }),
      pool.run(task('wide', 2), { weight: 9, priority: 2 }),
    ]);
    expect(order).to.eql(['long', 'wide', 'short']);
    const failed = await pool.run(() => Promise.reject(new Error('no'))).catch(String);
    expect(failed).to.equal('Error: no');
  });
});
