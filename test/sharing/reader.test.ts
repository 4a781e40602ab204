import { execFileSync } from 'node:child_process';
import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { createRegistry, RegistryError, readRegistry } from '../../lib/index.js';
import { proofCatalogue, steps } from '../prove/catalogue.js';
import { until } from '../support/until.js';
import { newFile, RecordingProcess, removeAll } from './processes.js';

describe('readRegistry', () => {
  afterEach(removeAll);

  it('says how the writer does: alive, hung, stopped, dead', async function () {
    this.timeout(30_000);
    const file = newFile();
    const child = await RecordingProcess.start('create', file);
    const reader = readRegistry(file, { hungAfterMs: 2500 });
    await until(() => reader.writer.loopAgeMs !== undefined);
    expect(reader.writer).to.include({ state: 'alive', pid: child.pid, closed: false });

    await child.tell({ do: 'block', ms: 5000 });
    await until(() => reader.writer.state === 'hung');
    expect(reader.writer.loopAgeMs).to.be.above(2500);
    expect(reader.writer.heartbeatAgeMs).to.be.below(2500); // the background thread goes on
    await until(() => reader.writer.state === 'alive');

    child.signal('SIGSTOP');
    await until(() => reader.writer.state === 'hung');
    expect(reader.writer.heartbeatAgeMs).to.be.above(2500);
    child.signal('SIGCONT');
    await until(() => reader.writer.state === 'alive');

    await child.kill();
    expect(reader.writer.state).to.equal('dead');
  });

  it('reads what a stopped and a dead process had recorded', async () => {
    const file = newFile();
    const child = await RecordingProcess.start('create', file);
    await child.tell({ do: 'inc', times: 41 });
    child.signal('SIGSTOP');
    const reader = readRegistry(file);
    expect(reader.snapshot().value(steps)).to.equal(41);
    child.signal('SIGCONT');
    await child.tell({ do: 'inc' });
    await child.kill();
    expect(reader.snapshot().value(steps)).to.equal(42);
  });

  it('does not attach: whoever looks at the registry sees nothing of it', () => {
    const file = newFile();
    const registry = createRegistry({ catalogue: proofCatalogue, file });
    const blocks = () => readRegistry(file).processes().length;
    expect(blocks()).to.equal(1); // reading is not attaching
    registry.close();
  });

  it('follows the file when its program starts again', async () => {
    const file = newFile();
    const first = await RecordingProcess.start('create', file);
    await first.tell({ do: 'inc', times: 5 });
    const reader = readRegistry(file);
    expect(reader.snapshot().value(steps)).to.equal(5);
    await first.kill();
    const second = await RecordingProcess.start('create', file);
    await second.tell({ do: 'inc', times: 2 });
    expect(reader.snapshot().value(steps)).to.equal(2);
  });

  it('keeps a history that survives the process', async function () {
    this.timeout(20_000);
    const file = newFile();
    const registry = createRegistry({ catalogue: proofCatalogue, file });
    registry.metrics.inFlight.set(3);
    const reader = readRegistry(file);
    await until(() => reader.history('proof_in_flight').some(({ value }) => value === 3));
    registry.metrics.inFlight.set(4);
    await until(() => reader.history('proof_in_flight').at(-1)?.value === 4);
    const points = reader.history('proof_in_flight');
    expect(points.map(({ at }) => at)).to.eql(points.map(({ at }) => at).sort((a, b) => a - b));
    expect(points[0]!.value).to.equal(3);
    const [first] = reader.history('proof_latency_seconds');
    expect(first!.buckets!.map(({ le }) => le)).to.eql([0.001, 0.01, 0.1, 1, Infinity]);
    const last = points.at(-1)!.at;
    expect(reader.history('proof_in_flight', { from: last }).length).to.equal(1);
    expect(reader.history('proof_in_flight', { to: 1 })).to.eql([]);
    expect(registry.history('proof_in_flight').length).to.be.at.least(points.length);
    registry.close();
  });

  it('refuses what is no region, and says why', () => {
    const file = newFile();
    expect(() => readRegistry(file)).to.throw(RegistryError, /No such file/);
    writeFileSync(file, 'hello');
    expect(() => readRegistry(file)).to.throw(RegistryError, /not a vsr-metrics region/);
    rmSync(file);
    const registry = createRegistry({ catalogue: proofCatalogue, file });
    const copy = newFile();
    execFileSync('cp', ['--sparse=always', file, copy]);
    const reader = readRegistry(copy);
    truncateSync(copy, 100_000);
    expect(() => reader.snapshot()).to.throw(RegistryError, /truncated/);
    registry.close();
    expect(() => readRegistry('/dev/shm')).to.throw(RegistryError, /no regular file/);
  });
});
