// The handler in servers of others.

import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import express from 'express';
import fastify from 'fastify';
import { vsr } from '../../lib/catalogues/index.js';
import { createRegistry } from '../../lib/index.js';
import { createHandler, type Handler } from '../../lib/server/index.js';
import { get } from './requests.js';

/** A server with a page of its own at /mine, and where it is. */
type Application = (handler: Handler) => Promise<{ url: string; close(): unknown }>;

const applications: Record<string, Application> = {
  async express(handler) {
    const application = express();
    application.use((request, response, next) => {
      if (!handler(request, response)) next();
    });
    application.get('/mine', (_request, response) => void response.send('mine'));
    application.get('/', (_request, response) => void response.send('home'));
    application.post('/', (_request, response) => void response.send('posted'));
    const server = await new Promise<Server>((resolve) => {
      const listening: Server = application.listen(0, '127.0.0.1', () => resolve(listening));
    });
    const { port } = server.address() as AddressInfo;
    return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
  },

  async fastify(handler) {
    const application = fastify({ forceCloseConnections: true });
    application.addHook('onRequest', (request, reply, done) => {
      if (handler(request.raw, reply.raw)) reply.hijack();
      else done();
    });
    application.get('/mine', () => 'mine');
    application.get('/', () => 'home');
    application.post('/', () => 'posted');
    const url = await application.listen({ port: 0, host: '127.0.0.1' });
    return { url, close: () => application.close() };
  },
};

describe('a handler of the server', () => {
  for (const [name, start] of Object.entries(applications)) {
    it(`answers within ${name}, beside what is there`, async () => {
      const registry = createRegistry({ catalogue: vsr, fixedLabels: { replica_id: '0' } });
      registry.metrics.viewNumber.set(7);
      registry.metrics.clusterSize.set(1);
      registry.metrics.replicaStatus.set(0);
      const { url, close } = await start(createHandler({ registry }));
      try {
        expect((await get(`${url}/mine`)).text).to.equal('mine');
        expect((await get(`${url}/metrics`)).text).to.include(
          'vsr_view_number{replica_id="0"} 7\n',
        );
        expect((await get(`${url}/health/live`)).json).to.eql({ status: 'alive' });
        expect((await get(`${url}/health/ready`)).json).to.eql({ status: 'ready' });
        // All of these are the application's, and this one has a home page.
        expect((await get(`${url}/`)).text).to.equal('home');
        expect((await get(`${url}/`, { method: 'POST', body: 'x' })).text).to.equal('posted');
        const paths = ['/health', '/status', '/api/v1/values', '/page/main.js', '/nothing'];
        const codes = await Promise.all(paths.map((path) => get(url + path)));
        expect(codes.map(({ status }) => status)).to.eql(paths.map(() => 404));
        const posted = await get(`${url}/metrics`, { method: 'POST', body: 'x' });
        expect(posted.status).to.equal(404);
      } finally {
        await close();
        registry.close();
      }
    });
  }
});
