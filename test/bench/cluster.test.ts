import { expect } from 'chai';
import { createLoopCluster } from '../../bench/cluster/cluster.js';
import { ThreadCluster } from '../../bench/cluster/threads.js';

describe('the overhead of the VSR cluster', () => {
  it('is of replicas that record every operation, or none', () => {
    const cluster = createLoopCluster();
    for (let run = 0; run < 20; run++) cluster.run(run % 2 === 0);
    cluster.finish();
  });

  it('is of replicas on threads of which one, or the others, record as they are told @slow', async function () {
    this.timeout(150_000);
    const cluster = await ThreadCluster.start(2000);
    try {
      await cluster.untilAnswered(1000);
      // A replica that the machine holds up hears of it later: none of these may go on for ever.
      let counted: number;
      do {
        counted = cluster.counted;
        expect(await cluster.block('baseline')).to.be.above(0);
      } while (cluster.counted !== counted);
      while (cluster.counted === counted) await cluster.block('instrumented');
    } finally {
      await cluster.stop();
    }
  });
});
