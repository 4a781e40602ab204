import { expect } from 'chai';
import { runFixture } from '../../support/fixtures.js';

describe('Recording', () => {
  // 5 times 200,000 to warm up, then 10,000,000 in every run.
  const recordsIn = (runs: number) => 1_000_000 + 10_000_000 * runs;

  for (const how of ['', 'transfer']) {
    const when = how === '' ? '' : ', after an unrelated ArrayBuffer was transferred';
    it(`causes no garbage collection in optimised code${when}`, async () => {
      const { stdout, stderr } = await runFixture('allocation', {
        args: [how],
        patience: 60_000,
      });
      expect(stderr).to.equal('');
      const { caused, counted, runs } = JSON.parse(stdout);
      const kinds = Object.keys(caused);
      expect(kinds).to.have.length(8);
      expect(caused).to.deep.equal(Object.fromEntries(kinds.map((kind) => [kind, 0])));
      const records = (kind: string) => recordsIn(runs[kind]);
      expect(counted).to.deep.equal({
        count: records('inc()'),
        last: true,
        used: -records('gauge inc() and dec()') / 2,
        seconds:
          records('record(v)') + records('record(v) out of range') + records('since(now())') / 10,
        thirds: records('record(v) between split bounds'),
      });
    });
  }
});
