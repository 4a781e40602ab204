// What clients can do to a server: nothing, to the others.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import type { RunningServer } from '../../lib/server/index.js';
import { largeServers } from './large-servers.js';
import { fill } from './many-series.js';
import { get, lookUntil, sendRaw } from './requests.js';

describe('limits of the server', function () {
  this.timeout(60_000);
  const { registry, ends, start } = largeServers();

  async function open({ port }: RunningServer, text = ''): Promise<Socket> {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    ends.unshift(() => socket.destroy());
    await once(socket, 'connect');
    socket.write(text);
    return socket;
  }

  function statusOf(answer: string): number {
    return Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
  }

  it('answer what is no request, or too much of one, with its code', async () => {
    const { port } = await start({ urlBytes: 1000, limits: { headerBytes: 4096 } });
    const line = (text: string, headers = '') =>
      sendRaw(port, `${text}\r\nHost: localhost\r\nConnection: close\r\n${headers}\r\n`);
    const cases: [string, number, Promise<string>][] = [
      ['a URL that is too long', 414, line(`GET /metrics?${'x'.repeat(1000)} HTTP/1.1`)],
      ['the longest URL', 200, line(`GET /metrics?${'x'.repeat(991)} HTTP/1.1`)],
      ['headers', 431, line('GET /metrics HTTP/1.1', `A: ${'x'.repeat(5000)}\r\n`)],
      ['a URL and headers', 431, line(`GET /metrics?${'x'.repeat(5000)} HTTP/1.1`)],
      ['no method', 400, line('FOO /metrics HTTP/1.1')],
      ['no HTTP', 400, line('hello')],
      ['HTTP/3', 400, line('GET /metrics HTTP/3.0')],
      ['no host', 400, sendRaw(port, 'GET /metrics HTTP/1.1\r\nConnection: close\r\n\r\n')],
      [
        'two lengths',
        400,
        line('GET /metrics HTTP/1.1', 'Content-Length: 1\r\nContent-Length: 2\r\n'),
      ],
      [
        'a length and chunks',
        400,
        line('POST /metrics HTTP/1.1', 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n'),
      ],
      ['a line break in a header', 400, line('GET /metrics HTTP/1.1', 'A\r: b\r\n')],
      ['other methods', 405, line('TRACE /metrics HTTP/1.1')],
      ['all of the server', 404, line('OPTIONS * HTTP/1.1')],
      ['as a proxy writes it', 200, line('GET http://x/metrics HTTP/1.1')],
    ];
    for (const [what, status, answer] of cases) {
      expect(statusOf(await answer), what).to.equal(status);
    }
  });

  it('open no path but those there are', async () => {
    const { port } = await start();
    for (const path of [
      '/../../../etc/passwd',
      '/page/../../../../etc/passwd',
      '/page/..%2f..%2fpackage.json',
      '/page/%2e%2e/index.js',
      '/page/main.js/..',
      '/page/',
      '/page/store.js%00.css',
      '//metrics',
      '/constructor',
      '/__proto__',
      '/metrics/',
    ]) {
      const answer = await sendRaw(
        port,
        `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
      );
      expect(statusOf(answer), path).to.equal(404);
    }
  });

  it('answer requests that come all at once, each, in their order', async () => {
    const { port } = await start();
    const paths = ['/health/live', '/metrics', '/status', '/nothing', '/health/ready'];
    const requests = paths
      .map((path) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
      .join('');
    const last = 'GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
    const answer = await sendRaw(port, requests + last);
    const codes = Array.from(answer.matchAll(/^HTTP\/1\.1 (\d+)/gm), ([, code]) => Number(code));
    expect(codes).to.eql([200, 200, 404, 404, 200, 200]);
  });

  it('end requests that never arrive, and serve the others meanwhile', async () => {
    const server = await start({ limits: { requestMs: 500 } });
    const silent = sendRaw(server.port, 'GET /metrics HTTP/1.1\r\nHost: localhost\r\n');
    const body = 'POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999\r\n\r\n';
    const slow = Array.from({ length: 50 }, async (_, index) => {
      const isBody = index % 10 === 0;
      const socket = await open(
        server,
        isBody ? body : 'GET /metrics HTTP/1.1\r\nHost: localhost\r\n',
      );
      let answer = '';
      socket.on('data', (chunk) => {
        answer += chunk;
      });
      const trickle = setInterval(() => socket.write('A: b\r\n'), 50);
      await new Promise((resolve) => socket.once('close', resolve));
      clearInterval(trickle);
      return isBody ? '' : answer;
    });
    await delay(100);
    for (let scrape = 0; scrape < 20; scrape++) {
      expect((await get(server.url)).status).to.equal(200);
    }
    expect(statusOf(await silent)).to.equal(408);
    // Of those that were still sending some get a reset before they can read the answer.
    for (const answer of await Promise.all(slow)) {
      expect(answer).to.match(/^(HTTP\/1\.1 408 Request Timeout\r\n|$)/);
    }
  });

  it('close the connection that has been idle for longest when there are too many', async () => {
    const server = await start({ limits: { connections: 4 } });
    const closed: number[] = [];
    const watch = await open(server, 'GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(watch, 'data');
    watch.on('close', () => closed.push(0));
    watch.resume();
    for (const number of [1, 2, 3]) {
      const idle = await open(server, 'GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await once(idle, 'data');
      idle.on('close', () => closed.push(number));
    }
    for (const expected of [[1], [1, 2], [1, 2, 3]]) {
      const answer = await sendRaw(
        server.port,
        'GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
      );
      expect(statusOf(answer)).to.equal(200);
      const next = await open(server, 'GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await once(next, 'data');
      expect(closed).to.eql(expected);
    }
  });

  it('let nobody in while all those there are busy, and then again', async () => {
    const server = await start({ limits: { connections: 2 } });
    const watching = ['GET /api/v1/events HTTP/1.1', 'GET /api/v1/events HTTP/1.1'].map((line) =>
      open(server, `${line}\r\nHost: localhost\r\n\r\n`),
    );
    const streams = await Promise.all(watching);
    for (const stream of streams) await once(stream, 'data');
    const request = 'GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
    expect(await sendRaw(server.port, request)).to.equal('');
    streams[0]!.destroy();
    const answer = await lookUntil(
      () => sendRaw(server.port, request),
      (found) => found !== '',
    );
    expect(statusOf(answer)).to.equal(200);
  });

  for (const [kind, limits, everyMs] of [
    ['takes nothing', { stalledMs: 500 }, 3000],
    ['takes nothing, but goes on sending', { answerMs: 1000 }, 50],
  ] as const) {
    it(`cut off a client that ${kind}, and serve the others meanwhile @slow`, async () => {
      fill(registry);
      const server = await start({ limits });
      const cutOff = Array.from({ length: 3 }, async () => {
        const socket = await open(
          server,
          'GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(10),
        );
        socket.pause();
        // Without reading nothing but an error of writing tells that the other side has closed.
        const sending = setInterval(() => socket.write('\r\n'), everyMs);
        await new Promise((resolve) => socket.once('error', resolve));
        clearInterval(sending);
      });
      for (let scrape = 0; scrape < 5; scrape++) {
        const { text } = await get(server.url);
        expect(text).to.include('test_events_total{kind="k19999"} 0\n');
      }
      await Promise.all(cutOff);
    });
  }

  it('let no label value into text, JSON or HTML', async () => {
    const kind = '</script><img src=x onerror=alert(1)>"\n# EOF\n\\x{a="b"} 1\r\u2028';
    registry.metrics.events.with({ kind }).inc(5);
    const server = await start();
    const { text, headers } = await get(server.url);
    expect(headers.get('x-content-type-options')).to.equal('nosniff');
    const escaped = kind.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
    const lines = text.split('\n').filter((line) => line.includes('onerror'));
    expect(lines).to.eql([`test_events_total{kind="${escaped}"} 5`]);
    expect(text).not.to.match(/^# EOF/m);
    const { json } = await get(new URL('/api/v1/values', server.url));
    const series = json.families.flatMap((family: { series: object[] }) => family.series);
    expect(series).to.deep.include({ labels: { kind }, value: 5 });
    const page = await get(new URL('/', server.url));
    expect(page.text).not.to.include('onerror');
  });
});
