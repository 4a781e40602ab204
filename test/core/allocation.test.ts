import { expect } from 'chai';
import { runFixture } from '../support/fixtures.js';

describe('Recording', () => {
  // 5 times 200,000 to warm up, then 10,000,000.
  const records = 11_000_000;

  for (const how of ['', 'transfer']) {
    const when = how === '' ? '' : ', after an unrelated ArrayBuffer was transferred';
    it(`causes no garbage collection in optimised code${when}`, async () => {
      const { stdout, stderr } = await runFixture('allocation', { args: [how] });
      expect(stderr).to.equal('');
      const { caused, counted } = JSON.parse(stdout);
      const kinds = Object.keys(caused);
      expect(kinds).to.have.length(8);
      expect(caused).to.deep.equal(Object.fromEntries(kinds.map((kind) => [kind, 0])));
      expect(counted).to.deep.equal({
        count: records,
        last: true,
        used: -records / 2,
        seconds: 2 * records + records / 10,
        thirds: records,
      });
    });
  }
});
