// Benchmarks rot when nobody runs them: every case that is JavaScript is run once here, as small as
// it gets. That the numbers read back are right is checked by the case itself.

import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { loadCases } from '../../bench/harness/javascript-case.js';
import type { TrialOutput } from '../../bench/harness/types.js';
import { caseModules } from '../../bench/modules.js';
import { inPackage } from '../support/package-root.js';
import { runProgram } from '../support/processes.js';

const program = fileURLToPath(new URL('../../bench/harness/case-process.js', import.meta.url));
const seconds = '0.001';

describe('benchmark cases', function () {
  this.timeout(120_000);

  for (const name of caseModules) {
    it(`of ${name} run, and read back what they recorded @slow`, async () => {
      const moduleUrl = pathToFileURL(inPackage('dist', 'bench', 'cases', `${name}.js`)).href;
      const cases = (await loadCases(moduleUrl)).filter((each) => each.unavailable === undefined);
      const args = [program, moduleUrl, 'all', seconds];
      const { code, stdout, stderr } = await runProgram(process.execPath, args);
      expect(code, stderr).to.equal(0);
      const lines = stdout.split('\n').filter((line) => line !== '');
      const outputs = lines.map((line) => JSON.parse(line) as TrialOutput);
      expect(outputs.map(({ peer, results }) => `${results[0].name}: ${peer}`)).to.deep.equal(
        cases.map(({ peer, group }) => `${group}: ${peer}`),
      );
      for (const { peer, results } of outputs) {
        const [{ name: group, operations, total, nsPerOperation }] = results;
        expect(total, `${group}: ${peer}`).to.equal(operations);
        expect(nsPerOperation, `${group}: ${peer}`).to.be.above(0);
      }
    });
  }
});
