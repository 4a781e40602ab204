import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { influxExporter, toLineProtocol } from '../../examples/influx-exporter.js';
import { createRegistry } from '../../lib/index.js';
import { fixture } from '../fixtures/catalogue.js';
import { never, withExporter } from './exporters.js';

interface Line {
  readonly measurement: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, number>>;
  readonly nanoseconds: bigint;
}

/** Splits where the separator is not escaped, as InfluxDB's documentation of the protocol says. */
function split(text: string, separator: string): string[] {
  const parts = [''];
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\' && at + 1 < text.length)
      parts.push(parts.pop()! + text.slice(at, ++at + 1));
    else if (text[at] === separator) parts.push('');
    else parts.push(parts.pop()! + text[at]);
  }
  return parts;
}

function unescaped(text: string): string {
  return text.replace(/\\([,= ])/g, '$1');
}

function pairs(list: readonly string[]): [string, string][] {
  return list.map((pair) => split(pair, '=').map(unescaped) as [string, string]);
}

function parse(text: string): Line[] {
  expect(text.endsWith('\n')).to.equal(true);
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => {
      const [key, fields, time, ...more] = split(line, ' ');
      expect(more).to.deep.equal([]);
      const [measurement, ...tags] = split(key!, ',');
      const numbers = pairs(split(fields!, ',')).map(([name, value]) => [name, Number(value)]);
      return {
        measurement: unescaped(measurement!),
        tags: Object.fromEntries(pairs(tags)),
        fields: Object.fromEntries(numbers) as Record<string, number>,
        nanoseconds: BigInt(time!),
      };
    });
}

describe('The example that writes the line protocol of InfluxDB', () => {
  it('says of every series what the snapshot says', () => {
    const registry = createRegistry({ catalogue: fixture });
    const { metrics } = registry;
    metrics.count.inc(12.5);
    metrics.last.set(-3e-7);
    for (const seconds of [0.05, 0.5, 7]) metrics.seconds.record(seconds);
    const names = ['', 'a b', 'a,b=c', 'back\\slash', 'ends in \\', 'two\nlines', '"quoted"'];
    for (const name of names) metrics.served.with({ to: name }).inc(name.length);
    const snapshot = registry.snapshot();
    registry.close();

    const lines = parse(toLineProtocol(snapshot));
    const of = (name: string) => lines.filter(({ measurement }) => measurement === name);
    expect(of('fixture_total')).to.deep.equal([
      {
        measurement: 'fixture_total',
        tags: {},
        fields: { value: 12.5 },
        nanoseconds: BigInt(Math.round(snapshot.takenAt)) * 1_000_000n,
      },
    ]);
    expect(of('fixture_last')[0]!.fields).to.deep.equal({ value: -3e-7 });
    const reading = snapshot.histogram('fixture_seconds')!;
    expect(of('fixture_seconds')[0]!.fields).to.deep.equal({
      count: 3,
      sum: reading.sum,
      min: 0.05,
      max: 7,
      p50: reading.percentile(50),
      p99: reading.percentile(99),
    });
    // Of nothing there is no smallest value.
    expect(of('thirds_seconds')[0]!.fields).to.deep.equal({ count: 0, sum: 0 });
    const served = of('served_total').map(({ tags, fields }) => [tags.to, fields.value]);
    expect(served).to.have.deep.members([
      [undefined, 0],
      ['a b', 3],
      ['a,b=c', 5],
      ['back\\slash', 10],
      ['ends in  ', 9],
      ['two lines', 9],
      ['"quoted"', 8],
    ]);
  });

  it('pushes them to a server, and says when that refuses them', async () => {
    const bodies: string[] = [];
    let status = 204;
    const server = createServer(async (request, response) => {
      expect(request.headers.authorization).to.equal('Token secret');
      bodies.push(Buffer.concat(await request.toArray()).toString());
      response.writeHead(status).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const registry = createRegistry({ catalogue: fixture });
    registry.metrics.count.inc(6);
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v2/write`;
    const exporter = influxExporter({ url, token: 'secret' });
    await withExporter(registry, exporter, never, async (running, warnings) => {
      expect(await running.flush()).to.equal(true);
      expect(parse(bodies[0]!)[0]!.fields).to.deep.equal({ value: 6 });
      status = 503;
      expect(await running.flush()).to.equal(false);
      expect(warnings[0]).to.include('503');
      status = 204;
      expect(await running.close()).to.equal(true);
    });
    registry.close();
    server.closeAllConnections();
    server.close();
  });
});
