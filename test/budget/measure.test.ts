import { expect } from 'chai';
import { measureOverhead, type OverheadOptions } from '../../lib/budget/index.js';
import { measureRounds } from '../../lib/budget/measure.js';
import type { RoundTimes } from '../../lib/budget/round.js';
import { BudgetError } from '../../lib/core/errors.js';
import { work } from './modules/work.js';

function moduleUrl(name: string): URL {
  return new URL(`./modules/${name}.js`, import.meta.url);
}

async function failureOf(options: OverheadOptions): Promise<BudgetError> {
  try {
    await measureOverhead(options);
  } catch (error) {
    expect(error).to.be.instanceOf(BudgetError);
    return error as BudgetError;
  }
  throw new Error('nothing failed');
}

describe('measureOverhead', function () {
  this.timeout(120_000);

  // That real measurements find what is there is a gate of time: test/gate.
  it('judges the rounds that it is given, and says how it was found', async () => {
    const seen: number[] = [];
    async function* rounds(): AsyncGenerator<RoundTimes> {
      for (let round = 0; ; round++) {
        const baselineNanoseconds = 1e6 + round;
        const instrumentedNanoseconds = baselineNanoseconds * (1.5 + (round % 5) / 1000);
        yield { operations: 10, baselineNanoseconds, instrumentedNanoseconds };
      }
    }
    const report = await measureRounds(
      {
        budget: 0.01,
        confidence: 0.99,
        limitSeconds: 60,
        clock: 'processor',
        onProgress: (progress) => seen.push(progress.rounds),
      },
      rounds(),
    );
    expect(report.verdict).to.equal('over');
    expect(report.overhead).to.be.within(0.5, 0.504);
    expect(report.interval.lower).to.be.within(0.5, report.overhead);
    expect(report.interval.upper).to.be.within(report.overhead, 0.504);
    expect(report.addedNanoseconds).to.equal(report.baselineNanoseconds * report.overhead);
    expect(report.secondsToDecide).to.equal(0);
    expect(report.operations).to.equal(10 * report.rounds);
    expect(seen).to.eql(Array.from({ length: report.rounds }, (_, index) => index + 1));
    expect([report.budget, report.confidence]).to.eql([0.01, 0.99]);
  });

  it('is undecided when the time is up, and says how much longer would decide', async () => {
    const operation = () => work(20_000);
    const { verdict, rounds, interval, secondsToDecide } = await measureOverhead({
      baseline: operation,
      instrumented: operation,
      limitSeconds: 0.01,
    });
    expect([verdict, rounds]).to.eql(['undecided', 1]);
    expect(interval).to.eql({ lower: -1, upper: Infinity });
    expect(secondsToDecide).to.be.above(0).and.below(Infinity);
  });

  const failures: readonly (readonly [name: string, message: RegExp])[] = [
    ['throwing', /cannot be measured: Error: the disk is full\n.*throwing\.js/s],
    ['exiting', /its process ended by code 7; given ".*exiting\.js"/],
    ['unloadable', /Error: cannot be imported/],
    ['nothing', /its default export is not a function/],
    ['unchecked', /Error: the totals disagree/],
  ];
  for (const [name, message] of failures) {
    it(`says why a module cannot be measured: ${name}`, async () => {
      const options = { baseline: moduleUrl('plain'), limitSeconds: 1 };
      const error = await failureOf({ ...options, instrumented: moduleUrl(name) });
      expect(error.code).to.equal('VSR_METRICS_BUDGET_OPERATION');
      expect(error.message).to.match(message);
    });
  }

  it('passes on what a function throws', async () => {
    const baseline = () => work(1000);
    const instrumented = () => Promise.reject(new Error('the disk is full'));
    const failed = await measureOverhead({ baseline, instrumented }).catch(String);
    expect(failed).to.equal('Error: the disk is full');
  });

  it('refuses operations that take no processor time', async () => {
    const wait = () => new Promise((resolve) => setTimeout(resolve, 2));
    const nothing = { user: 0, system: 0 };
    const cpuUsage = process.cpuUsage;
    process.cpuUsage = () => nothing;
    try {
      const error = await failureOf({ baseline: wait, instrumented: wait, clock: 'processor' });
      expect(error.message).to.match(/takes no time by the processor clock.*clock: 'wall'/);
    } finally {
      process.cpuUsage = cpuUsage;
    }
  });

  const operation = () => work(1);
  const wrong: readonly (readonly [problem: string, options: object])[] = [
    ['budget of a measurement does not fit; given 0; allowed: above 0', { budget: 0 }],
    ['budget of a measurement does not fit; given NaN', { budget: NaN }],
    [
      'confidence of a measurement does not fit; given 1; allowed: a number from 0.5',
      { confidence: 1 },
    ],
    [
      'limitSeconds of a measurement does not fit; given -1; allowed: above 0',
      { limitSeconds: -1 },
    ],
    [
      'clock of a measurement does not fit; given "sun"; allowed: "processor", "typical", "wall"',
      { clock: 'sun' },
    ],
    ['baseline of a measurement does not fit; given 7; allowed: paths or URLs', { baseline: 7 }],
    ['baseline of a measurement does not fit; given function', { instrumented: './a.js' }],
    [
      'instrumented of a measurement does not fit; given "./no.js"; allowed: a module that is there',
      {
        baseline: moduleUrl('plain'),
        instrumented: './no.js',
      },
    ],
    [
      'instrumented of a measurement does not fit; given undefined',
      {
        baseline: moduleUrl('plain'),
        instrumented: undefined,
      },
    ],
  ];
  for (const [problem, options] of wrong) {
    it(`refuses: ${problem}`, async () => {
      const given = { baseline: operation, instrumented: operation, ...options };
      const error = await failureOf(given as OverheadOptions);
      expect(error.code).to.equal('VSR_METRICS_BUDGET_OPTIONS');
      expect(error.message).to.include(`the option ${problem}`);
    });
  }
});
