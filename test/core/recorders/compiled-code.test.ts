import { expect } from 'chai';
import { runFixture } from '../../support/fixtures.js';

describe('A compiled loop', () => {
  it('stays compiled when a value comes that is an extreme once more', async () => {
    const flags = ['--trace-opt', '--trace-deopt'];
    const { stdout } = await runFixture('compiled-loop', { flags, patience: 60_000 });
    const counted = `${2 + 2000 * 4096 + 4}\n`;
    const [before, after] = stdout.split('compiled\n') as [string, string];
    expect(before).to.match(/completed optimizing.*recordAll/);
    expect(after).to.contain(counted);
    // What comes afterwards is the end of the process.
    expect(after.slice(0, after.indexOf(counted))).not.to.contain('recordAll');
  });
});

describe('registry.metrics', () => {
  it('has a shape for V8, however many families there are, so that a family costs no search', async () => {
    const flags = ['--allow-natives-syntax'];
    const { stdout } = await runFixture('metrics-shape', { flags });
    expect(JSON.parse(stdout)).to.deep.equal([true, true]);
  });
});
