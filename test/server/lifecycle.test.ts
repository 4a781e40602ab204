// From the first request to the last.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { readRegistry, ServerError } from '../../lib/index.js';
import type { ServerOptions } from '../../lib/server/index.js';
import { newFile, removeAll } from '../sharing/processes.js';
import { largeServers } from './large-servers.js';
import { fill } from './many-series.js';
import { get, lookUntil, sendRaw, until } from './requests.js';

describe('the life of a server', function () {
  this.timeout(60_000);
  const { registry, ends, start } = largeServers();

  async function failure(options: Partial<ServerOptions>): Promise<ServerError> {
    const error = await start(options).catch((error: unknown) => error);
    expect(error).to.be.instanceOf(ServerError);
    return error as ServerError;
  }

  for (const thread of [true, false]) {
    describe(thread ? 'in its own thread' : 'in this thread', () => {
      it('says where it listens, or why it cannot', async () => {
        const { url, port, address } = await start({ thread });
        expect([address, url]).to.eql(['127.0.0.1', `http://127.0.0.1:${port}/metrics`]);
        const taken = await failure({ thread, port });
        expect(taken.code).to.equal('VSR_METRICS_SERVER_LISTEN');
        expect(taken.message).to.equal(
          `cannot listen on 127.0.0.1 port ${port}: another program listens there; ` +
            'take another port, or 0 for a free one',
        );
        const elsewhere = await failure({ thread, host: '192.0.2.1' });
        expect(elsewhere.message).to.include('this machine has no such address');
      });

      it('turns unready first, goes on, and then is gone', async () => {
        const server = await start({ thread });
        const codeOf = async (path: string) => (await get(new URL(path, server.url))).status;
        const closing = server.close({ readinessDelayMs: 1500 });
        await until(async () => (await codeOf('/health/ready')) !== 200);
        expect([await codeOf('/health/ready'), await codeOf('/health/live')]).to.eql([503, 503]);
        expect(await codeOf('/metrics')).to.equal(200);
        await closing;
        await server.closed;
        const [gone] = await once(connect(server.port, '127.0.0.1').unref(), 'close').catch(
          (error: NodeJS.ErrnoException) => [error.code],
        );
        expect(gone).to.equal('ECONNREFUSED');
        await server.close();
      });

      it('finishes the answers that are on their way, and holds no idle connection', async () => {
        fill(registry);
        const server = await start({ thread });
        const page = (await get(server.url, { headers: { 'accept-encoding': 'identity' } })).text;
        const answers = 12;
        const idle = connect(server.port, '127.0.0.1');
        idle.on('error', () => undefined);
        idle.write('GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n');
        await once(idle, 'data');
        const scrapes = Array.from({ length: 8 }, () =>
          sendRaw(server.port, 'GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'),
        );
        // More than fits into the buffers in between, and read late: it is on its way until then.
        const late = connect(server.port, '127.0.0.1');
        late.on('error', () => undefined);
        let received = 0;
        late.on('data', (chunk) => {
          received += chunk.length;
        });
        late.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(answers));
        await until(() => received > 0);
        late.pause();
        setTimeout(() => late.resume(), 500);
        const answered = Promise.all(scrapes);
        // Longer than this test may take: a server that waited for an idle connection would fail it.
        await server.close({ drainMs: 600_000 });
        // The answers that were on their way are what it waited for, and the idle one went with it.
        await until(() => idle.closed);
        for (const answer of await answered) {
          const length = Number(/content-length: (\d+)/i.exec(answer)?.[1] ?? Number.NaN);
          const body = answer.slice(answer.indexOf('\r\n\r\n') + 4);
          // Whole, or not begun.
          if (answer !== '') expect(body.length).to.equal(length);
        }
        await until(() => late.closed);
        expect(received).to.be.at.least(answers * page.length);
        idle.destroy();
      });
    });
  }

  it('waits for a port that is about to be free', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const starting = start({ port, waitForPortMs: 30_000 });
    setTimeout(() => other.close(), 300);
    const server = await starting;
    expect(server.port).to.equal(port);
    expect((await get(server.url)).status).to.equal(200);
  });

  it('takes over a port without a gap where Node.js can, and says where it cannot', async () => {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    if (major < 22 || (major === 22 && minor < 12)) {
      expect((await failure({ reusePort: true })).message).to.include('22.12');
      return;
    }
    const first = await start({ reusePort: true });
    const second = await start({ reusePort: true, port: first.port });
    await first.close();
    for (let scrape = 0; scrape < 20; scrape++) {
      expect((await get(second.url)).status).to.equal(200);
    }
  });

  describe('in a program @slow', () => {
    const program = fileURLToPath(new URL('./programs/ending.js', import.meta.url));

    async function run(options: object, setUp = ''): Promise<{ child: ChildProcess; url: string }> {
      const command = [process.execPath, program, JSON.stringify(options)];
      const child = spawn('sh', ['-c', `${setUp} exec "$@"`, 'sh', ...command], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      ends.unshift(() => child.kill('SIGKILL'));
      const [url] = (await once(createInterface(child.stdout!), 'line')) as [string];
      return { child, url };
    }

    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      it(`ends in order on ${signal}`, async () => {
        const { child, url } = await run({ readinessDelayMs: 2000 });
        const ready = async () => (await get(new URL('/health/ready', url))).status;
        expect(await ready()).to.equal(200);
        child.kill(signal);
        await until(async () => (await ready()) === 503);
        const [exitCode, by] = await once(child, 'exit');
        expect([exitCode, by]).to.eql([null, signal]);
      });
    }

    it('ends at once on a second signal', async () => {
      const { child, url } = await run({ readinessDelayMs: 600_000 });
      child.kill('SIGTERM');
      await until(async () => (await get(new URL('/health/ready', url))).status !== 200);
      child.kill('SIGTERM');
      expect((await once(child, 'exit'))[1]).to.equal('SIGTERM');
    });

    for (const thread of [true, false]) {
      it(`outlives that it may open no more files, thread: ${thread}`, async () => {
        const { child, url } = await run({ thread }, 'ulimit -n 64;');
        const port = Number(new URL(url).port);
        const sockets = Array.from({ length: 150 }, () => connect(port, '127.0.0.1'));
        for (const socket of sockets) socket.on('error', () => undefined);
        await Promise.all(
          sockets.map(
            (socket) =>
              new Promise((resolve) => socket.once('ready', resolve).once('close', resolve)),
          ),
        );
        for (const socket of sockets) socket.destroy();
        const scrape = () => get(url).catch(() => undefined);
        const reply = await lookUntil(scrape, (found) => found !== undefined);
        expect([reply?.status, child.exitCode]).to.eql([200, null]);
      });
    }

    for (const thread of [true, false]) {
      it(`keeps no process alive unless it is told to, thread: ${thread}`, async () => {
        const free = await run({ thread, holdProcess: false });
        const kept = await run({ thread });
        await until(() => free.child.exitCode !== null);
        expect(free.child.exitCode).to.equal(0);
        expect(kept.child.exitCode).to.equal(null);
        expect((await get(kept.url)).status).to.equal(200);
      });
    }

    it('closes its registry too: an orderly end does not look like a crash', async () => {
      const file = newFile();
      const { child } = await run({ file });
      const reader = readRegistry(file);
      expect(reader.writer.closed).to.equal(false);
      child.kill('SIGTERM');
      expect((await once(child, 'exit'))[1]).to.equal('SIGTERM');
      expect(reader.writer).to.include({ state: 'dead', closed: true });
      // The next one keeps no file of a crash beside its own.
      const next = await run({ file });
      expect(existsSync(`${file}.1`)).to.equal(false);
      next.child.kill('SIGKILL');
      await removeAll();
    });
  });
});
