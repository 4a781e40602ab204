import { expect } from 'chai';
import { Violation } from '../../../examples/vsr-cluster/simulation/checker.js';
import { runSeed } from '../../../examples/vsr-cluster/simulation/run-seed.js';
import { Simulation } from '../../../examples/vsr-cluster/simulation/simulation.js';
import { runSeeds } from '../../prove/vsr.js';
import { seed } from '../../support/seed.js';

describe('VSR cluster, simulated', () => {
  it('keeps its promises under 300 combinations of faults, others every day @slow', async function () {
    this.timeout(150_000);
    const { seeds, committed, views } = await runSeeds(300, () => undefined, 1000 * (seed % 1e6));
    expect(seeds).to.equal(300);
    // Something was going on, and something went wrong.
    expect(committed).to.be.above(15_000);
    expect(views).to.be.above(300);
  });

  it('runs a seed the same way every time', () => {
    expect(runSeed(42)).to.deep.equal(runSeed(42));
    expect(runSeed(42)).not.to.deep.equal(runSeed(43));
  });

  it('serves clients through one replica after another being down', () => {
    const simulation = new Simulation({ seed: 1, rosterSize: 3, members: [0, 1, 2] });
    simulation.start();
    for (let round = 0; round < 6; round++) {
      simulation.run(1000);
      const node = simulation.nodes[round % 3]!;
      node.crash({ mayDamage: false });
      const before = simulation.checker.acknowledged;
      simulation.run(2000);
      expect(simulation.checker.acknowledged).to.be.above(before);
      node.start();
    }
    simulation.settle();
  });

  it('rejects nothing that a correct replica sends, however late it comes', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const rejections = { count: 0 };
      const simulation = new Simulation({
        seed,
        rosterSize: 3,
        members: [0, 1, 2],
        observer: {
          onStart: ({ replica }) => {
            replica!.reject = () => {
              rejections.count++;
            };
          },
        },
      });
      Object.assign(simulation.network.faults, { loss: 0.05, duplication: 0.2, jitter: 400 });
      simulation.start();
      simulation.run(5000);
      simulation.settle();
      expect(rejections.count).to.equal(0);
    }
  });

  it('stops rather than lose anything when too many disks are damaged', () => {
    const simulation = new Simulation({ seed: 3, rosterSize: 3, members: [0, 1, 2] });
    simulation.start();
    simulation.run(1000);
    for (const node of simulation.nodes.slice(0, 2)) {
      node.crash({ mayDamage: false });
      node.disk.damageSuperblock(0);
      node.disk.damageSuperblock(1);
      node.start();
    }
    const before = simulation.checker.history.length;
    simulation.run(10_000);
    expect(simulation.checker.history.length).to.be.within(before, before + 16);
    expect(simulation.nodes.map(({ replica }) => replica!.status).slice(0, 2)).to.deep.equal([
      2, 2,
    ]);
  });

  it('finds out when disks only say that they have written', () => {
    const simulation = new Simulation({ seed: 4, rosterSize: 3, members: [0, 1, 2] });
    const { events, nodes } = simulation;
    for (const { disk } of nodes) disk.writeEntries = (_entries, done) => events.after(0.1, done);
    simulation.start();
    simulation.run(1000);
    for (const node of nodes) node.crash({ mayDamage: false });
    expect(() => simulation.settle()).to.throw(Violation);
  });
});
