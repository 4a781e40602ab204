// Four cluster workers serve HTTP and count requests; afterwards each is asked for the total.

import cluster from 'node:cluster';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { Agent, createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { attachRegistry, createRegistry } from '../../../lib/index.js';
import { proofCatalogue, steps } from '../../prove/catalogue.js';

const workers = 4;
const requests = 2000;
const file = process.env.REGION ?? `/dev/shm/vsr-metrics-cluster-${process.pid}.metrics`;

function fetchText(port: number, path: string, agent?: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ port, path, agent: agent ?? false }, (response) => {
      let text = '';
      response.on('data', (part) => {
        text += String(part);
      });
      response.on('end', () => resolve(text));
    }).on('error', reject);
  });
}

async function primary(): Promise<void> {
  const registry = createRegistry({ catalogue: proofCatalogue, file });
  const ports = await Promise.all(
    Array.from({ length: workers }, async () => {
      const worker = cluster.fork({ REGION: file });
      const [port] = (await once(worker, 'message')) as [{ shared: number; own: number }];
      return port;
    }),
  );
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const shared = ports[0]!.shared;
  await Promise.all(Array.from({ length: requests }, () => fetchText(shared, '/', agent)));
  agent.destroy();
  const totals = await Promise.all(
    ports.map(async ({ own }) => Number(await fetchText(own, '/total'))),
  );
  process.stdout.write(JSON.stringify({ requests, totals, workers: ports.length }));
  for (const worker of Object.values(cluster.workers ?? {})) worker?.kill();
  registry.close();
  rmSync(file, { force: true });
}

async function worker(): Promise<void> {
  const registry = attachRegistry(file, { catalogue: proofCatalogue });
  const serve = (exclusive: boolean) =>
    createServer((request, response) => {
      if (request.url === '/total') {
        response.end(String(registry.snapshot().value(steps)));
        return;
      }
      registry.metrics.steps.inc();
      response.end('counted');
    }).listen({ port: 0, host: '127.0.0.1', exclusive });
  // All workers share the first port; the second is each worker's own.
  const shared = serve(false);
  await once(shared, 'listening');
  const own = serve(true);
  await once(own, 'listening');
  process.send?.({
    shared: (shared.address() as AddressInfo).port,
    own: (own.address() as AddressInfo).port,
  });
}

await (cluster.isPrimary ? primary() : worker());
