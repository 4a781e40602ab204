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

  it('leaves nothing behind at close(), however often, without a collection that is asked for', async function () {
    this.timeout(120_000);
    if (!existsSync('/proc/self/maps')) {
      console.log('    this system does not tell what a process has mapped (/proc/self/maps)');
      this.skip();
    }
    const times = 1000;
    const options = { args: [String(times)], patience: 110_000 };
    const { stdout, stderr } = await runFixture('attached-and-closed', options);
    expect(stderr).to.equal('');
    const { before, after, ...counted } = JSON.parse(stdout);
    const [total, observations, served] = [times, times, times];
    expect(counted).to.deep.equal({ total, observations, served, used: 'unset' });
    expect(after.descriptors).to.equal(before.descriptors);
    // Addresses and memory go when the arrays over them are collected, which V8 does in its own time:
    // by far not all of them are left.
    expect(after.mappings).to.be.at.most(before.mappings + 0.8 * times);
    expect(after.megabytes).to.be.at.most(before.megabytes + 0.3 * times);
  });

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
