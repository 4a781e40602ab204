import { expect } from 'chai';
import { createLoopCluster } from '../../bench/cluster/cluster.js';
import { measureCluster } from '../../bench/cluster/measure.js';
import { describeOverhead } from '../../lib/budget/index.js';

describe('the overhead of the VSR cluster', () => {
  it('is of replicas that record every operation, or none', () => {
    const cluster = createLoopCluster();
    for (let run = 0; run < 20; run++) cluster.run(run % 2 === 0);
    cluster.finish();
  });

  it('is known within seconds against a generous budget @slow', async function () {
    this.timeout(150_000);
    const { report } = await measureCluster({ budget: 0.5, limitSeconds: 60 });
    expect(report.verdict, describeOverhead(report)).to.equal('within');
  });
});
