import { AssertionError } from 'node:assert';
import { expect } from 'chai';
import {
  assertWithinBudget,
  describeOverhead,
  type OverheadReport,
} from '../../lib/budget/index.js';

const report: OverheadReport = {
  verdict: 'within',
  overhead: 0.000612,
  interval: { lower: -0.0012, upper: 0.00249 },
  budget: 0.01,
  confidence: 0.99,
  clock: 'processor',
  rounds: 18,
  operations: 30_000,
  seconds: 9.25,
  baselineNanoseconds: 150_250,
  addedNanoseconds: 92,
  secondsToDecide: 0,
};

async function messageOf(measured: OverheadReport): Promise<string> {
  try {
    await assertWithinBudget(measured);
  } catch (error) {
    expect(error).to.be.instanceOf(AssertionError);
    return (error as AssertionError).message;
  }
  throw new Error('nothing failed');
}

describe('describeOverhead', () => {
  it('says overhead, interval, confidence, verdict, budget, and how much was run', () => {
    expect(describeOverhead(report)).to.equal(
      'overhead 0.06 % of 150 us, between -0.12 % and 0.25 % at 99 % confidence; ' +
        'within the budget of 1 % ' +
        '(18 rounds, 30000 operations of each side, processor time, 9.3 s)',
    );
  });

  it('does not speak of an interval that is not there', () => {
    const interval = { lower: -1, upper: Infinity };
    const text = describeOverhead({ ...report, verdict: 'undecided', overhead: NaN, interval });
    expect(text).to.match(/^overhead unknown after too few rounds at 99 % confidence; not decided/);
  });
});

describe('assertWithinBudget', () => {
  it('lets pass what is within, and gives it back', async () => {
    expect(await assertWithinBudget(report)).to.equal(report);
  });

  it('fails when it is over, with the figures and what to do', async () => {
    const interval = { lower: 0.0172, upper: 0.0234 };
    const message = await messageOf({ ...report, verdict: 'over', overhead: 0.0203, interval });
    expect(message).to.match(/^overhead 2.03 % of 150 us, between 1.72 % and 2.34 %/);
    expect(message).to.match(/over the budget of 1 %.*record less often/);
  });

  it('fails when it is undecided, and says what would decide', async () => {
    const undecided = { ...report, verdict: 'undecided', secondsToDecide: 12.3 } as const;
    const message = await messageOf(undecided);
    expect(message).to.match(/not decided against the budget of 1 %.*about 13 s more would decide/);
    const never = await messageOf({ ...undecided, secondsToDecide: Infinity });
    expect(never).to.include('too near the budget');
  });

  it('measures when it is given what to measure', async () => {
    const operation = () => Math.sqrt(2);
    const options = { baseline: operation, instrumented: operation, limitSeconds: 0.01 };
    const failure = await assertWithinBudget(options).catch((error: AssertionError) => error);
    expect(failure).to.be.instanceOf(AssertionError);
    expect((failure as AssertionError).operator).to.equal('assertWithinBudget');
  });
});
