import { expect } from 'chai';
import { inPackage } from '../support/package-root.js';
import { runProgram } from '../support/processes.js';

describe('npm run bench -- --quick', () => {
  it('measures cases by tinybench, and checks that they recorded what they did', async () => {
    const program = inPackage('dist', 'bench', 'quick.js');
    const args = [program, 'counter: vsr-metrics'];
    const { code, stdout, stderr } = await runProgram(process.execPath, args);
    expect(code, stderr).to.equal(0);
    expect(stdout).to.match(/^counter +typical +at least +p99$/m);
    expect(stdout).to.match(/^ {2}vsr-metrics 0\.\S+( +[\d.]+ [nu]s){3}$/m);
  });
});
