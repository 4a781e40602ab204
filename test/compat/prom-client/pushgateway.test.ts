// What reaches a Pushgateway: a real HTTP server that writes down everything it is sent.

import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { type Client, ours, outcome, theirs } from './both.js';

interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

describe('Pushgateway', () => {
  let server: Server;
  let base: string;
  let received: Received[];

  before(async () => {
    server = createServer(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      const body = Buffer.concat(parts);
      const isCompressed = request.headers['content-encoding'] === 'gzip' && body.length > 0;
      const { method, url, headers } = request;
      received.push({ method, url, headers, body: String(isCompressed ? gunzipSync(body) : body) });
      if (url?.includes('hang')) return;
      response.statusCode = url?.includes('refuse') ? 400 : 202;
      response.end(`answer to ${method}`);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  beforeEach(() => {
    received = [];
  });

  after(() => {
    server.closeAllConnections();
    server.close();
  });

  /** Everything a program may do with a gateway, and what came of it. */
  async function push(client: Client): Promise<{ received: Received[]; outcomes: string[] }> {
    received = [];
    const registry = new client.Registry();
    new client.Counter({ name: 'pushed_total', help: 'Pushed', registers: [registry] }).inc(3);
    const plain = new client.Pushgateway(base, undefined, registry);
    const inFolder = new client.Pushgateway(`${base}/folder/?x=1`, { timeout: 5000 }, registry);
    const zipped = () =>
      new client.Pushgateway(
        base,
        { headers: { 'Content-Encoding': 'gzip', 'X-Team': 'shop' }, auth: 'user:secret' },
        registry,
      );
    const anyJob = new client.Pushgateway(base, { requireJobName: false }, registry);
    const impatient = new client.Pushgateway(base, { timeout: 50 }, registry);
    const outcomes: string[] = [];
    const did = async (call: () => Promise<{ body?: unknown }>) => {
      outcomes.push(await outcome(async () => (await call()).body));
    };
    await did(() => plain.pushAdd({ jobName: 'backup' }));
    await did(() => plain.push({ jobName: 'a/b c', groupings: { zone: 'é/1', rack: '2' } }));
    await did(() => plain.delete({ jobName: 'backup' }));
    await did(() => inFolder.push({ jobName: 'backup' }));
    await did(() => zipped().pushAdd({ jobName: 'backup' }));
    await did(() => zipped().delete({ jobName: 'backup' }));
    await did(() => anyJob.push(undefined as never));
    await did(() => plain.push({ jobName: 'refuse' }));
    await did(() => impatient.push({ jobName: 'hang' }));
    return { received, outcomes };
  }

  it('sends what prom-client sends, and answers alike', async () => {
    const expected = await push(theirs);
    const seen = await push(ours);
    expect(seen.outcomes).to.deep.equal(expected.outcomes);
    expect(seen.received).to.deep.equal(expected.received);
    expect(seen.received.map(({ method }) => method).join()).to.equal(
      'POST,PUT,DELETE,PUT,POST,DELETE,PUT,PUT,PUT',
    );
    expect(seen.received[1]!.url).to.equal('/metrics/job/a%2Fb%20c/zone/%C3%A9%2F1/rack/2');
    expect(seen.received[4]!.body).to.match(/^pushed_total 3$/m);
  });

  it('goes on compressing after a delete', async () => {
    const registry = new ours.Registry();
    const headers = { 'Content-Encoding': 'gzip' };
    const gateway = new ours.Pushgateway(base, { headers }, registry);
    await gateway.delete({ jobName: 'backup' });
    await gateway.push({ jobName: 'backup' });
    expect(received.map((each) => each.headers['content-encoding'])).to.eql([undefined, 'gzip']);
  });

  it('rejects when nobody answers, and when the metrics cannot be had', async () => {
    const registry = new ours.Registry();
    const away = new ours.Pushgateway('http://127.0.0.1:1', undefined, registry);
    expect(await outcome(() => away.push({ jobName: 'a' }))).to.match(/ECONNREFUSED/);
    const collect = () => {
      throw new Error('no reading');
    };
    new ours.Gauge({ name: 'failing', help: 'Fails', registers: [registry], collect });
    const gateway = new ours.Pushgateway(base, undefined, registry);
    expect(await outcome(() => gateway.push({ jobName: 'a' }))).to.equal('Error: no reading');
  });
});
