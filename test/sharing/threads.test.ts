import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import {
  attachRegistry,
  createRegistry,
  defineCatalogue,
  RegistryError,
  readRegistry,
} from '../../lib/index.js';
import { latency, proofCatalogue, steps } from '../prove/catalogue.js';
import { newFile, RecordingProcess, removeAll } from './processes.js';

const program = new URL('./programs/counting-worker.js', import.meta.url);

function startWorker(workerData: object): Worker {
  return new Worker(program, { workerData });
}

describe('worker threads', () => {
  afterEach(removeAll);

  it('add up to exact totals', async () => {
    const registry = createRegistry({ catalogue: proofCatalogue });
    const workers = Array.from({ length: 4 }, (_, index) =>
      startWorker({ shared: registry.share(), times: 10_000 * (index + 1) }),
    );
    await Promise.all(workers.map((worker) => once(worker, 'exit')));
    const snapshot = registry.snapshot();
    expect(snapshot.value(steps)).to.equal(100_000);
    expect(snapshot.histogram(latency)!.count).to.equal(100_000);
    registry.close();
  });

  it('give their lane back when they exit, and values stay', async () => {
    const registry = createRegistry({ catalogue: proofCatalogue, capacity: { lanes: 2 } });
    for (let round = 0; round < 5; round++) {
      await once(startWorker({ shared: registry.share(), times: 100 }), 'exit');
    }
    expect(registry.snapshot().value(steps)).to.equal(500);
    registry.close();
  });

  it('give their lane back when they throw', async () => {
    const registry = createRegistry({ catalogue: proofCatalogue, capacity: { lanes: 2 } });
    for (let round = 0; round < 3; round++) {
      const worker = startWorker({ shared: registry.share(), times: 10, throws: true });
      worker.on('error', () => undefined);
      await new Promise((resolve) => worker.on('exit', resolve));
    }
    expect(registry.snapshot().value(steps)).to.equal(30);
    registry.close();
  });

  it('are told which option to raise when there are more than lanes', async () => {
    const registry = createRegistry({ catalogue: proofCatalogue, capacity: { lanes: 1 } });
    const worker = startWorker({ shared: registry.share(), times: 1 });
    const [error] = (await once(worker, 'error')) as [Error & { code?: string }];
    expect(error.message).to.match(/all 1 lanes.*capacity\.lanes/);
    registry.close();
  });

  it('cannot say that the registry was closed in good order: its creator was killed', async () => {
    const file = newFile();
    const creator = await RecordingProcess.start('create', file);
    await creator.tell({ do: 'inc', times: 3 });
    // Its worker attaches, records, closes its own registry and ends.
    await creator.tell({ do: 'worker' });
    expect(readRegistry(file).writer.closed).to.equal(false);
    await creator.kill();
    createRegistry({ catalogue: proofCatalogue, file }).close();
    expect(readRegistry(`${file}.1`).snapshot().value(steps)).to.equal(3 + 100);
  });

  it('can attach again in the same thread, each with a lane of its own', () => {
    const registry = createRegistry({ catalogue: proofCatalogue });
    const second = attachRegistry(registry.share(), { catalogue: proofCatalogue });
    registry.metrics.steps.inc();
    second.metrics.steps.inc(2);
    expect(registry.snapshot().value(steps)).to.equal(3);
    expect(second.snapshot().value(steps)).to.equal(3);
    registry.close();
    second.close();
  });

  it('must agree on what a family is', () => {
    const registry = createRegistry({ catalogue: proofCatalogue });
    const other = defineCatalogue({
      name: 'other',
      families: {
        latency: {
          kind: 'histogram',
          name: 'proof_latency_seconds',
          help: 'Values recorded',
          buckets: [0.5],
        },
      },
    });
    expect(() => attachRegistry(registry.share(), { catalogue: other }))
      .to.throw(RegistryError, /proof_latency_seconds.*buckets.*0\.5.*0\.001, 0\.01/)
      .with.property('code', 'VSR_METRICS_REGISTRY_MISMATCH');
    registry.close();
  });

  it('cannot attach to what is no registry', () => {
    for (const source of [undefined, null, 7, {}, { path: 7 }]) {
      expect(() => attachRegistry(source as never, { catalogue: proofCatalogue })).to.throw(
        RegistryError,
        /share\(\)/,
      );
    }
    expect(() => attachRegistry('/dev/null', { catalogue: proofCatalogue })).to.throw(
      RegistryError,
      /no regular file/,
    );
  });
});
