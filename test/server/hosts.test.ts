// Which hosts are answered: whoever controls a name on the web can give it the address of this machine.

import { hostname } from 'node:os';
import { expect } from 'chai';
import { vsr } from '../../lib/catalogues/index.js';
import { hostCheck } from '../../lib/http/host-check.js';
import { createRegistry } from '../../lib/index.js';
import { type ServerOptions, startServer } from '../../lib/server/index.js';
import { mount, sendRaw } from './requests.js';

describe('the hosts that are answered', () => {
  const registry = createRegistry({ catalogue: vsr, fixedLabels: { replica_id: '0' } });
  const ends: (() => unknown)[] = [];

  after(() => registry.close());
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  async function start(options: Partial<ServerOptions> = {}): Promise<number> {
    const server = await startServer({ registry, port: 0, ...options });
    ends.unshift(() => server.close({ drainMs: 100 }));
    return server.port;
  }

  async function ask(port: number, host: string, path = '/metrics'): Promise<[number, string]> {
    const request = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
    const answer = await sendRaw(port, request);
    return [Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]), answer.split('\r\n\r\n')[1] ?? ''];
  }

  it('are addresses and names that nobody else can have', () => {
    const isAnswered = hostCheck([]);
    const own = hostname();
    for (const host of [
      ...['127.0.0.1', '127.0.0.1:9464', '10.1.2.3:80', '[::1]:9464', '[fe80::1]', 'localhost'],
      ...['LOCALHOST:9464', 'localhost.:1', 'page.localhost', own, `${own.toUpperCase()}:9464`],
    ]) {
      expect(isAnswered(host), host).to.equal(true);
    }
    for (const host of [
      ...['evil.example', 'evil.example:9464', '127.0.0.1.evil.example', 'localhost.evil.example'],
      ...['evillocalhost', '', ':9464', '0x7f.1', '127.1', `${own}.evil.example`, '[::1].evil'],
      ...['[evil.example]', '127.0.0.1@evil.example', 'evil.example#localhost'],
    ]) {
      expect(isAnswered(host), host).to.equal(false);
    }
    // Browsers always say which host they mean.
    expect(isAnswered(undefined)).to.equal(true);
  });

  it('are those that are allowed besides', () => {
    const isAnswered = hostCheck(['metrics.internal', '.svc']);
    for (const host of ['metrics.internal:1', 'METRICS.internal', 'a.svc', 'b.a.svc:1', 'svc']) {
      expect(isAnswered(host), host).to.equal(true);
    }
    for (const host of ['x.metrics.internal', 'asvc', 'svc.evil.example']) {
      expect(isAnswered(host), host).to.equal(false);
    }
    expect(hostCheck(['*'])('evil.example')).to.equal(true);
  });

  for (const thread of [true, false]) {
    it(`are told so by a server, thread: ${thread}`, async () => {
      const port = await start({ thread, allowedHosts: ['ledger.internal'] });
      for (const path of ['/metrics', '/', '/api/v1/events', '/health/live', '/nothing']) {
        expect(await ask(port, 'evil.example', path), path).to.eql([
          403,
          'The host "evil.example" is not answered; the option allowedHosts names those that are.\n',
        ]);
      }
      for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, 'ledger.internal']) {
        expect((await ask(port, host))[0], host).to.equal(200);
      }
    });
  }

  it('are all where a token is needed: a page on the web has none', async () => {
    const port = await start({ token: 's3cret' });
    expect((await ask(port, 'evil.example'))[0]).to.equal(401);
  });

  it('are those of its application for a handler, unless it is told some', async () => {
    const [all, few] = [await mount({ registry }), await mount({ registry, allowedHosts: ['a'] })];
    ends.push(all.close, few.close);
    const portOf = ({ url }: { url: string }) => Number(new URL(url).port);
    expect((await ask(portOf(all), 'evil.example'))[0]).to.equal(200);
    expect((await ask(portOf(few), 'evil.example'))[0]).to.equal(403);
  });
});
