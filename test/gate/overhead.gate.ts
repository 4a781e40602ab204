// Gates of time: what instrumentation costs, measured on this machine. `npm run gate` runs them alone;
// a busy neighbour makes them slow, and the narrow ones undecided.

import { readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { handlers } from '../../bench/budget/handlers.js';
import type { BudgetResults } from '../../bench/budget/measure.js';
import { createPair } from '../../bench/budget/pair.js';
import { measureLoop } from '../../bench/cluster/measure.js';
import { measureThreads } from '../../bench/cluster/threads.js';
import { describeOverhead, measureOverhead } from '../../lib/budget/index.js';
import { work } from '../budget/modules/work.js';
import { simulateMachines } from '../budget/simulated.js';
import { spawnVsrMetrics } from '../cli/command-line.js';
import { budget } from '../prove/budget.js';
import { inPackage } from '../support/package-root.js';
import { runProgram } from '../support/processes.js';

function moduleUrl(name: string): URL {
  return new URL(`../budget/modules/${name}.js`, import.meta.url);
}

describe('measureOverhead', function () {
  this.timeout(150_000);

  it('finds an overhead that nobody could overlook', async () => {
    const { verdict, overhead } = await measureOverhead({
      baseline: () => work(20_000),
      instrumented: () => work(40_000),
      limitSeconds: 60,
    });
    expect(verdict).to.equal('over');
    expect(overhead).to.be.within(0.5, 2);
  });

  it('finds that nothing is within a budget of half as much again', async () => {
    const operation = () => work(20_000);
    const options = { baseline: operation, instrumented: operation, budget: 0.5 };
    const { verdict, interval } = await measureOverhead(options);
    expect(verdict).to.be.oneOf(['within', 'biased']);
    expect(interval.upper).to.be.at.most(0.5);
  });

  it('measures modules in fresh processes, synchronous and asynchronous ones', async () => {
    const { verdict, overhead } = await measureOverhead({
      baseline: fileURLToPath(moduleUrl('plain')),
      instrumented: moduleUrl('twice'),
      confidence: 0.5,
      limitSeconds: 100,
    });
    expect(verdict).to.equal('over');
    expect(overhead).to.be.above(0.3);
  });
});

describe('the sequential test, on noisy machines', function () {
  this.timeout(300_000);

  it('has intervals that hold the overhead 99 times of 100, whatever the noise', async () => {
    for (const { runs, missed, wrong, decided } of await simulateMachines(300, 0)) {
      expect(missed, 'intervals that miss').to.be.at.most(0.01 * runs);
      expect(wrong, 'wrong verdicts').to.be.at.most(0.01 * runs);
      expect(decided, 'decided').to.be.at.least(0.95 * runs);
    }
  });
});

describe('proofs, in their short form', function () {
  this.timeout(300_000);

  it(`budget: ${budget.claim}`, async () => {
    await budget.run(budget.short, () => undefined);
  });
});

describe('vsr-metrics bench', function () {
  this.timeout(200_000);

  const bench = (instrumented: string, ...more: string[]) => {
    const modules = [moduleUrl('plain'), moduleUrl(instrumented)].map((url) => fileURLToPath(url));
    const options = ['--baseline', modules[0]!, '--instrumented', modules[1]!, ...more];
    return spawnVsrMetrics(['bench', ...options]);
  };

  it('exits with 0 when it is within the budget', async () => {
    const { code, stdout, stderr } = await bench('plain', '--budget=60%');
    expect([code, stderr], stdout).to.eql([0, '']);
    expect(stdout).to.match(/^overhead .* at 99 % confidence; within the budget of 60 % .*\n$/);
  });

  it('exits with 1 when it is over the budget', async () => {
    const { code, stdout } = await bench('twice', '--confidence', '50%');
    expect(code, stdout).to.equal(1);
  });
});

describe('the overhead budget of a replica', function () {
  this.timeout(150_000);

  it('is found to be exceeded by 3 % more work, and not by none', async () => {
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

  it('is kept: metrics add less than 1 % to each handler', async () => {
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

describe('the overhead of the VSR cluster', function () {
  this.timeout(300_000);

  it('is known within seconds against a generous budget', async () => {
    const loop = await measureLoop({ budget: 0.5, limitSeconds: 60 });
    expect(loop.report.verdict, describeOverhead(loop.report)).to.equal('within');
    const run = { budget: 1, limitSeconds: 60, leastSeconds: 4, rate: 2000 };
    const { report } = await measureThreads(run);
    expect(report.verdict, describeOverhead(report)).to.equal('within');
    expect(report.seconds).to.be.at.least(4);
  });
});
