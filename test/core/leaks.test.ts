import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { runFixture } from '../support/fixtures.js';

const flags = ['--expose-gc'];

describe('A registry that is not used any more', () => {
  for (const how of ['close', 'drop']) {
    const what = how === 'close' ? 'was closed' : 'was only dropped';
    it(`leaves no mapping and no descriptor behind when it ${what}`, async function () {
      if (!existsSync('/proc/self/maps')) {
        console.log('    this system does not tell what a process has mapped (/proc/self/maps)');
        this.skip();
      }
      const { stdout, stderr } = await runFixture('dropped-registries', { flags, args: [how] });
      expect(stderr).to.equal('');
      const { before, most, after } = JSON.parse(stdout);
      // 60 registries later: at most a few that finalizers had not come to.
      expect(most).to.be.at.most(before + 40);
      expect(after).to.be.at.most(before + 20);
    });
  }

  it('gives its lane to the next one, with the counts and without the gauges', async () => {
    const { stdout, stderr } = await runFixture('dropped-lanes', { flags });
    expect(stderr).to.equal('');
    expect(JSON.parse(stdout)).to.deep.equal({
      attached: 12,
      total: 12,
      observations: 12,
      whileAttached: 6,
      afterwards: 1,
    });
  });
});
