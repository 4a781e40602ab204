import { readFileSync, rmSync } from 'node:fs';
import { expect } from 'chai';
import { handlers } from '../../bench/budget/handlers.js';
import type { BudgetResults } from '../../bench/budget/measure.js';
import { createPair } from '../../bench/budget/pair.js';
import { describeOverhead, measureOverhead } from '../../lib/budget/index.js';
import { vsr } from '../../lib/catalogues/index.js';
import { createRegistry } from '../../lib/index.js';
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

  for (const each of handlers) {
    it(`changes nothing of what is computed: ${each.name}`, () => {
      const registry = createRegistry({ catalogue: vsr, fixedLabels: { replica_id: '0' } });
      const [plain, recorded] = [each.create(1024), each.create(1024)];
      const record = each.instrument(recorded, registry);
      for (let operation = 0; operation < 200; operation++) {
        plain.handle();
        recorded.handle();
        record(registry.now());
      }
      expect(recorded.digest).to.equal(plain.digest);
      expect(registry.snapshot().histogram(each.latency)?.count).to.equal(200);
      registry.close();
    });
  }

  it('is found to be exceeded by 3 % more work, and not by none @slow', async function () {
    this.timeout(150_000);
    const [prepare] = handlers;
    const bytes = 16_384;
    const pair = createPair(prepare!, bytes);
    const more = prepare!.create(0.03 * bytes);
    const options = { clock: 'typical', limitSeconds: 60 } as const;
    const over = await measureOverhead({
      ...options,
      baseline: pair.baseline,
      instrumented: () => {
        pair.instrumented();
        more.handle();
      },
    });
    expect(over.verdict, describeOverhead(over)).to.equal('over');
    expect(over.overhead).to.be.within(0.02, 0.06);
    const { baseline } = pair;
    const same = await measureOverhead({ ...options, baseline, instrumented: () => baseline() });
    expect(same.verdict, describeOverhead(same)).to.equal('within');
    expect(same.overhead).to.be.within(-0.005, 0.005);
    pair.finish();
  });

  it('is kept: metrics add less than 1 % to each handler @slow', async function () {
    this.timeout(150_000);
    const json = inPackage('.cache', `budget-${process.pid}.json`);
    try {
      const program = inPackage('dist', 'bench', 'budget', 'main.js');
      const args = [program, '--quick', '--json', json];
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
