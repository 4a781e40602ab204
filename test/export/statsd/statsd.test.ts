import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { createStatsdExporter, startStatsd } from '../../../lib/export/statsd/index.js';
import { ExporterError } from '../../../lib/index.js';
import { thrownBy } from '../../core/catalogue/thrown.js';
import { needPython } from '../../exposition/programs.js';
import { runFixture } from '../../support/fixtures.js';
import { inPackage } from '../../support/package-root.js';
import { until } from '../../support/until.js';
import { never, withExporter } from '../exporters.js';
import { openLedger } from './catalogue.js';
import { freeUdpPort, KeepingServer, StatsdServer, stopServers } from './servers.js';

const name = 'ledger_transfers_total.ok.a';

describe('StatsD', function () {
  this.timeout(60_000);
  afterEach(stopServers);

  it('adds up in a real server, under load', async () => {
    const server = await StatsdServer.start();
    const registry = openLedger();
    const running = startStatsd({
      registry,
      endpoint: `127.0.0.1:${server.port}`,
      everyMs: 20,
    });
    const { transfers, balance, apply } = registry.metrics;
    const accounts = Array.from({ length: 300 }, (_, index) => `account-${index}`);
    const recorders = accounts.map((account) => transfers.with({ outcome: 'ok', account }));
    const below = balance.with({ account: 'debt' });
    for (let round = 1; round <= 60; round++) {
      for (const [index, recorder] of recorders.entries()) recorder.inc(1 + (index % 3));
      below.set(round % 2 === 0 ? -round : round);
      apply.record(0.002, 10);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(await running.close()).to.equal(true);
    const sum = (prefix: string) =>
      Object.entries(server.totals.counters)
        .filter(([name]) => name.startsWith(prefix))
        .reduce((total, [, value]) => total + value, 0);
    await until(() => sum('ledger_transfers_total') >= 60 * 600);
    expect(sum('ledger_transfers_total')).to.equal(60 * 600);
    expect(sum('ledger_apply_latency_seconds.count')).to.equal(600);
    for (const [index, account] of accounts.entries()) {
      const counted = server.totals.counters[`ledger_transfers_total.ok.${account}`];
      expect(counted).to.equal(60 * (1 + (index % 3)));
    }
    expect(server.totals.gauges['ledger_balance.debt']).to.equal(-60);
    expect(server.totals.counters['statsd.bad_lines_seen']).to.equal(0);
    expect(running.counts).to.include({ failed: 0, dropped: 0 });
    registry.close();
  });

  for (const [when, total] of [
    ['between', 5],
    ['during', 9],
  ] as const) {
    for (const where of ['main', 'worker']) {
      it(`has everything after process.exit(), ${when} exports, in the ${where} thread`, async () => {
        const server = await KeepingServer.start();
        const file = join(await mkdtemp(join(tmpdir(), 'vsr-metrics-exit-')), 'exported');
        const args = [`127.0.0.1:${server.port}`, when, where, file];
        const { code, stderr } = await runFixture('exiting-while-exporting', { args });
        expect([code, stderr]).to.eql([0, '']);
        const sums = () =>
          Array.from({ length: 1000 }, (_, account) =>
            server.sum(`ledger_transfers_total.ok.account-${account}`),
          );
        // Nothing is missing, and nothing came twice.
        await until(() => sums().every((sum) => sum >= total));
        expect(new Set(sums())).to.eql(new Set([total]));
        expect(await readFile(file, 'utf8')).to.equal('exported\n');
        await rm(dirname(file), { recursive: true });
      });
    }
  }

  it('packs lines into datagrams, and splits none', async () => {
    const server = await KeepingServer.start();
    const registry = openLedger();
    for (let index = 0; index < 500; index++) {
      registry.metrics.transfers.with({ outcome: 'ok', account: `${index}` }).inc(index + 1);
      registry.metrics.balance.with({ account: `${index}` }).set(-index - 1);
    }
    const running = startStatsd({
      registry,
      endpoint: `127.0.0.1:${server.port}`,
      ...never,
    });
    await running.close();
    await until(() => server.sum('ledger_transfers_total.ok.499') === 500);
    const ours = server.datagrams.filter((datagram) => datagram.includes('ledger_'));
    for (const datagram of ours) {
      expect(datagram.length).to.be.at.most(1432);
      // The reset of a gauge and its value are together, in this order.
      for (const [, account, value] of datagram.matchAll(/balance\.(\d+):(-?\d+)\|g/g)) {
        const reset = `ledger_balance.${account}:0|g\nledger_balance.${account}:-${Number(account) + 1}|g`;
        expect(datagram).to.include(reset);
        expect(['0', String(-Number(account) - 1)]).to.include(value);
      }
    }
    // Full, but for what did not fit.
    const mean = ours.reduce((sum, datagram) => sum + datagram.length, 0) / ours.length;
    expect(mean).to.be.above(1300);
    expect(server.lines.every((line) => /^[\w.-]+:-?[\d.e+-]+\|(c|g|ms)$/.test(line))).to.equal(
      true,
    );
    registry.close();
  });

  it('sends later what the system refused, and nothing twice', async () => {
    const port = await freeUdpPort();
    const registry = openLedger();
    const counter = registry.metrics.transfers.with({ outcome: 'ok', account: 'a' });
    const exporter = createStatsdExporter({ endpoint: `127.0.0.1:${port}` });
    await withExporter(registry, exporter, never, async (running) => {
      // The first datagram goes nowhere, which the next one learns.
      let counted = 0;
      do {
        counter.inc();
        counted++;
      } while (await running.flush());
      const server = await KeepingServer.start(port);
      counter.inc(1000);
      expect(await running.flush()).to.equal(true);
      await until(() => server.lines.some((line) => line.startsWith(name)));
      expect(server.sum(name)).to.be.within(1001, 999 + counted);
      const before = server.sum(name);
      counter.inc(5);
      expect(await running.flush()).to.equal(true);
      await until(() => server.sum(name) === before + 5);
    });
    registry.close();
  });

  it('looks the name up, and again after it could not', async () => {
    const registry = openLedger();
    registry.metrics.transfers.with({ outcome: 'ok', account: 'a' }).inc(4);
    const nowhere = createStatsdExporter({ endpoint: 'no-such-host.invalid:8125' });
    await withExporter(registry, nowhere, never, async (running, warnings) => {
      expect(await running.flush()).to.equal(false);
      expect(await running.flush()).to.equal(false);
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.include('exporter statsd: ').and.include('no-such-host.invalid');
      expect(running.counts).to.include({ failed: 2, dropped: 0 });
    });
    const server = await KeepingServer.start();
    const byName = createStatsdExporter({ endpoint: `localhost:${server.port}` });
    await withExporter(registry, byName, never, async (running) => {
      expect(await running.flush()).to.equal(true);
      await until(() => server.sum(name) === 4);
    });
    registry.close();
  });

  it('leaves out series whose lines might not fit, counts them, and says so once', async () => {
    const server = await KeepingServer.start();
    const registry = openLedger();
    registry.metrics.transfers.with({ outcome: 'ok', account: 'x'.repeat(200) }).inc(7);
    registry.metrics.transfers.with({ outcome: 'ok', account: 'a' }).inc(8);
    const endpoint = `127.0.0.1:${server.port}`;
    const exporter = createStatsdExporter({ endpoint, maxDatagramBytes: 128 });
    await withExporter(registry, exporter, never, async (running, warnings) => {
      expect(await running.flush()).to.equal(true);
      const { dropped } = running.counts;
      expect(dropped).to.be.at.least(1);
      expect(await running.flush()).to.equal(true);
      expect(running.counts.dropped).to.equal(2 * dropped);
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.include('maxDatagramBytes, 128; it and others like it are left out');
    });
    await until(() => server.sum(name) === 8);
    expect(server.lines.some((line) => line.includes('xxx'))).to.equal(false);
    expect(server.datagrams.every((datagram) => datagram.length <= 128)).to.equal(true);
    registry.close();
  });

  const wrong: readonly (readonly [options: object, message: string])[] = [
    [
      { endpoint: 'a b' },
      'the option endpoint of a StatsD exporter is no place to send to; given "a b"; allowed: HOST:PORT',
    ],
    [{ endpoint: 'host:0' }, 'given "host:0"'],
    [{ endpoint: 'host:99999' }, 'given "host:99999"'],
    [{ endpoint: '::1' }, 'given "::1"'],
    [{ endpoint: `unix:/${'x'.repeat(200)}` }, 'a path of at most 1'],
    [{ maxDatagramBytes: 10 }, 'maxDatagramBytes of a StatsD exporter does not fit; given 10'],
    [
      { tags: 'influx' },
      'tags of a StatsD exporter does not fit; given "influx"; allowed: "none", "dogstatsd"',
    ],
    [{ histograms: 'ms' }, 'histograms of a StatsD exporter does not fit; given "ms"'],
    [{ prefix: 'a:b|' }, 'prefix of a StatsD exporter does not fit; given "a:b|"'],
  ];
  for (const [options, message] of wrong) {
    it(`refuses ${JSON.stringify(options).slice(0, 60)}`, () => {
      const registry = openLedger();
      const error = thrownBy(() => startStatsd({ registry, ...options }));
      expect(error).to.be.instanceOf(ExporterError);
      expect(error.message).to.include(message);
      registry.close();
    });
  }

  it('needs no options', async () => {
    const registry = openLedger();
    await withExporter(registry, createStatsdExporter(), never, async (running) => {
      // Whether anybody listens there or not is none of the program's business.
      await running.flush();
      expect(running.counts.succeeded + running.counts.failed).to.equal(1);
    });
    registry.close();
  });

  describe('on a Unix socket', () => {
    let folder: string;
    before(async function () {
      await needPython(this);
    });
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'vsr-metrics-unix-'));
    });
    let children: ChildProcess[] = [];
    afterEach(async () => {
      for (const child of children) child.kill('SIGKILL');
      children = [];
      await rm(folder, { recursive: true });
    });

    async function startUnixServer(path: string, waitSeconds: number) {
      const script = inPackage('test', 'export', 'statsd', 'unix_server.py');
      const { LD_PRELOAD, ...env } = process.env;
      const child = spawn('python3', [script, path, String(waitSeconds)], { env });
      children.push(child);
      let text = '';
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      await until(() => text.startsWith('ready'));
      return async (): Promise<string[]> => {
        child.stdin.end();
        await once(child, 'close');
        return JSON.parse(text.slice('ready\n'.length)) as string[];
      };
    }

    /** The lines of the one counter, once the server has ended. */
    async function counted(received: () => Promise<string[]>): Promise<string[]> {
      const lines = (await received()).flatMap((datagram) => datagram.split('\n'));
      return lines.filter((line) => line.startsWith(name));
    }

    it('waits for a receiver whose queue is full, and adds up', async () => {
      const path = join(folder, 'statsd.sock');
      const received = await startUnixServer(path, 0.3);
      const registry = openLedger();
      const running = startStatsd({
        registry,
        endpoint: `unix:${path}`,
        maxDatagramBytes: 512,
        ...never,
      });
      for (let index = 0; index < 1000; index++) {
        registry.metrics.transfers.with({ outcome: 'ok', account: `${index}` }).inc(index);
      }
      expect(await running.close()).to.equal(true);
      const datagrams = await received();
      expect(datagrams.length).to.be.above(50);
      expect(datagrams.every((datagram) => datagram.length <= 512)).to.equal(true);
      const total = datagrams
        .flatMap((datagram) => datagram.split('\n'))
        .filter((line) => line.startsWith('ledger_transfers_total'))
        .reduce((sum, line) => sum + Number(/:(\d+)\|c$/.exec(line)![1]), 0);
      expect(total).to.equal((999 * 1000) / 2);
      registry.close();
    });

    it('has everything after process.exit()', async () => {
      const path = join(folder, 'statsd.sock');
      const received = await startUnixServer(path, 0);
      const args = [`unix:${path}`, 'during'];
      const { code, stderr } = await runFixture('exiting-while-exporting', { args });
      expect([code, stderr]).to.eql([0, '']);
      const total = (await received())
        .flatMap((datagram) => datagram.split('\n'))
        .filter((line) => line.startsWith('ledger_transfers_total'))
        .reduce((sum, line) => sum + Number(/:(\d+)\|c$/.exec(line)![1]), 0);
      expect(total).to.equal(9 * 1000);
    });

    it('keeps everything while nobody listens, and sends it then', async () => {
      const path = join(folder, 'late.sock');
      const registry = openLedger();
      const counter = registry.metrics.transfers.with({ outcome: 'ok', account: 'a' });
      const exporter = createStatsdExporter({ endpoint: `unix://${path}` });
      await withExporter(registry, exporter, never, async (running, warnings) => {
        counter.inc(3);
        expect(await running.flush()).to.equal(false);
        counter.inc(4);
        expect(await running.flush()).to.equal(false);
        expect(warnings.join()).to.include(`ENOENT: unix:${path}`);
        const first = await startUnixServer(path, 0);
        counter.inc(5);
        expect(await running.flush()).to.equal(true);
        expect(await counted(first)).to.deep.equal([`${name}:12|c`]);
        // A server that starts again makes its socket anew.
        await rm(path);
        const second = await startUnixServer(path, 0);
        counter.inc(6);
        expect(await running.flush()).to.equal(true);
        expect(await counted(second)).to.deep.equal([`${name}:6|c`]);
      });
      registry.close();
    });
  });
});
