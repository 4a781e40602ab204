import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import client from '../../../lib/compat/prom-client/index.js';
import { expectedLines } from './programs/sharing.js';

const workerProgram = new URL('./programs/sharing-worker.js', import.meta.url);
const clusterProgram = fileURLToPath(new URL('./programs/sharing-cluster.js', import.meta.url));

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

/** Waits, as long as the test may take, until a line is shown. */
async function untilShown(registry: { metrics(): Promise<string> }, line: string): Promise<void> {
  while (!linesOf(await registry.metrics()).includes(line)) await delay(20);
}

describe('a shared registry', function () {
  this.timeout(60_000);

  it('shows exact totals of worker threads, also of those that have ended', async () => {
    const registry = new client.Registry();
    const metrics = await client.shareRegistry(registry);
    const names = ['early_total', 'requests_total'];
    for (const name of names) {
      const labelNames = name === 'requests_total' ? ['method', 'status'] : [];
      new client.Counter({ name, help: 'Seen here too', labelNames, registers: [registry] });
    }
    const level = new client.Gauge({ name: 'level', help: 'B', registers: [registry] });
    new client.Gauge({ name: 'highest', help: 'C', aggregator: 'max', registers: [registry] });
    new client.Histogram({
      name: 'sizes',
      help: 'D',
      labelNames: ['method'],
      buckets: client.exponentialBuckets(0.7, 1.3, 8),
      registers: [registry],
    });
    level.set(5);
    const workers = [1, 2, 3].map(
      (member) => new Worker(workerProgram, { workerData: { metrics, member } }),
    );
    try {
      await Promise.all(workers.map((worker) => once(worker, 'message')));
      const during = linesOf(await registry.metrics());
      expect(during).to.include.members([...expectedLines(3), 'level 60005', 'highest 3']);
      const ended = workers.map((worker) => once(worker, 'exit'));
      for (const worker of workers) worker.postMessage('end');
      await Promise.all(ended);
    } finally {
      for (const worker of workers) void worker.terminate();
    }
    await untilShown(registry, 'level 5');
    expect(linesOf(await registry.metrics())).to.include.members(expectedLines(3));
  });

  it('shows exact totals of cluster workers, one of them killed, without messages', async () => {
    const file = `/dev/shm/vsr-metrics-prom-client-${process.pid}.metrics`;
    try {
      const text = await new Promise<string>((resolve, reject) => {
        const env = { ...process.env, SHARED_FILE: file };
        execFile(process.execPath, [clusterProgram], { env }, (error, stdout) =>
          error === null ? resolve(stdout) : reject(error),
        );
      });
      expect(linesOf(text)).to.include.members(expectedLines(4));
    } finally {
      rmSync(file, { force: true });
    }
  });

  it('shows what others share before it has made those metrics itself', async () => {
    const primary = new client.Registry();
    const metrics = await client.shareRegistry(primary);
    const worker = new client.Registry();
    await client.shareRegistry(worker, metrics);
    const registers = [worker];
    const sales = new client.Counter({
      name: 'sales_total',
      help: 'S',
      labelNames: ['a'],
      registers,
    });
    sales.inc({ a: 'x' }, 3);
    new client.Gauge({ name: 'level', help: 'L', registers }).set(-2);
    new client.Histogram({ name: 'size', help: 'H', buckets: [1, 2], registers }).observe(1.5);
    expect(await primary.metrics()).to.equal(await worker.metrics());
    const values = async (registry: typeof primary) =>
      (await registry.getMetricsAsJSON()).map((metric) => [
        metric.name,
        metric.values.map(({ labels, value }) => [labels, value]),
      ]);
    expect(await values(primary)).to.deep.equal(await values(worker));

    primary.setDefaultLabels({ app: 'shop' });
    primary.setContentType(client.openMetricsContentType as never);
    const text = await primary.metrics();
    expect(text).to.include('# TYPE sales counter\nsales_total{a="x",app="shop"} 3\n');

    const name = 'sales_total';
    const own = new client.Counter({ name, help: 'S', labelNames: ['a'], registers: [primary] });
    own.inc({ a: 'x' });
    expect((await primary.metrics()).match(/^sales_total.*$/gm)).to.deep.equal([
      'sales_total{a="x",app="shop"} 4',
    ]);
    primary.removeSingleMetric(name);
    expect(await primary.metrics()).not.to.include('sales');
  });

  it('resets, removes and reads back', async () => {
    const registry = new client.Registry();
    const registers = [registry];
    await client.shareRegistry(registry);
    const counter = new client.Counter({ name: 'c', help: 'C', labelNames: ['a'], registers });
    const gauge = new client.Gauge({ name: 'g', help: 'G', registers });
    const histogram = new client.Histogram({ name: 'h', help: 'H', buckets: [1, 2], registers });
    const child = counter.labels('x');
    child.inc(3);
    counter.inc({ a: 'y' });
    gauge.set(-4.5);
    histogram.observe(1.5);
    const { values } = await counter.get();
    expect(values).to.deep.equal([
      { value: 3, labels: { a: 'x' } },
      { value: 1, labels: { a: 'y' } },
    ]);
    counter.remove('y');
    expect(linesOf(await registry.metrics())).to.include.members(['c{a="x"} 3', 'g -4.5']);
    expect(await registry.metrics()).to.match(/^h_bucket\{le="2"\} 1\nh_bucket\{le="\+Inf"\} 1$/m);
    expect(await registry.metrics()).not.to.include('a="y"');
    registry.resetMetrics();
    expect(linesOf(await registry.metrics())).to.include.members([
      'c{a="x"} 0',
      'g 0',
      'h_count 0',
    ]);
    child.inc(2);
    expect(linesOf(await registry.metrics())).to.include('c{a="x"} 2');
  });

  it('goes on where another thread has reset it, or has removed a series', async () => {
    const [primary, other] = [new client.Registry(), new client.Registry()];
    await client.shareRegistry(other, await client.shareRegistry(primary));
    const [mine, theirs] = [primary, other].map((registry) => {
      const registers = [registry];
      const counter = new client.Counter({ name: 'c', help: 'C', labelNames: ['a'], registers });
      const histogram = new client.Histogram({ name: 'h', help: 'H', buckets: [1, 2], registers });
      return { counter, histogram, child: counter.labels('x') };
    });
    theirs!.child.inc(3);
    theirs!.histogram.observe(1.5);
    mine!.counter.remove('x');
    expect(await primary.metrics()).not.to.include('a="x"');
    theirs!.child.inc(4);
    expect(linesOf(await primary.metrics())).to.include('c{a="x"} 4');
    primary.resetMetrics();
    theirs!.counter.inc({ a: 'x' }, 5);
    theirs!.histogram.observe(1.5);
    mine!.child.inc();
    for (const registry of [primary, other]) {
      expect(linesOf(await registry.metrics())).to.include.members(['c{a="x"} 6', 'h_count 1']);
    }
  });

  it('lets the others see what collect functions set, although they are not scraped @slow', async () => {
    const scraped = new client.Registry();
    const metrics = await client.shareRegistry(scraped);
    const other = new client.Registry();
    await client.shareRegistry(other, metrics);
    new client.Gauge({ name: 'g', help: 'G', registers: [scraped] });
    new client.Gauge({
      name: 'g',
      help: 'G',
      registers: [other],
      collect() {
        this.set(7);
      },
    });
    await untilShown(scraped, 'g 7');
  });

  it('keeps with its thread what cannot be summed, and says what comes too late', async () => {
    const registry = new client.Registry();
    const registers = [registry];
    const late = new client.Histogram({ name: 'late', help: 'L', registers });
    late.observe(1);
    let error: unknown;
    await client.shareRegistry(registry).catch((thrown) => {
      error = thrown;
    });
    expect(String(error)).to.equal('Error: Share the registry before late observes anything');
    registry.clear();
    const from0 = client.linearBuckets(0, 1, 3);
    const shared = new client.Registry();
    await client.shareRegistry(shared);
    const histogram = new client.Histogram({
      name: 'h',
      help: 'H',
      buckets: from0,
      registers: [shared],
    });
    histogram.observe(-1);
    new client.Summary({ name: 's', help: 'S', registers: [shared] }).observe(3);
    expect(linesOf(await shared.metrics())).to.include.members(['h_bucket{le="0"} 1', 's_sum 3']);
  });
});
