// What many ask for at once is made once, and what is too much is refused.

import { expect } from 'chai';
import { selectSeries } from '../../lib/core/reading/combined-snapshot.js';
import type { ServerSource } from '../../lib/server/index.js';
import { MetricsDocuments } from '../../lib/server/metrics-document.js';
import { createLargeRegistry, fill } from './many-series.js';
import { get, lookUntil, mount } from './requests.js';

describe('answers to many at once', function () {
  this.timeout(60_000);
  const registry = createLargeRegistry();
  const ends: (() => unknown)[] = [];

  before(() => fill(registry));
  after(() => registry.close());
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  function counted(): ServerSource & { taken: number } {
    return {
      taken: 0,
      snapshot() {
        this.taken += 1;
        return registry.snapshot();
      },
      history: () => [],
    };
  }

  async function serve(options: Parameters<typeof mount>[0]) {
    const mounted = await mount(options);
    ends.unshift(() => mounted.close());
    return mounted.url;
  }

  it('share a snapshot, and who comes alone has a fresh one', async () => {
    const source = counted();
    const url = await serve({ source });
    for (const value of [1, 2, 3]) {
      registry.metrics.events.with({ kind: 'k0' }).inc();
      expect((await get(`${url}/metrics`)).text).to.match(/kind="k0"} \d+\n/);
      // One for each, and those that the server takes by itself to watch the cluster.
      expect(source.taken).to.be.at.least(value);
    }
    source.taken = 0;
    const pages = await Promise.all(Array.from({ length: 50 }, () => get(`${url}/metrics`)));
    expect(new Set(pages.map(({ status }) => status))).to.eql(new Set([200]));
    expect(source.taken).to.be.below(25);
  });

  it('are refused when there are too many, but for probes', async () => {
    let answer: (() => void) | undefined;
    const waiting = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const fetchHistory = async () => {
      await waiting;
      return [];
    };
    const source = { ...counted(), snapshot: () => registry.snapshot(), fetchHistory };
    const url = await serve({ source, answersAtOnce: 2 });
    const history = `${url}/api/v1/history?name=test_events_total&label.kind=k1`;
    const slow = [get(history), get(history)];
    const scrape = () => get(`${url}/metrics`);
    const busy = await lookUntil(scrape, ({ status }) => status !== 200);
    expect([busy.status, busy.headers.get('retry-after')]).to.eql([503, '1']);
    expect((await get(`${url}/api/v1/values`)).status).to.equal(503);
    for (const path of ['/health/live', '/health/ready', '/']) {
      expect((await get(url + path)).status, path).to.equal(200);
    }
    answer!();
    expect((await Promise.all(slow)).map(({ status }) => status)).to.eql([200, 200]);
    const again = await lookUntil(scrape, ({ status }) => status !== 503);
    expect(again.status).to.equal(200);
  });

  it('keep what a selection keeps, so that it costs no more than all', () => {
    const documents = new MetricsDocuments(registry);
    const first = documents.document(undefined, ['test_events']);
    const [one, other] = [registry.snapshot(), registry.snapshot()];
    expect(one.layout).to.equal(other.layout);
    expect(selectSeries(one, () => true).values).to.equal(one.values);
    const second = documents.document(undefined, ['test_events']);
    expect(second.body.length).to.equal(first.body.length);
    expect(Buffer.from(second.body).toString()).to.include('test_events_total{kind="k19999"}');
    for (let each = 0; each < 50; each++) documents.document(undefined, [`test_${each}`]);
  });
});
