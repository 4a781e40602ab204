// Who is answered: tokens and certificates.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { vsr } from '../../lib/catalogues/index.js';
import { createHealthChecks } from '../../lib/health/index.js';
import { createRegistry, ServerError } from '../../lib/index.js';
import { type ServerOptions, startServer } from '../../lib/server/index.js';
import { runProgram } from '../support/processes.js';
import { get } from './requests.js';

describe('access to the server', function () {
  this.timeout(60_000);
  const registry = createRegistry({ catalogue: vsr, fixedLabels: { replica_id: '0' } });
  registry.metrics.replicaStatus.set(0);
  registry.metrics.viewNumber.set(0);
  registry.metrics.clusterSize.set(1);
  const ends: (() => unknown)[] = [];

  after(() => registry.close());
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  async function start(options: Partial<ServerOptions>) {
    const server = await startServer({ registry, port: 0, ...options });
    ends.unshift(() => server.close({ drainMs: 100 }));
    return server;
  }

  describe('by a token', () => {
    const paths = [
      '/metrics',
      '/health',
      '/status',
      '/',
      '/api/v1/values',
      '/api/v1/events',
      '/nothing',
    ];
    const probes = ['/health/live', '/health/ready'];

    async function codes(url: string, all: readonly string[], authorization?: string) {
      const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
      const replies = all.map((path) => get(new URL(path, url), { headers, method: 'HEAD' }));
      return (await Promise.all(replies)).map(({ status }) => status);
    }

    it('is for those alone who show it', async () => {
      const { url } = await start({ token: 's3cret' });
      const all = [...paths, ...probes];
      const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;
      for (const authorization of [
        undefined,
        '',
        's3cret',
        'Bearer',
        'Bearer ',
        'Bearer s3cre',
        'Bearer s3crets',
        'Bearer S3CRET',
        'Token s3cret',
        basic('s3cret'.slice(1)),
        basic('s3cret:'),
        basic('a:b:s3cret'),
      ]) {
        const found = await codes(url, all, authorization);
        expect(found, String(authorization)).to.eql(all.map(() => 401));
      }
      const expected = [200, 200, 200, 200, 200, 200, 404, 200, 200];
      for (const authorization of ['Bearer s3cret', 'bearer  s3cret', basic('anyone:s3cret')]) {
        expect(await codes(url, all, authorization), authorization).to.eql(expected);
      }
    });

    it('says what to show, and nothing else', async () => {
      const { url } = await start({ token: 's3cret' });
      const { headers, text } = await get(url);
      const challenge = 'Bearer realm="vsr-metrics", Basic realm="vsr-metrics"';
      expect([headers.get('www-authenticate'), text]).to.eql([challenge, 'A token is needed.\n']);
    });

    it('is needed to be told why a probe fails', async () => {
      const health = createHealthChecks();
      ends.push(() => health.close());
      health.add('db', () => {
        throw new Error('connect failed for postgres://ledger:hunter2@db');
      });
      await health.run();
      for (const thread of [true, false]) {
        const { url } = await start({ token: 's3cret', openProbes: true, health, thread });
        const ready = new URL('/health/ready', url);
        expect(await get(ready)).to.deep.include({ status: 503, json: { status: 'not ready' } });
        const nobody = await get(new URL('/health/ready?replica_id=7', url));
        expect(nobody).to.deep.include({ status: 404, json: { status: 'unknown' } });
        const wrong = await get(ready, { headers: { authorization: 'Bearer x' } });
        expect(wrong).to.deep.include({ status: 503, json: { status: 'not ready' } });
        const { json } = await get(ready, { headers: { authorization: 'Bearer s3cret' } });
        expect(json.reasons).to.include(
          'check db is unhealthy: connect failed for postgres://***@db',
        );
      }
    });

    it('may leave out the probes', async () => {
      const { url } = await start({ token: 's3cret', openProbes: true });
      expect(await codes(url, probes)).to.eql([200, 200]);
      expect(await codes(url, paths)).to.eql(paths.map(() => 401));
    });
  });

  it('is not given to everyone without a word', async () => {
    const program = fileURLToPath(new URL('./programs/open-server.js', import.meta.url));
    const { stdout } = await runProgram(process.execPath, ['--no-warnings', program]);
    const lines = stdout.trimEnd().split('\n');
    const addresses = lines.filter((line) => !line.startsWith('VSR_'));
    expect(addresses).to.eql(['127.0.0.1', '::1', '0.0.0.0', '0.0.0.0', '0.0.0.0']);
    // Once, and of the first one that has no token.
    expect(lines.filter((line) => line.startsWith('VSR_'))).to.eql([
      'VSR_METRICS_SERVER_OPEN: the server of metrics on 0.0.0.0 answers everyone who can reach ' +
        'it; a token keeps others out, and the host 127.0.0.1 keeps it on this machine',
    ]);
  });

  describe('by TLS', () => {
    let folder: string;

    before(() => {
      folder = mkdtempSync(join(tmpdir(), 'vsr-metrics-tls-'));
      for (const name of ['server', 'client']) {
        const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
        const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
        const files = ['-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.crt`)];
        const command = ['req', '-x509', '-days', '2', ...key, ...files, ...subject];
        execFileSync('openssl', command, { stdio: 'ignore' });
      }
    });
    after(() => rmSync(folder, { recursive: true }));

    const read = (name: string) => readFileSync(join(folder, name));

    function getSecurely(url: string, options: object): Promise<{ status: number; text: string }> {
      return new Promise((resolve, reject) => {
        request(url, { ca: read('server.crt'), agent: false, ...options }, (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk) => {
            text += chunk;
          });
          response.on('end', () => resolve({ status: response.statusCode!, text }));
        })
          .on('error', reject)
          .end();
      });
    }

    for (const thread of [true, false]) {
      it(`speaks HTTPS, ${thread ? 'in its own thread' : 'in this one'}`, async () => {
        const tls = { key: read('server.key'), cert: read('server.crt').toString() };
        const { url, port } = await start({ tls, thread });
        expect(url).to.equal(`https://127.0.0.1:${port}/metrics`);
        const { status, text } = await getSecurely(url, {});
        expect(status).to.equal(200);
        expect(text).to.include('vsr_view_number');
        const plainly = await get(url.replace('https', 'http')).catch((error) => error);
        expect(plainly).to.be.instanceOf(TypeError);
      });
    }

    it('asks for a certificate, if it shall', async () => {
      const clientCa = read('client.crt');
      const tls = { key: read('server.key'), cert: read('server.crt'), clientCa };
      const { url } = await start({ tls });
      const refused = await getSecurely(url, {}).catch((error: Error) => error);
      expect(refused).to.be.instanceOf(Error);
      const own = { key: read('client.key'), cert: read('client.crt') };
      expect((await getSecurely(url, own)).status).to.equal(200);
    });

    it('says when there is no key or certificate', async () => {
      for (const thread of [true, false]) {
        const error = await start({ tls: { key: 'x', cert: 'y' }, thread }).catch((error) => error);
        expect(error).to.be.instanceOf(ServerError);
        expect(error.message).to.match(/^the option tls of a server does not fit/);
      }
    });
  });
});
