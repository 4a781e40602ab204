import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import prom from 'prom-client';
import { nodejs, vsr } from '../../lib/catalogues/index.js';
import { startNodejsMetrics } from '../../lib/collectors/index.js';
import { createRegistry, RegistryError } from '../../lib/index.js';
import { thrownBy } from '../core/catalogue/thrown.js';
import { block } from '../support/busy.js';
import { until } from '../support/until.js';

describe('the catalogue nodejs', () => {
  it('has the names, kinds, helps, labels and buckets of the default metrics of prom-client', async () => {
    const register = new prom.Registry();
    prom.collectDefaultMetrics({ register });
    const theirs = (await register.getMetricsAsJSON()) as unknown as readonly {
      name: string;
      help: string;
      type: string;
    }[];
    const ours = Object.values(nodejs.families).map(({ name, help, kind }) => [name, kind, help]);
    expect(ours.sort()).to.deep.equal(
      theirs.map(({ name, type, help }) => [name, type, help]).sort(),
    );
    const text = await register.metrics();
    const bounds = [...text.matchAll(/gc_duration_seconds_bucket\{le="([\d.]+)",kind="(major)"/g)];
    if (bounds.length > 0) {
      expect(bounds.map(([, le]) => Number(le))).to.deep.equal(nodejs.families.gcDuration.buckets);
    }
    expect(text).to.match(/nodejs_version_info\{version="[^"]*",major="\d+",minor="\d+",patch="/);
    register.clear();
  });
});

describe('startNodejsMetrics', () => {
  it('records how the process, its event loop and its heap do', async () => {
    const registry = createRegistry({ catalogue: vsr, fixedLabels: { replica_id: '0' } });
    const collector = startNodejsMetrics({ registry, everyMs: 3_600_000 });
    await wait(50);
    block(60);
    await wait(30);
    await collector.flush();
    const value = (name: string, labels = {}) => registry.snapshot().value(name, labels)!;
    const memory = process.memoryUsage();
    expect(value('process_resident_memory_bytes') / memory.rss).to.be.within(0.5, 2);
    expect(value('nodejs_heap_size_used_bytes') / memory.heapUsed).to.be.within(0.5, 2);
    expect(value('nodejs_external_memory_bytes')).to.be.above(0);
    expect(value('nodejs_heap_space_size_total_bytes', { space: 'old' })).to.be.above(1e6);
    expect(value('process_start_time_seconds')).to.be.closeTo(
      Date.now() / 1000 - process.uptime(),
      2,
    );
    expect(value('process_cpu_seconds_total')).to.be.closeTo(
      value('process_cpu_user_seconds_total') + value('process_cpu_system_seconds_total'),
      1e-6,
    );
    expect(value('process_cpu_user_seconds_total')).to.be.above(0);
    expect(value('nodejs_eventloop_lag_max_seconds')).to.be.above(0.03);
    expect(value('nodejs_eventloop_lag_min_seconds')).to.be.at.most(
      value('nodejs_eventloop_lag_p50_seconds'),
    );
    const [major, minor, patch] = process.version.slice(1).split('.');
    expect(
      value('nodejs_version_info', { version: process.version, major, minor, patch }),
    ).to.equal(1);
    if (process.platform === 'linux') {
      expect(value('process_open_fds')).to.be.within(3, value('process_max_fds'));
      expect(value('process_virtual_memory_bytes')).to.be.above(value('process_heap_bytes'));
    }
    await registry.close();
  });

  it('counts what keeps the event loop alive, and shows 0 of what is gone', async () => {
    const registry = createRegistry({ catalogue: nodejs });
    const collector = startNodejsMetrics({ registry, everyMs: 3_600_000 });
    // What a test runner keeps alive comes and goes; a server of our own does neither by itself.
    const servers = () => {
      const labels = { type: 'TCPServerWrap' };
      return registry.snapshot().value('nodejs_active_resources', labels) ?? 0;
    };
    await collector.flush();
    const before = servers();
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    await collector.flush();
    expect(servers()).to.equal(before + 1);
    expect(registry.snapshot().value('nodejs_active_resources_total')).to.be.at.least(1);
    expect(registry.snapshot().value('nodejs_active_handles', { type: 'Server' })).to.be.at.least(
      1,
    );
    server.close();
    await once(server, 'close');
    // Its handle ends a little later.
    await until(() => {
      void collector.flush();
      return servers() === before;
    });
    await registry.close();
  });

  it('records garbage collections by kind', async () => {
    const registry = createRegistry({ catalogue: nodejs });
    startNodejsMetrics({ registry });
    const minor = () => registry.snapshot().value('nodejs_gc_duration_seconds', { kind: 'minor' })!;
    const kept: unknown[] = [];
    await until(() => {
      kept.length = 0;
      for (let each = 0; each < 50_000; each++) kept.push({ each });
      return minor() > 0;
    });
    await registry.close();
  });

  it('ends with its registry, and takes back what is known no more', async () => {
    const registry = createRegistry({ catalogue: nodejs });
    const collector = startNodejsMetrics({ registry, everyMs: 5 });
    expect(registry.snapshot().value('nodejs_heap_size_used_bytes')).to.be.above(0);
    await collector.close();
    expect(registry.snapshot().value('nodejs_heap_size_used_bytes')).to.be.oneOf([undefined, NaN]);
    expect(registry.snapshot().value('process_open_fds')).to.be.oneOf([undefined, NaN]);
    await collector.close();
    await collector.flush();
    await registry.close();
  });

  it('adds up the heaps of threads, and has the process once', async () => {
    const registry = createRegistry({ catalogue: nodejs });
    startNodejsMetrics({ registry, everyMs: 3_600_000 });
    const index = new URL('../../lib/index.js', import.meta.url);
    const collectors = new URL('../../lib/collectors/index.js', import.meta.url);
    const program = `
      import { parentPort, workerData } from 'node:worker_threads';
      const { attachRegistry } = await import('${index}');
      const { startNodejsMetrics } = await import('${collectors}');
      const registry = attachRegistry(workerData, { catalogue: [] });
      startNodejsMetrics({ registry });
      parentPort.on('message', () => process.exit());
      parentPort.postMessage('ready');`;
    const used = () => registry.snapshot().value('nodejs_heap_size_used_bytes')!;
    const resident = () => registry.snapshot().value('process_resident_memory_bytes')!;
    const alone = { used: used(), resident: resident() };
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`), {
      workerData: registry.share(),
    });
    await new Promise((resolve, reject) => worker.once('message', resolve).on('error', reject));
    expect(used()).to.be.above(alone.used);
    expect(resident()).to.equal(alone.resident);
    worker.postMessage('end');
    await new Promise((resolve) => worker.once('exit', resolve));
    await until(() => used() === alone.used);
    await registry.close();
  });

  it('refuses options that do not fit', () => {
    const registry = createRegistry({ catalogue: nodejs });
    for (const wrong of [
      { everyMs: 0 },
      { evryMs: 5 },
      { registry: {} },
      { eventLoopResolutionMs: 0 },
    ]) {
      const error = thrownBy(() => startNodejsMetrics({ registry, ...wrong } as never));
      expect(error).to.be.instanceOf(RegistryError);
      expect(error.message).to.include(Object.keys(wrong)[0]);
    }
    void registry.close();
  });
});
