import { expect } from 'chai';
import { inPackage } from '../support/package-root.js';
import { runProgram } from '../support/processes.js';

describe('the rendering benchmark', () => {
  it('runs, and finds the same samples on both sides', async function () {
    this.timeout(60_000);
    const script = inPackage('dist', 'bench', 'rendering.js');
    const { code, stdout, stderr } = await runProgram(process.execPath, [script, '--quick']);
    expect(code, stderr).to.equal(0);
    expect(stdout).to.match(/^counters: 100 samples, \d+ bytes, the same in both$/m);
    expect(stdout).to.match(/^histograms: 150 samples, \d+ bytes, the same in both$/m);
    expect(stdout.match(/^ {2}snapshot \+ renderPrometheus +\d/gm)).to.have.length(2);
  });
});
