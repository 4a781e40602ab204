// What closing a registry ends, and in which order; and who is told of warnings.

import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { closeBefore } from '../../lib/core/dependents.js';
import { startExporter } from '../../lib/export/index.js';
import { createHealthChecks } from '../../lib/health/index.js';
import { createRegistry, defineCatalogue, type MetricsWarning } from '../../lib/index.js';
import { startServer } from '../../lib/server/index.js';
import { newFile, removeAll } from '../sharing/processes.js';

const catalogue = defineCatalogue({
  name: 'test',
  families: {
    count: { kind: 'counter', name: 'test_total', help: 'A counter.' },
    last: { kind: 'gauge', name: 'test_last', help: 'A gauge.' },
  },
});

describe('registry.close() with what depends on it', () => {
  afterEach(removeAll);

  it('ends at once when nobody has to be waited for', () => {
    const file = newFile();
    const registry = createRegistry({ catalogue, file });
    let ended = false;
    closeBefore(registry, 'collectors', () => {
      ended = true;
    });
    void registry.close();
    expect(ended).to.equal(true);
    expect(() => registry.share()).to.throw('closed');
  });

  it('ends servers, then checks, then collectors, then exporters, then itself', async () => {
    const warnings: MetricsWarning[] = [];
    const registry = createRegistry({ catalogue, onWarning: (warning) => warnings.push(warning) });
    const order: string[] = [];
    const ending = (name: string) => async () => {
      order.push(name);
      await new Promise((resolve) => setTimeout(resolve, 5));
      order.push(`${name} ended`);
      registry.share(); // it is still there
    };
    for (const stage of ['exporters', 'collectors', 'checks', 'servers'] as const) {
      closeBefore(registry, stage, ending(stage));
    }
    closeBefore(registry, 'checks', () => Promise.reject(new Error('stuck')));
    const forgotten = closeBefore(registry, 'servers', ending('forgotten'));
    forgotten();
    await Promise.all([registry.close(), registry.close()]);
    expect(order.filter((each) => !each.endsWith('ended'))).to.deep.equal([
      'servers',
      'checks',
      'collectors',
      'exporters',
    ]);
    expect(order).to.have.lengthOf(8);
    expect(warnings.map(({ code }) => code)).to.deep.equal(['VSR_METRICS_CLOSE']);
    expect(warnings[0]!.message).to.include('stuck');
    expect(() => registry.share()).to.throw('closed');
  });

  it('gives exporters all that was recorded, and closes the server and the checks', async () => {
    const seen: (number | undefined)[] = [];
    const registry = createRegistry({ catalogue });
    const health = createHealthChecks({ registry });
    health.add('always', () => undefined);
    const server = await startServer({ registry, health, port: 0 });
    const exporter = {
      name: 'seeing',
      export: (snapshot: { value(name: string): number | undefined }) => {
        seen.push(snapshot.value('test_total'));
      },
    };
    startExporter({ registry, exporter, everyMs: 3_600_000 });
    registry.metrics.count.inc(7);
    await registry.close();
    expect(seen).to.deep.equal([7]);
    expect(await fetch(server.url).catch((error) => error)).to.be.instanceOf(Error);
    await server.closed;
  });

  it('is what await using does', async () => {
    const file = newFile();
    const registry = createRegistry({ catalogue, file });
    const calls: string[] = [];
    const exporter = { name: 'a', export: () => undefined, close: () => void calls.push('closed') };
    const running = startExporter({ registry, exporter, everyMs: 3_600_000 });
    await running[Symbol.asyncDispose]();
    expect(calls).to.deep.equal(['closed']);
    await registry[Symbol.asyncDispose]();
    expect(calls).to.deep.equal(['closed']);
    expect(existsSync(file)).to.equal(true);
  });
});

describe('onWarning', () => {
  it('is told of what goes wrong in a registry and in what was started on it', async () => {
    const warnings: MetricsWarning[] = [];
    const registry = createRegistry({ catalogue, onWarning: (warning) => warnings.push(warning) });
    registry.metrics.count.inc(-1);
    registry.metrics.last.set(Number.NaN);
    const fail = () => {
      throw new Error('postgres://ledger:hunter2@db is gone');
    };
    const running = startExporter({
      registry,
      exporter: { name: 'failing', export: fail },
      everyMs: 3_600_000,
    });
    await running.flush();
    expect(warnings.map(({ code }) => code)).to.deep.equal([
      'VSR_METRICS_REJECTED',
      'VSR_METRICS_REJECTED',
      'VSR_METRICS_EXPORT',
    ]);
    expect(warnings[2]!.message).to.match(/^exporter failing: postgres:.* is gone/);
    expect(JSON.stringify(warnings)).not.to.include('hunter2');
    await registry.close();
  });

  it("can be a logger, and each part's own", async () => {
    const logged: unknown[][] = [];
    const logger = { warn: (...given: unknown[]) => void logged.push(given) };
    const registry = createRegistry({ catalogue, onWarning: () => expect.fail('not here') });
    const fail = () => Promise.reject(new Error('gone'));
    const running = startExporter({
      registry,
      exporter: { name: 'failing', export: fail },
      everyMs: 3_600_000,
      onWarning: logger,
    });
    await running.flush();
    expect(logged).to.have.lengthOf(1);
    expect(logged[0]![0]).to.deep.equal({ code: 'VSR_METRICS_EXPORT' });
    expect(logged[0]![1]).to.include('exporter failing: gone');
    await registry.close();
  });

  it('harms nobody when it fails', () => {
    const emitted: string[] = [];
    const { emitWarning } = process;
    process.emitWarning = (message: string | Error) => void emitted.push(String(message));
    try {
      const registry = createRegistry({
        catalogue,
        onWarning: () => {
          throw new Error('full');
        },
      });
      registry.metrics.count.inc(-1);
      expect(emitted).to.have.lengthOf(1);
      expect(emitted[0]).to.include('test_total').and.to.include('onWarning failed: Error: full');
      void registry.close();
    } finally {
      process.emitWarning = emitWarning;
    }
  });
});
