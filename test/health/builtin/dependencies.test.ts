import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect } from 'chai';
import {
  databaseCheck,
  type HealthCheck,
  httpCheck,
  networkCheck,
  postgresCheck,
  redisCheck,
} from '../../../lib/health/index.js';
import { HealthError } from '../../../lib/index.js';
import { freePort } from '../../servers/ports.js';
import { until } from '../../support/until.js';
import { runOnce } from './running.js';

/** A server that does with each connection what it is told, and where it listens. */
class OddServer {
  readonly sockets: Socket[] = [];
  readonly #server: Server;

  constructor(onConnection: (socket: Socket) => void) {
    this.#server = createServer((socket) => {
      this.sockets.push(socket.on('error', () => undefined));
      onConnection(socket);
    });
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.#server.close();
  }
}

describe('health checks of other programs', () => {
  const odd: OddServer[] = [];
  const listening = (onConnection: (socket: Socket) => void): Promise<string> => {
    const server = new OddServer(onConnection);
    odd.push(server);
    return server.listen();
  };
  afterEach(() => {
    for (const server of odd.splice(0)) server.close();
  });

  describe('network', () => {
    it('reaches all, some or too few', async () => {
      const [first, second] = [await listening(() => undefined), await listening(() => undefined)];
      const nobody = `127.0.0.1:${await freePort()}`;
      const run = (addresses: string[], least = 1) => runOnce(networkCheck({ addresses, least }));
      expect((await run([first, second])).message).to.equal('all can be reached');
      const some = await run([first, nobody, second], 2);
      expect(some).to.include({ status: 'degraded', message: `${nobody} cannot be reached` });
      expect(some.details[first]).to.match(/^reached in [\d.]+ ms$/);
      expect(some.details[nobody]).to.equal(`connect ECONNREFUSED ${nobody}`);
      expect(await run([first, nobody], 2)).to.include({ status: 'unhealthy' });
      expect(await run([nobody])).to.include({ status: 'unhealthy' });
    });

    it('reaches Unix sockets', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'vsr-metrics-network-'));
      const server = createServer().listen(join(folder, 'socket'));
      await once(server, 'listening');
      const check = networkCheck({ addresses: [`unix:${join(folder, 'socket')}`] });
      expect(await runOnce(check)).to.include({ status: 'healthy' });
      server.close();
      await rm(folder, { recursive: true, force: true });
      expect(await runOnce(check)).to.include({ status: 'unhealthy' });
    });
  });

  describe('HTTP', () => {
    let server: HttpServer;
    let url: string;
    let seen: string[] = [];
    before(async () => {
      server = createHttpServer((request, response) => {
        const status = Number(request.url!.slice(1));
        const location = `http://127.0.0.1:${(server.address() as AddressInfo).port}/200`;
        seen.push(
          `${request.url} ${request.headers.authorization} ${request.headers['x-api-key']}`,
        );
        if (request.url === '/moved') response.writeHead(302, { Location: location }).end();
        else if (request.url === '/endless') response.writeHead(200).write('more will come');
        else if (status > 0) response.writeHead(status, { 'X-Method': request.method }).end('body');
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    after(() => {
      server.closeAllConnections();
      server.close();
    });

    it('tells answers apart by their status', async () => {
      const run = (status: number, more = {}) =>
        runOnce(httpCheck({ url: `${url}/${status}`, ...more }));
      const good = await run(204);
      expect(good).to.include({ status: 'healthy' });
      expect(good.details).to.include({ status_code: '204' });
      expect(Number(good.details.response_time_ms)).to.be.at.least(0);
      expect(await run(404)).to.include({ status: 'degraded', message: 'it answered 404' });
      expect(await run(500)).to.include({ status: 'degraded' });
      expect(await run(503, { unhealthyStatus: [500, 599] })).to.include({ status: 'unhealthy' });
      expect(await run(404, { healthyStatus: [200, 404] })).to.include({ status: 'healthy' });
      expect(await run(200, { degradedMs: 0 })).to.include({ status: 'degraded' });
      expect(await run(200, { method: 'HEAD' })).to.include({ status: 'healthy' });
    });

    it('goes where it is told to go, and no further unless it may', async () => {
      const headers = { 'X-Api-Key': 'k' };
      seen = [];
      const moved = await runOnce(httpCheck({ url: `${url}/moved`, headers }));
      expect([moved.status, moved.message]).to.eql(['degraded', 'it answered 302']);
      expect(seen).to.eql(['/moved undefined k']);
      const follows = { url: `${url}/moved`, headers, followRedirects: true };
      expect(await runOnce(httpCheck(follows))).to.include({ status: 'healthy' });
    });

    it('shows a password to the server alone', async () => {
      seen = [];
      const withPassword = url.replace('//', '//ledger:hunter2@');
      expect(await runOnce(httpCheck({ url: `${withPassword}/200` }))).to.include({
        status: 'healthy',
      });
      const pair = Buffer.from('ledger:hunter2').toString('base64');
      expect(seen).to.eql([`/200 Basic ${pair} undefined`]);
      const cases = [
        () => httpCheck({ url: withPassword, headers: { 'a b': 'hunter2' } }),
        () => httpCheck({ url: withPassword, method: 'a b' }),
        () => httpCheck({ url: withPassword.replace('http', 'ftp') }),
        () => httpCheck({ url: withPassword, header: {} } as never),
      ];
      for (const run of cases) {
        expect(run)
          .to.throw(HealthError)
          .and.satisfy((error: Error) => {
            return !inspect(error).includes('hunter2');
          });
      }
    });

    it('does not wait for what is said, nor take it', async () => {
      const socket = await new Promise<Socket>((resolve, reject) => {
        server.once('request', ({ socket }) => resolve(socket));
        runOnce(httpCheck({ url: `${url}/endless` })).then(({ status, message }) => {
          if (status !== 'healthy') reject(new Error(message));
        }, reject);
      });
      await until(() => socket.destroyed);
    });

    it('is unhealthy without an answer, and lets go when its time is up', async () => {
      const nobody = await freePort();
      const { status, message } = await runOnce(httpCheck({ url: `http://127.0.0.1:${nobody}` }));
      expect([status, message]).to.eql(['unhealthy', `connect ECONNREFUSED 127.0.0.1:${nobody}`]);
      const silent = await listening((socket) => socket.resume());
      const late = await runOnce(httpCheck({ url: `http://${silent}` }), 500);
      expect(late).to.include({ status: 'unhealthy', message: 'it had not ended after 500 ms' });
      const [asked] = odd[0]!.sockets;
      await until(() => asked!.destroyed);
    });
  });

  describe('Redis and PostgreSQL', () => {
    const checks: Record<string, (address: string) => HealthCheck> = {
      redis: (address) => redisCheck({ address }),
      postgres: (address) => postgresCheck({ address }),
    };
    for (const [name, make] of Object.entries(checks)) {
      it(`${name}: are not taken for what speaks something else, or nothing`, async () => {
        const find = async (onConnection: (socket: Socket) => void) => {
          const { status, message } = await runOnce(make(await listening(onConnection)));
          expect(status).to.equal('unhealthy');
          return message;
        };
        const wrong = /^what listens there is no (Redis|PostgreSQL)$/;
        expect(await find((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))).to.match(
          wrong,
        );
        expect(await find((socket) => socket.end())).to.match(
          /closed the connection without an ans/,
        );
        expect(await find((socket) => socket.resetAndDestroy())).to.match(/ECONNRESET/);
        const flood = Buffer.alloc(2 << 20, name === 'redis' ? '+' : 'R\x7f');
        expect(await find((socket) => socket.end(flood))).to.match(/answered far too much/);
        const late = await runOnce(make(await listening((socket) => socket.resume())), 50);
        expect(late.message).to.equal('it had not ended after 50 ms');
        await until(() =>
          odd.at(-1)!.sockets.every(({ destroyed, readableEnded }) => destroyed || readableEnded),
        );
      });
    }

    it('understand answers that come byte by byte', async () => {
      const dribble = (answer: Buffer) => (socket: Socket) => {
        socket.setNoDelay(true);
        let at = 0;
        const timer = setInterval(() => {
          if (socket.destroyed || at === answer.length) clearInterval(timer);
          else socket.write(answer.subarray(at, ++at));
        }, 1);
      };
      const info = 'used_memory:95\r\nmaxmemory:100\r\n';
      const redis = Buffer.from(`+PONG\r\n$${info.length}\r\n${info}\r\n`);
      const found = await runOnce(redisCheck({ address: await listening(dribble(redis)) }));
      expect(found).to.include({ status: 'degraded', message: '95 % of maxmemory is used' });
      const postgres = Buffer.from('R\0\0\0\x08\0\0\0\x03', 'latin1');
      const address = await listening(dribble(postgres));
      expect(await runOnce(postgresCheck({ address }))).to.include({ status: 'healthy' });
    });
  });

  describe('database', () => {
    const database = {
      getDatabaseMetrics: async () => ({
        activeConnections: 10,
        totalConnections: 15,
        uptimeSeconds: 3600,
        version: '1.2.3',
      }),
      getQueryMetrics: async () => ({
        totalQueries: 1000,
        queriesPerSecond: 50,
        avgQueryLatencyMs: 25,
        p95QueryLatencyMs: 50,
        p99QueryLatencyMs: 100,
        slowQueries: 5,
        failedQueries: 1,
      }),
    };

    it('tells what the database tells', async () => {
      const { status, details } = await runOnce(databaseCheck(database));
      expect(status).to.equal('healthy');
      expect(details).to.include({
        active_connections: '10',
        total_connections: '15',
        uptime_seconds: '3600',
        version: '1.2.3',
        p99_query_latency_ms: '100',
      });
    });

    it('is degraded when it is slow, and unhealthy when it fails', async () => {
      const slow = await runOnce(databaseCheck(database, { degradedQueryP99Ms: 100 }));
      const message = '99 % of the queries took at most 100 ms';
      expect(slow).to.include({ status: 'degraded', message });
      expect(await runOnce(databaseCheck(database, { degradedMs: 0 }))).to.include({
        status: 'degraded',
      });
      const down = { getDatabaseMetrics: () => Promise.reject(new Error('connection lost')) };
      expect(await runOnce(databaseCheck(down))).to.include({
        status: 'unhealthy',
        message: 'connection lost',
      });
    });
  });

  it('refuse what makes no sense', () => {
    const address = (each: string) => () => redisCheck({ address: each });
    for (const each of ['', 'a b:1', 'host:0', 'host:65536', '[::zz]:1', 'http://host', 'unix:x']) {
      expect(address(each), each).to.throw('address of a redis check does not fit');
    }
    for (const each of ['host', 'host:1', '[::1]', '[::1]:1', '10.0.0.1:1', 'unix:/run/x']) {
      expect(address(each), each).not.to.throw();
    }
    expect(() => networkCheck({ addresses: ['host'] })).to.throw(
      'given "host"; allowed: HOST:PORT,',
    );
    expect(() => networkCheck({ addresses: [] })).to.throw('a list of 1 or more: HOST:PORT');
    expect(() => networkCheck({ addresses: ['a:1'], least: 2 })).to.throw('from 1 to 1');
    expect(() => httpCheck({ url: 'ftp://host' })).to.throw('given "ftp://host"');
    expect(() => httpCheck({ url: 'http://host', headers: { 'a b': '' } })).to.throw('what fetch');
    expect(() => httpCheck({ url: 'http://host', healthyStatus: [299, 200] })).to.throw(
      'healthySt',
    );
    expect(() => redisCheck({ client: {} as never })).to.throw('an object with ping()');
    expect(() => redisCheck({ username: 'me' })).to.throw('a username with a password');
    expect(() => postgresCheck({ user: 'a\0b' })).to.throw('user of a postgres check');
    expect(() => postgresCheck({ client: {} as never })).to.throw('an object with query()');
    expect(() => databaseCheck({} as never)).to.throw('an object with getDatabaseMetrics()');
  });
});
