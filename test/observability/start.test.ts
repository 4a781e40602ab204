import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { kotoba, vsr } from '../../lib/catalogues/index.js';
import { createRegistry, type MetricsWarning, VsrMetricsError } from '../../lib/index.js';
import { startObservability } from '../../lib/observability/index.js';
import { runProgram } from '../support/processes.js';

function open() {
  return createRegistry({ catalogue: vsr, fixedLabels: { replica_id: '0' } });
}

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => expect.fail('nothing was thrown'),
    (error) => error,
  );
}

describe('startObservability', () => {
  it('serves metrics, those of Node.js too, health and the page, and ends with the registry', async () => {
    const registry = open();
    const observability = await startObservability({ registry, server: { port: 0 } });
    observability.health.add('database', () => ({ status: 'healthy' }));
    await observability.health.run();
    registry.metrics.viewNumber.set(7);
    const url = observability.server!.url;
    const text = await (await fetch(url)).text();
    expect(text).to.match(/^vsr_view_number\{.*\} 7$/m);
    expect(text).to.match(/^process_resident_memory_bytes \d+$/m);
    expect(text).to.match(/^health_check_status\{check_name="database"\} 1$/m);
    const health = (await (await fetch(new URL('/health', url))).json()) as { checks: object };
    expect(health.checks).to.include({ database: 'ok' });
    expect(await observability.flush()).to.equal(true);
    await observability.close();
    expect(await failureOf(fetch(url))).to.be.instanceOf(TypeError);
    expect(() => registry.share()).to.throw('closed');
  });

  it('exports where it is told to, with a last export at the end', async () => {
    const receiver = createSocket('udp4').bind(0, '127.0.0.1');
    await once(receiver, 'listening');
    const lines: string[] = [];
    receiver.on('message', (datagram) => lines.push(...String(datagram).split('\n')));
    const registry = open();
    const observability = await startObservability({
      registry,
      server: false,
      nodejs: false,
      statsd: { endpoint: `127.0.0.1:${receiver.address().port}`, everyMs: 3_600_000 },
    });
    expect(observability.server).to.equal(undefined);
    expect(observability.nodejs).to.equal(undefined);
    registry.metrics.operations.with({ status: 'success' }).inc(5);
    const arrived = once(receiver, 'message');
    await observability[Symbol.asyncDispose]();
    await arrived;
    receiver.close();
    expect(lines.join('\n')).to.match(/^vsr_operations_total.*:5\|c$/m);
  });

  it("takes ports, words and intervals from a catalogue's preset, behind the options", async () => {
    // The port of the preset may be another's here: it must be asked for.
    const taken = createServer().listen(9090, '127.0.0.1');
    await Promise.race([once(taken, 'listening'), once(taken, 'error')]);
    const registry = createRegistry({ catalogue: kotoba, ...kotoba.preset.registry });
    const { preset } = kotoba;
    const error = await failureOf(startObservability({ registry, preset, nodejs: false }));
    expect(error.message).to.include('9090');
    const own = { ...preset, server: { ...preset.server, healthWord: 'healthy' as const } };
    const observability = await startObservability({ registry, preset: own, server: { port: 0 } });
    observability.health.add('it', () => undefined);
    await observability.health.run();
    const health = await fetch(new URL('/health', observability.server!.url));
    expect(await health.json()).to.deep.include({ checks: { it: 'healthy' } });
    await observability.close();
    taken.close();
  });

  it('ends what it has started when a part cannot be, and leaves the registry alone', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const registry = open();
    const cases: readonly (readonly [object, string])[] = [
      [{ server: { port } }, String(port)],
      [{ server: { prot: 1 } }, 'did you mean port?'],
      [{ health: { evryMs: 1 } }, 'did you mean everyMs?'],
      [{ nodejs: { everyMs: 0 } }, 'everyMs'],
      [{ otlp: {} }, 'endpoint'],
      [{ statsd: { endpoint: 'a b' } }, 'endpoint'],
      [{ severs: {} }, 'did you mean server?'],
      [{ registry: {} }, 'registry'],
      [{ closeOnSignals: 5 }, 'closeOnSignals'],
    ];
    for (const [wrong, message] of cases) {
      const options = { registry, server: { port: 0 }, ...wrong };
      const error = await failureOf(startObservability(options as never));
      expect(error).to.be.instanceOf(VsrMetricsError);
      expect(error.message).to.include(message);
    }
    registry.share();
    await registry.close();
    taken.close();
  });

  it('tells one function of what goes wrong in any of its parts', async () => {
    const warnings: MetricsWarning[] = [];
    const registry = open();
    const observability = await startObservability({
      registry,
      server: { port: 0 },
      statsd: { endpoint: 'unix:/nonexistent/statsd.sock', everyMs: 3_600_000 },
      onWarning: (warning) => warnings.push(warning),
    });
    expect(await observability.flush()).to.equal(false);
    expect(warnings.map(({ code }) => code)).to.deep.equal(['VSR_METRICS_EXPORT']);
    await observability.close();
  });

  it('ends in order on a signal, and the program by that signal', async () => {
    const index = new URL('../../lib/index.js', import.meta.url);
    const observability = new URL('../../lib/observability/index.js', import.meta.url);
    const script = `
      const { createRegistry, defineCatalogue } = await import('${index}');
      const { startObservability } = await import('${observability}');
      const catalogue = defineCatalogue({
        name: 'a',
        families: { a: { kind: 'counter', name: 'a_total', help: 'A' } },
      });
      const registry = createRegistry({ catalogue });
      await startObservability({ registry, server: { port: 0 }, closeOnSignals: true });
      const { startExporter } = await import('${new URL('../../lib/export/index.js', import.meta.url)}');
      startExporter({
        registry,
        everyMs: 3_600_000,
        exporter: { name: 'p', export: (snapshot) => console.log(snapshot.value('a_total')) },
      });
      registry.metrics.a.inc(3);
      setInterval(() => undefined, 1000);
      process.kill(process.pid, 'SIGTERM');`;
    const { stdout, stderr, code } = await runProgram(process.execPath, [
      '--input-type=module',
      '-e',
      script,
    ]);
    expect({ stdout, stderr }).to.eql({ stdout: '3\n', stderr: '' });
    expect(code).not.to.equal(0);
  });
});
