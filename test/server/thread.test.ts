import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { vsr } from '../../lib/catalogues/index.js';
import { createHealthChecks } from '../../lib/health/index.js';
import { createRegistry, readRegistry, ServerError } from '../../lib/index.js';
import { type ServerOptions, startServer } from '../../lib/server/index.js';
import { newFile, removeAll } from '../sharing/processes.js';
import { runProgram } from '../support/processes.js';
import { get, lookUntil, until } from './requests.js';

const program = (name: string) => fileURLToPath(new URL(`./programs/${name}.js`, import.meta.url));

describe("a server's own thread", function () {
  this.timeout(60_000);
  const ends: (() => unknown)[] = [];

  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
    await removeAll();
  });

  function open(file?: string) {
    const where = file === undefined ? {} : { file };
    const registry = createRegistry({ catalogue: vsr, fixedLabels: { replica_id: '0' }, ...where });
    ends.push(() => registry.close());
    // A cluster of one that does well.
    registry.metrics.replicaStatus.set(0);
    registry.metrics.viewNumber.set(0);
    registry.metrics.clusterSize.set(1);
    return registry;
  }

  async function start(options: ServerOptions) {
    const server = await startServer({ port: 0, ...options });
    ends.unshift(() => server.close());
    return server;
  }

  /** A program whose threads throw when the file `crash` appears. */
  async function run(name: string, crash = '') {
    const execArgv = crash === '' ? [] : ['--expose-gc'];
    const env = { ...process.env, VSR_METRICS_CRASH: crash };
    const child: ChildProcess = fork(program(name), { execArgv, env });
    ends.unshift(() => child.kill('SIGKILL'));
    const [{ url }] = (await once(child, 'message')) as [{ url: string }];
    return { child, url };
  }

  for (const kind of ['in memory', 'in a file'] as const) {
    it(`reads a region ${kind}, and claims no lane of it`, async () => {
      const file = kind === 'in a file' ? newFile() : undefined;
      const capacity = { lanes: 1 };
      const registry = createRegistry({
        catalogue: vsr,
        fixedLabels: { replica_id: '0' },
        capacity,
        ...(file !== undefined && { file }),
      });
      ends.push(() => registry.close());
      const { url } = await start({ registry });
      for (const view of [1, 2, 3]) {
        registry.metrics.viewNumber.set(view);
        expect((await get(url)).text).to.include(`vsr_view_number{replica_id="0"} ${view}\n`);
      }
      registry.metrics.prepareLatency.record(0.7);
      const { text } = await get(url);
      expect(text).to.include('vsr_prepare_latency_ms_bucket{replica_id="0",le="1"} 1\n');
      expect((await get(new URL('/', url))).headers.get('content-type')).to.match(/^text\/html/);
    });
  }

  it('answers with fresh values while the event loop is blocked, and says that it is', async () => {
    const { child, url } = await run('blocking');
    const codeOf = async (path: string) => (await get(new URL(path, url))).status;
    expect(await codeOf('/health/live')).to.equal(200);
    expect(await codeOf('/health')).to.equal(200);
    const messages: { blocking: boolean }[] = [];
    child.on('message', (message) => messages.push(message as { blocking: boolean }));
    child.send({ blockMs: 4500 });
    await until(() => messages.length === 1);
    let before = 0;
    let scrapes = 0;
    const seen = new Set<string>();
    while (messages.length === 1) {
      const { text } = await get(url);
      const now = Number(/^vsr_operations_total\{.*"success"\} (\d+)$/m.exec(text)![1]);
      if (messages.length > 1) break;
      expect(now).to.be.at.least(before);
      if (now > before) scrapes++;
      before = now;
      seen.add(`live ${await codeOf('/health/live')}`);
      seen.add(`health ${await codeOf('/health')}`);
      const { json } = await get(new URL('/api/v1/health', url));
      seen.add(`loop is ${json.checks[0].status}`);
      await delay(50);
    }
    // More than once: what it showed was not from before the block.
    expect(scrapes).to.be.above(1);
    expect([...seen]).to.include.members(['live 200', 'live 503', 'health 503', 'loop is unknown']);
    await until(async () => (await codeOf('/health/live')) === 200);
    child.kill('SIGKILL');
  });

  it('has what checks find on the main thread', async () => {
    const registry = open();
    const health = createHealthChecks();
    ends.push(() => health.close());
    let status: 'healthy' | 'unhealthy' = 'healthy';
    health.add('database', () => ({ status, message: 'm' }), { cacheMs: 0 });
    await health.run();
    const { url } = await start({ registry, health });
    expect((await get(new URL('/health', url))).json.checks).to.eql({ database: 'ok' });
    status = 'unhealthy';
    await health.run();
    const reply = await lookUntil(
      () => get(new URL('/health', url)),
      ({ status: code }) => code === 503,
    );
    expect(reply.json.checks).to.eql({ database: 'unhealthy: m' });
  });

  it('listens to health checks no longer than it serves', async () => {
    const registry = open();
    let listeners = 0;
    const health = {
      results: () => [],
      onResults: () => {
        listeners++;
        return () => {
          listeners--;
        };
      },
    };
    const server = await start({ registry, health });
    expect(listeners).to.equal(1);
    await start({ registry, health, port: server.port }).catch(() => undefined);
    expect(listeners).to.equal(1);
    await server.close();
    expect(listeners).to.equal(0);
  });

  it('is started again when it ends by itself, on the same port, and says so', async () => {
    const trigger = join(tmpdir(), `vsr-metrics-crash-${process.pid}`);
    ends.push(() => rmSync(trigger, { force: true }));
    const { child, url } = await run('crashing', trigger);
    const messages: unknown[] = [];
    child.on('message', (message) => messages.push(message));
    expect((await get(url)).status).to.equal(200);
    await delay(500);
    writeFileSync(trigger, '');
    await until(() => messages.length > 0 && !existsSync(trigger));
    expect((messages[0] as { error: string }).error).to.match(/^server: Error: as it was told\n/);
    const reply = await lookUntil(
      () => get(url).catch(() => undefined),
      (found) => found !== undefined,
    );
    expect(reply?.text).to.include('vsr_view_number{replica_id="0"} 7\n');
    child.kill('SIGKILL');
  });

  it('is given up when it ends again and again', async () => {
    const trigger = join(tmpdir(), `vsr-metrics-crash-always-${process.pid}`);
    ends.push(() => rmSync(trigger, { force: true }));
    const { child } = await run('crashing', trigger);
    const messages: { error?: string; closed?: string }[] = [];
    child.on('message', (message) => messages.push(message as object));
    const again = setInterval(() => writeFileSync(trigger, ''), 20);
    ends.unshift(() => clearInterval(again));
    await until(() => messages.some(({ closed }) => closed !== undefined));
    const given = messages.find(({ closed }) => closed !== undefined)!.closed;
    expect(given).to.equal('VSR_METRICS_SERVER_ENDED');
  });

  for (const how of ['--import', '--require', 'NODE_OPTIONS'] as const) {
    it(`runs nothing that the program preloads by ${how}`, async () => {
      const preload = pathToFileURL(program('preloaded')).href;
      const required = program('preloaded').replace(/js$/, 'cjs');
      const args = how === '--require' ? ['--require', required] : ['--import', preload];
      const environment = how === 'NODE_OPTIONS' ? { NODE_OPTIONS: args.join(' ') } : {};
      const execArgv = how === 'NODE_OPTIONS' ? [] : args;
      const { code, stdout, stderr } = await runProgram(
        process.execPath,
        [...execArgv, program('ending-soon')],
        { environment },
      );
      expect([code, stderr]).to.eql([0, '']);
      // One server, of the main thread: it ends with the program.
      expect(stdout).to.match(/^listening in thread 0\nthe program\nanswered 200\n$/);
    });
  }

  it('starts no server in the thread of one', async () => {
    const { code, stdout } = await runProgram(process.execPath, [program('in-own-thread')]);
    expect(code).to.equal(0);
    expect(stdout).to.equal(
      'VSR_METRICS_SERVER_OPTIONS: the option thread of a server does not fit; given "the thread ' +
        'of a server"; allowed: any other thread, from which it is started\n',
    );
  });

  it('counts requests without the token', async () => {
    const registry = open();
    const { url } = await start({ registry, token: 's3cret' });
    const refused = (reason: string) =>
      registry.snapshot().value('vsr_metrics_server_unauthorized_total', { reason });
    expect([refused('token'), refused('host')]).to.eql([0, 0]);
    for (let each = 0; each < 3; each++) expect((await get(url)).status).to.equal(401);
    await until(() => refused('token') === 3);
    const headers = { authorization: 'Bearer s3cret' };
    expect((await get(url, { headers })).text).to.include(
      'vsr_metrics_server_unauthorized_total{reason="token"} 3\n',
    );
  });

  it('shows the file of another program, and whether that runs', async () => {
    const file = newFile();
    const writer = open(file);
    writer.metrics.viewNumber.set(7);
    const { url } = await start({ registry: readRegistry(file) });
    expect((await get(url)).text).to.include('vsr_view_number{replica_id="0"} 7\n');
    expect((await get(new URL('/health/ready', url))).status).to.equal(200);
  });

  it('does not take a source, or checks that tell nobody', async () => {
    const registry = open();
    const source = { snapshot: () => registry.snapshot(), history: () => [] };
    const refused = async (options: ServerOptions) =>
      startServer({ port: 0, ...options }).then(
        () => undefined,
        (error: unknown) => error,
      );
    expect(await refused({ source, thread: true })).to.be.instanceOf(ServerError);
    const health = { results: () => [] };
    expect(await refused({ registry, health })).to.be.instanceOf(ServerError);
  });
});
