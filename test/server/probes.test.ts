// What probes are told while a real cluster starts, is cut, recovers and ends.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runFault } from '../../examples/vsr-cluster/cluster/fault-commands.js';
import { Cluster } from '../../examples/vsr-cluster/cluster/launcher.js';
import { type RunningServer, startServer } from '../../lib/server/index.js';
import { get, type Reply, until } from './requests.js';

const ids = [0, 1, 2];
/** Four threads and their disks on a machine that others use, too. */
const patience = 90_000;

describe('probes of a cluster @slow', function () {
  this.timeout(240_000);
  let cluster: Cluster;
  let server: RunningServer;
  let folder: string;
  let liveCodes: number[] = [];
  let watching: NodeJS.Timeout;

  const ask = (path: string): Promise<Reply> => get(new URL(path, server.url));
  const readyCode = async (id?: number): Promise<number> => {
    const query = id === undefined ? '' : `?replica_id=${id}`;
    return (await ask(`/health/ready${query}`)).status;
  };
  const statusOf = (id: number) =>
    cluster.registry.snapshot().value('vsr_replica_status', { replica_id: String(id) });
  /** The order to damage it arrives when the thread has time, and leaves these bytes on the disk. */
  const isLogDamaged = (id: number) =>
    readFileSync(join(folder, 'data', `replica-${id}`, 'log')).includes(Buffer.alloc(16, 0xa5));
  const areNormal = () => ids.every((id) => statusOf(id) === 0) && cluster.primary !== undefined;
  /** The codes of each replica, and of all of them. */
  const readyCodes = () => Promise.all([...ids.map(readyCode), readyCode()]);

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vsr-probes-'));
    const metricsFile = `/dev/shm/${folder.split('/').at(-1)}.metrics`;
    const data = join(folder, 'data');
    cluster = await Cluster.start({ replicas: 3, rate: 100, data, metricsFile });
    server = await startServer({ registry: cluster.registry, port: 0 });
    watching = setInterval(() => {
      void ask('/health/live').then(
        ({ status }) => liveCodes.push(status),
        () => undefined,
      );
    }, 100);
  });

  after(async () => {
    clearInterval(watching);
    await server?.close();
    await cluster?.stop({ data: false, file: false });
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  /** Nothing that happens to a replica is a reason to restart the program. */
  afterEach(() => {
    expect(new Set(liveCodes)).to.deep.equal(new Set([200]));
    liveCodes = [];
  });

  it('are let in once every replica has started', async () => {
    await until(() => areNormal() && cluster.load.answered > 100, patience);
    expect(await readyCodes()).to.deep.equal([200, 200, 200, 200]);
    expect((await ask('/health')).status).to.equal(200);
  });

  it('are kept from a replica that is in a view change, and from no other', async () => {
    const cut = (cluster.primary! + 1) % 3;
    runFault(cluster, `partition ${cut}`);
    await until(() => statusOf(cut) === 1, patience);
    const expected = ids.map((id) => (id === cut ? 503 : 200));
    expect(await readyCodes()).to.deep.equal([...expected, 503]);
    const { json } = await ask(`/health/ready?replica_id=${cut}`);
    expect(json.status).to.equal('not ready');
    expect(json.reasons).to.have.length(1);
    // How far it is behind is derived from the others, whom it does not hear.
    expect(json.reasons[0]).to.match(
      new RegExp(`^replica ${cut} is in status view_change(, [\\d,]+ operations? behind)?$`),
    );
    runFault(cluster, 'heal');
    await until(areNormal, patience);
    expect(await readyCodes()).to.deep.equal([200, 200, 200, 200]);
  });

  it('are kept from a replica until it has recovered', async () => {
    const damaged = (cluster.primary! + 1) % 3;
    // It is cut off first. Alone it writes no entry over the damaged one and takes no checkpoint that
    // makes the entry superfluous; and what it lost it cannot get back before anybody has looked.
    runFault(cluster, `partition ${damaged}`);
    await until(() => statusOf(damaged) === 1, patience);
    runFault(cluster, `corrupt-log ${damaged}`);
    await until(() => isLogDamaged(damaged), patience);
    runFault(cluster, `kill ${damaged}`);
    await until(() => statusOf(damaged) === 2, patience);
    expect(await readyCode(damaged)).to.equal(503);
    expect(await readyCode((damaged + 1) % 3)).to.equal(200);
    const { json } = await ask(`/health/ready?replica_id=${damaged}`);
    expect(json.reasons).to.deep.equal([`replica ${damaged} is in status recovering`]);
    runFault(cluster, 'heal');
    await until(areNormal, patience);
    // It may have to catch up once more, and is not let in meanwhile.
    await until(async () => (await readyCodes()).every((code) => code === 200), patience);
  });

  it('are sent away before the server stops to listen', async () => {
    clearInterval(watching);
    // The last look: the one before it may have come while the test before this one ran.
    liveCodes.push((await ask('/health/live')).status);
    const ended = server.close({ readinessDelayMs: 3000 });
    // The order has to reach the thread of the server.
    await until(async () => (await readyCode()) === 503);
    expect((await ask('/health')).status).to.equal(503);
    const { json } = await ask('/health/ready');
    expect(json.reasons).to.include('it is shutting down');
    // Metrics are there until the end.
    expect((await ask('/metrics')).status).to.equal(200);
    await ended;
    expect(await ask('/health/ready').catch((error: Error) => error)).to.be.instanceOf(Error);
  });
});
