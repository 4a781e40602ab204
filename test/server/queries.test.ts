// What parameters of a query mean, and what they do not.

import { expect } from 'chai';
import { createRegistry, defineCatalogue } from '../../lib/index.js';
import { get, mount } from './requests.js';

const catalogue = defineCatalogue({
  name: 'test',
  families: {
    odd: {
      kind: 'counter',
      name: 'test_odd_total',
      help: 'Odd',
      labels: { name: ['a', 'b'], from: ['x'] },
    },
  },
});

describe('queries of the server', () => {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  async function serve(options: object = {}) {
    const registry = createRegistry({ catalogue });
    ends.push(() => registry.close());
    const mounted = await mount({ registry, ...options });
    ends.unshift(() => mounted.close());
    return mounted.url;
  }

  it('may ask for labels that are called as parameters are', async () => {
    const url = await serve();
    const query = 'name=test_odd_total&label.name=b&label.from=x&from=0';
    for (const path of ['history', 'percentiles']) {
      const { status, json } = await get(`${url}/api/v1/${path}?${query}`);
      expect(status, path).to.equal(200);
      if (path === 'percentiles') continue;
      expect(json.series.map(({ labels }: { labels: object }) => labels)).to.eql([
        { name: 'b', from: 'x' },
      ]);
    }
  });

  it('are told which parameters there are', async () => {
    const url = await serve();
    const { status, json } = await get(`${url}/api/v1/history?name=test_odd_total&kind=b`);
    expect([status, json]).to.eql([
      400,
      { problem: 'there is no such parameter; allowed: name, from, to, label.NAME', given: 'kind' },
    ]);
  });

  it('do not filter by what somebody adds', async () => {
    const url = await serve();
    for (const query of ['?anything=1', '?_=99', '?__proto__=1', '?label=x']) {
      expect((await get(`${url}/health/ready${query}`)).status, query).to.equal(200);
    }
    for (const query of ['?replica_id=7', '?label.zone=eu', '?label.__proto__=1']) {
      expect((await get(`${url}/health/ready${query}`)).status, query).to.equal(404);
    }
  });

  it('stand behind a base path', async () => {
    const url = await serve({ basePath: '/internal', path: '/m' });
    for (const path of [
      '/internal/m',
      '/internal/health/live',
      '/internal/',
      '/internal/status?a',
    ]) {
      const { status } = await get(url + path);
      expect(status, path).to.equal(path.includes('status') ? 404 : 200);
    }
    const page = await get(`${url}/internal/`);
    expect(page.text).to.include('src="page/main.js"');
    expect((await get(`${url}/internal/page/main.js`)).status).to.equal(200);
    expect((await get(`${url}/internal/api/v1/values`)).status).to.equal(200);
    for (const path of [
      '/m',
      '/',
      '/page/main.js',
      '/internal',
      '/internalm',
      '/internal/metrics',
    ]) {
      expect((await get(url + path)).status, path).to.equal(418);
    }
  });
});
