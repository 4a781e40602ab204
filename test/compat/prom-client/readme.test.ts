// Every JavaScript example of prom-client's README, run unchanged against both packages.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { type Client, ours, outcome, theirs } from './both.js';
import { FakeClock } from './clock.js';

const require = createRequire(import.meta.url);
const readme = readFileSync(require.resolve('prom-client/README.md'), 'utf8');
const examples = [...readme.matchAll(/```(?:js)\n(.*?)```/gs)]
  .map(([, text]) => text!)
  // Pushes to a server that is not there; pushgateway.test.ts has one.
  .filter((text) => !text.includes('gravelGateway'));

/** What the examples use without saying where it comes from. */
function surroundings(client: Client) {
  const registers = [new client.Registry()];
  const gauge = new client.Gauge({ name: 'other_gauge', help: 'Other', registers });
  const histogram = new client.Histogram({ name: 'other_histogram', help: 'Other', registers });
  const summary = new client.Summary({ name: 'other_summary', help: 'Other', registers });
  return {
    require: (name: string) => (name === 'prom-client' ? client : require(name)),
    client,
    gauge,
    histogram,
    summary,
    register: new client.AggregatorRegistry(),
    registry: registers[0],
    registry1: registers[0],
    registry2: client.register,
    startTimer: (labels: object) =>
      new client.Histogram({
        name: 'timed',
        help: 'Timed',
        labelNames: ['method', 'statusCode'],
      }).startTimer(labels),
    http: { get: (_url: string, done: () => void) => done() },
    xhrRequest: (done: () => void) => done(),
    somethingAsync: async () => 5,
  };
}

/** What is shown, with numbers that no two runs share left out. */
async function shownBy(client: Client): Promise<string> {
  const text = await client.register.metrics();
  return text.replace(/^((?:my_application_)?(?:nodejs|process)_\S+).*$/gm, '$1');
}

async function run(client: Client, example: string): Promise<string[]> {
  const around = surroundings(client);
  const body = `return (async () => {${example}\n})()`;
  const clock = new FakeClock();
  try {
    const names = Object.keys(around);
    const did = await outcome(() => new Function(...names, body)(...Object.values(around)));
    await setImmediate();
    return [did, await outcome(() => shownBy(client)), await around.registry!.metrics()];
  } finally {
    clock.restore();
    client.register.clear();
  }
}

describe("the examples of prom-client's README", () => {
  it('are all here', () => {
    expect(examples.length).to.be.above(25);
  });

  for (const [index, example] of examples.entries()) {
    const title = example.split('\n').find((line) => /new |register|labels|Timer|\(/.test(line));
    it(`do the same with this package: ${index + 1}, ${title?.trim()}`, async () => {
      const expected = await run(theirs, example);
      expect(await run(ours, example)).to.deep.equal(expected);
    });
  }
});
