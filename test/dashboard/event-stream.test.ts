// What those who listen are sent: the same, whoever comes and goes.

import { expect } from 'chai';
import { createRegistry, defineCatalogue, VsrMetricsError } from '../../lib/index.js';
import { lookUntil, mount, until } from '../server/requests.js';

const catalogue = defineCatalogue({
  name: 'test',
  families: {
    latency: { kind: 'histogram', name: 'test_latency_ms', help: 'Latency', buckets: [1, 10] },
  },
});

interface Message {
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: what stands in it is what tests look at
  readonly data: any;
}

/** Listens until it is told to end. */
async function listen(url: string) {
  const controller = new AbortController();
  const response = await fetch(`${url}/api/v1/events`, { signal: controller.signal });
  const messages: Message[] = [];
  const reading = (async () => {
    let text = '';
    for await (const chunk of response.body!) {
      text += Buffer.from(chunk).toString();
      const parts = text.split('\n\n');
      text = parts.pop()!;
      for (const part of parts) {
        const [, event = 'message'] = /^event: (.*)$/m.exec(part) ?? [];
        const [, data] = /^data: (.*)$/m.exec(part) ?? [];
        if (data !== undefined) messages.push({ event, data: JSON.parse(data) });
      }
    }
  })().catch(() => undefined);
  return {
    status: response.status,
    messages,
    end: () => {
      controller.abort();
      return reading;
    },
  };
}

describe('the stream of values', function () {
  this.timeout(60_000);
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  async function serve(options: Parameters<typeof mount>[0]) {
    const mounted = await mount(options);
    ends.unshift(() => mounted.close());
    return mounted.url;
  }

  async function open(url: string) {
    const listener = await listen(url);
    ends.unshift(listener.end);
    return listener;
  }

  it('has the last seconds by time, however many begin to listen', async () => {
    const registry = createRegistry({ catalogue });
    ends.push(() => registry.close());
    const url = await serve({ registry });
    const first = await open(url);
    await until(() => first.messages.length === 1);
    registry.metrics.latency.record(5);
    await until(() => first.messages.length === 2);
    // One after the other, so that each would have had a snapshot of its own.
    for (let each = 0; each < 12; each++) {
      const one = await open(url);
      await until(() => one.messages.length > 0);
      // The one of this second, as the others have it.
      expect(first.messages.map(({ data }) => data.takenAt)).to.include(
        one.messages[0]!.data.takenAt,
      );
    }
    const seen = first.messages.length;
    await until(() => first.messages.length > seen);
    const { recent } = first.messages.at(-1)!.data.families[0].series[0];
    expect(recent.count).to.equal(1);
  });

  it('has room for many, but not of one address', async () => {
    const registry = createRegistry({ catalogue });
    ends.push(() => registry.close());
    const url = await serve({ registry });
    for (let each = 0; each < 16; each++) expect((await open(url)).status).to.equal(200);
    const refused = await fetch(`${url}/api/v1/events`);
    expect([refused.status, refused.headers.get('retry-after')]).to.eql([503, '5']);
    await refused.body?.cancel();
    await ends.shift()!();
    const again = await lookUntil(
      () => open(url),
      ({ status }) => status !== 503,
    );
    expect(again.status).to.equal(200);
  });

  it('says of errors what the library says, and of others nothing', async () => {
    let thrown: Error = new VsrMetricsError('VSR_METRICS_SERVER_EMPTY', { problem: 'not yet' });
    const errors: unknown[] = [];
    const snapshot = () => {
      throw thrown;
    };
    const source = { snapshot, history: () => [] };
    const url = await serve({ source, onWarning: ({ message }) => errors.push(message) });
    const listener = await open(url);
    await until(() => listener.messages.length > 0);
    expect(listener.messages[0]).to.eql({ event: 'problem', data: { message: 'not yet' } });
    expect(errors).to.eql([]);
    thrown = new Error('a secret of the program');
    await until(() => errors.length > 0);
    await until(() => listener.messages.at(-1)!.data.message !== 'not yet');
    expect(listener.messages.at(-1)!.data).to.eql({ message: 'this cannot be answered' });
    expect(errors[0]).to.match(/^server: Error: a secret of the program\n/);
  });
});
