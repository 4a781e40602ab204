// Servers that are asked by another one: real ones, and such as no server should be.

import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { vsr } from '../../lib/catalogues/index.js';
import { encodeSnapshot } from '../../lib/exposition/transfer.js';
import { createHealthChecks } from '../../lib/health/index.js';
import { createRegistry } from '../../lib/index.js';
import { type ClusterSource, createClusterSource } from '../../lib/server/index.js';
import { newFile, removeAll } from '../sharing/processes.js';
import { get, mount, until } from './requests.js';

const closing: (() => unknown)[] = [];

async function serve(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function registryOf(replica_id: string, file?: string) {
  const registry = createRegistry({
    catalogue: vsr,
    fixedLabels: { replica_id },
    ...(file !== undefined && { file }),
  });
  closing.push(() => registry.close());
  registry.metrics.replicaStatus.set(0);
  registry.metrics.viewNumber.set(7);
  for (let step = 1; step <= 1000; step++) registry.metrics.clientLatency.record(step / 7);
  return registry;
}

function watch(parts: Readonly<Record<string, string>>): ClusterSource {
  const source = createClusterSource({ sources: parts });
  closing.push(() => source.close());
  return source;
}

function stateOf(source: ClusterSource, name: string): string {
  const { status, message } = source.results().find((result) => result.name === name)!;
  return `${status}: ${message}`;
}

describe('a cluster of files and servers', function () {
  this.timeout(60_000);
  const warnings: Error[] = [];
  const collect = (warning: Error) => warnings.push(warning);
  before(() => process.on('warning', collect));
  after(() => process.off('warning', collect));
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
    await removeAll();
  });

  it('has the numbers of all, as exact as where they are from', async () => {
    const [one, other] = [registryOf('0'), registryOf('1')];
    const server = await mount({ registry: one });
    closing.push(() => server.close());
    const file = newFile();
    registryOf('2', file);
    const source = watch({ a: `${server.url}/metrics`, b: file });
    await until(() => stateOf(source, 'a') === 'healthy: ok');
    const snapshot = source.snapshot();
    expect(snapshot.value('vsr_view_number', { file: 'a', replica_id: '0' })).to.equal(7);
    expect(snapshot.value('vsr_view_number', { file: 'b', replica_id: '2' })).to.equal(7);
    const percentile = snapshot.histogram('vsr_client_latency_ms', { file: 'a' })!.percentile(99);
    const exact = other.snapshot().histogram('vsr_client_latency_ms')!.percentile(99);
    expect(percentile).to.equal(exact);
    expect(stateOf(source, 'b')).to.equal('healthy: ok');
  });

  it('has their past, under the labels that it gave them', async () => {
    const registry = registryOf('0');
    const server = await mount({ registry });
    closing.push(() => server.close());
    const source = watch({ a: server.url });
    const page = await mount({ source, health: source });
    closing.push(() => page.close());
    await until(() => registry.history('vsr_view_number').at(-1)?.value === 7);
    await until(() => stateOf(source, 'a') === 'healthy: ok');
    const { json } = await get(`${page.url}/api/v1/history?name=vsr_view_number&label.file=a`);
    expect(json.series).to.have.length(1);
    expect(json.series[0].labels).to.deep.equal({ file: 'a', replica_id: '0' });
    expect(json.series[0].points.at(-1).value).to.equal(7);
    const none = await get(`${page.url}/api/v1/history?name=vsr_view_number&label.file=b`);
    expect(none.json.series).to.deep.equal([]);
  });

  it('says what they say of themselves', async () => {
    const health = createHealthChecks();
    closing.push(() => health.close());
    health.add('disk', () => ({ status: 'degraded', message: 'nearly full' }));
    await health.run();
    const server = await mount({ registry: registryOf('0'), health });
    closing.push(() => server.close());
    const source = watch({ a: server.url });
    await until(() => stateOf(source, 'a') === 'degraded: it says that it is degraded');
  });

  it('shows what cannot be reached, and waits for nobody', async () => {
    const good = await mount({ registry: registryOf('0') });
    closing.push(() => good.close());
    const { takenAt } = registryOf('1').snapshot();
    const silent = await serve(() => undefined);
    const trickling = await serve((_, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      const timer = setInterval(() => response.write(' '), 100);
      response.on('close', () => clearInterval(timer));
    });
    const bomb = gzipSync(Buffer.alloc(33 << 20, ' '));
    const unfolding = await serve((_, response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(bomb);
    });
    const moved = await serve((_, response) => {
      response.writeHead(302, { Location: good.url }).end();
    });
    const lying = await serve((_, response) => {
      const empty = { version: 1, takenAt, startedAt: takenAt, families: [{ name: '<b>' }] };
      response.end(JSON.stringify({ snapshot: empty }));
    });
    const secret = await mount({ registry: registryOf('2'), token: 'secret' });
    closing.push(() => secret.close());
    const told = secret.url.replace('://', '://any:secret@');
    const gone = 'http://127.0.0.1:9';
    const source = watch({
      ...{ good: good.url, silent, trickling, unfolding, moved, lying, gone, told },
      closed: secret.url,
    });
    const expected: Readonly<Record<string, RegExp>> = {
      good: /^healthy: ok$/,
      told: /^healthy: ok$/,
      silent: /no answer within 2000 ms/,
      trickling: /no answer within 2000 ms/,
      unfolding: /more than 33554432 bytes/,
      moved: /cannot be read: .*redirect/,
      lying: /no snapshot/,
      gone: /ECONNREFUSED|bad port/,
      closed: /it answered with 401/,
    };
    await until(
      () => Object.entries(expected).every(([name, says]) => says.test(stateOf(source, name))),
      30_000,
    ).catch(() => undefined);
    for (const [name, says] of Object.entries(expected)) {
      expect(stateOf(source, name), name).to.match(says);
    }
    expect(warnings.join()).not.to.include(':secret@');
    const snapshot = source.snapshot();
    expect(snapshot.value('vsr_metrics_source_up', { file: 'silent' })).to.equal(0);
    expect(snapshot.value('vsr_metrics_source_up', { file: 'good' })).to.equal(1);
    expect(snapshot.family('vsr_view_number')!.series).to.have.length(2);
    // The past of the others comes although one that was asked does not answer.
    const page = await mount({ source });
    closing.push(() => page.close());
    expect((await get(`${page.url}/api/v1/history?name=vsr_view_number`)).status).to.equal(200);
  });

  it('notices that one is gone, and that it is back', async () => {
    const registry = registryOf('0');
    let isThere = true;
    const url = await serve((_, response) => {
      if (isThere) response.end(JSON.stringify({ snapshot: encodeSnapshot(registry.snapshot()) }));
      else response.destroy();
    });
    const source = watch({ a: url });
    const replicas = () => source.snapshot().family('vsr_view_number')?.series.length ?? 0;
    await until(() => replicas() === 1);
    isThere = false;
    await until(() => replicas() === 0);
    expect(stateOf(source, 'a')).to.match(/^unhealthy: http:.* cannot be read/);
    isThere = true;
    await until(() => replicas() === 1);
    await until(() => warnings.some(({ message }) => /can be read again/.test(message)));
  });
});
