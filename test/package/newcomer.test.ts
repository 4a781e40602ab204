// What somebody does who has just found the package: an empty folder, `npm install`, the example of the
// README, and a Prometheus that scrapes it.

import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import { needPrometheus } from '../exposition/programs.js';
import { freePort } from '../servers/ports.js';
import { PrometheusServer } from '../servers/prometheus.js';
import { inPackage } from '../support/package-root.js';
import { runProgram } from '../support/processes.js';
import { until } from '../support/until.js';
import { packWithDependencies } from './pack.js';
import { firstExample } from './readme.js';

/** What a busy machine may take for what takes five seconds on an idle one. */
const installMs = 120_000;

// A test for each step, so that whoever watches hears of each; a step that fails ends those after it.
describe('a newcomer @slow', function () {
  this.timeout(150_000);
  let project: string;
  let archives: string[] = [];
  let isInstalled = false;
  let port: number | undefined;
  let program: ChildProcess | undefined;
  let printed = '';
  let prometheus: PrometheusServer | undefined;

  before(async function () {
    await needPrometheus(this);
    project = await mkdtemp(join(tmpdir(), 'vsr-metrics-newcomer-'));
  });

  after(async () => {
    program?.kill('SIGKILL');
    await prometheus?.stop();
    if (project !== undefined) await rm(project, { recursive: true });
  });

  it('gets the package', async () => {
    // As archives, because no registry has it yet.
    const packed = await packWithDependencies(project);
    archives = Object.values(packed).map(({ file }) => `./${file}`);
    expect(Object.keys(packed)).to.include('vsr-metrics');
  });

  it('installs it in an empty folder', async () => {
    expect(archives, 'there is nothing to install').not.to.eql([]);
    const args = ['install', '--offline', '--no-audit', '--no-fund', ...archives];
    const installed = await runProgram('npm', args, {
      cwd: project,
      environment: {
        npm_config_cache: join(project, 'cache'),
        npm_config_update_notifier: 'false',
      },
      limitMs: installMs,
    });
    expect(installed.code, installed.stdout + installed.stderr).to.equal(0);
    // The binary that a published package brings with it; contents.test.ts builds one.
    const binary = join('build', 'Release', 'vsr_metrics.node');
    await cp(inPackage(binary), join(project, 'node_modules', 'vsr-metrics', binary));
    isInstalled = true;
  });

  it('runs the lines of the README', async () => {
    expect(isInstalled, 'it is not installed').to.equal(true);
    const free = await freePort();
    await writeFile(join(project, 'shop.mjs'), await firstExample(free));
    program = spawn(process.execPath, ['shop.mjs'], { cwd: project, stdio: 'pipe' });
    for (const stream of [program.stdout!, program.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
    }
    await until(() => printed.includes('\n') || program?.exitCode !== null, 60_000);
    expect(printed).to.equal(`http://127.0.0.1:${free}/metrics\n`);
    port = free;
  });

  it('has metrics of their own in Prometheus', async () => {
    expect(port, 'the program does not serve').not.to.equal(undefined);
    prometheus = await PrometheusServer.start({
      scrapeIntervalMs: 200,
      jobs: [{ name: 'shop', target: `127.0.0.1:${port}`, path: '/metrics' }],
    });
    const paid = await someOf(prometheus, 'shop_orders_total{outcome="paid"} > 0', () => printed);
    expect(paid.labels).to.include({ __name__: 'shop_orders_total', job: 'shop', outcome: 'paid' });
    const timed = await someOf(prometheus, 'shop_checkout_seconds_count > 0', () => printed);
    expect(timed.labels).to.include({ __name__: 'shop_checkout_seconds_count' });
    expect(await prometheus.query('shop_open_carts')).to.have.length(1);
    expect(await prometheus.scrapeErrors()).to.eql(['']);
  });
});

/** The first sample of a query, once there is one. */
async function someOf(prometheus: PrometheusServer, query: string, printed: () => string) {
  const end = performance.now() + 30_000;
  while (performance.now() < end) {
    const [sample] = await prometheus.query(query);
    if (sample !== undefined) return sample;
    await wait(100);
  }
  throw new Error(`no ${query}: ${await prometheus.scrapeErrors()}; ${printed()}`);
}
