import { readFileSync, rmSync } from 'node:fs';
import { expect } from 'chai';
import { handlers } from '../../bench/budget/handlers.js';
import type { BudgetResults } from '../../bench/budget/measure.js';
import { inPackage } from '../support/package-root.js';
import { runProgram } from '../support/processes.js';

describe('the overhead budget of a replica', () => {
  for (const { name, create } of handlers) {
    it(`is measured on work that depends on every byte: ${name}`, () => {
      const digestsOf = (messageBytes: number): number[] => {
        const handler = create(messageBytes);
        return Array.from({ length: 200 }, () => {
          handler.handle();
          return handler.digest;
        });
      };
      expect(digestsOf(1024)).to.eql(digestsOf(1024));
      expect(digestsOf(1024)).not.to.eql(digestsOf(1032));
      expect(new Set(digestsOf(1024)).size).to.equal(200);
    });
  }

  it('is kept: metrics add less than 1 % to each handler @slow', async function () {
    this.timeout(1_300_000);
    const json = inPackage('.cache', `budget-${process.pid}.json`);
    try {
      const program = inPackage('dist', 'bench', 'budget', 'main.js');
      // It ends when it is decided; only a machine that is very busy needs so long.
      const args = [program, '--quick', '--seconds', '600', '--json', json];
      const { code, stdout, stderr } = await runProgram(process.execPath, args);
      expect(code, stdout + stderr).to.equal(0);
      const results = JSON.parse(readFileSync(json, 'utf8')) as BudgetResults;
      expect(results.handlers.map(({ handler }) => handler)).to.eql(['prepare', 'commit']);
      for (const { report, recordingNanoseconds } of results.handlers) {
        expect(report.interval.upper).to.be.at.most(results.budget);
        expect(recordingNanoseconds).to.be.above(0);
      }
    } finally {
      rmSync(json, { force: true });
    }
  });
});
