// Decides as soon as it may whether an overhead keeps to a budget, from one log ratio a round:
//
//   const test = new SequentialTest({ budget: 0.01, confidence: 0.99 });
//   while (test.finding.verdict === 'undecided') test.add(Math.log(instrumented / baseline));
//
// Whoever looks after every round and stops when it looks good is wrong far more often than the
// interval says. So there are few looks, after 12, 18, 27, 41 ... rounds, and each may only err with
// a share of the whole risk: 1/10, 9/110, 9/132 ... which add up to 1 however long it goes on. All
// intervals together are right with the confidence that was asked for.

import { type Interval, signedRankInterval, smallestSample } from './signed-rank.js';

/**
 * `undecided`: the budget lies inside the interval. `biased`: the interval lies wholly below zero.
 * Instrumentation makes nothing faster, so the two sides differ in something else, which may as well
 * hide what it costs.
 */
export type BudgetVerdict = 'within' | 'over' | 'undecided' | 'biased';

export interface Finding {
  readonly verdict: BudgetVerdict;
  /** The most likely overhead, a share of the baseline: 0.01 is 1 %. NaN before the first look. */
  readonly overhead: number;
  /** Where the overhead lies with the confidence that was asked for. */
  readonly interval: Interval;
}

const growth = 1.5;

export class SequentialTest {
  readonly #budget: number;
  readonly #risk: number;
  readonly #logRatios: number[] = [];
  #looks = 0;
  #lookedAt = 0;
  #nextLook: number;
  #finding: Finding = {
    verdict: 'undecided',
    overhead: NaN,
    interval: { lower: -1, upper: Infinity },
  };

  constructor({ budget, confidence }: { readonly budget: number; readonly confidence: number }) {
    this.#budget = budget;
    this.#risk = 1 - confidence;
    this.#nextLook = this.#fewestRounds();
  }

  get rounds(): number {
    return this.#logRatios.length;
  }

  /** Of the last look. */
  get finding(): Finding {
    return this.#finding;
  }

  /** Takes a round, and looks when it is time to. */
  add(logRatio: number): void {
    this.#logRatios.push(logRatio);
    if (this.rounds >= this.#nextLook) this.look();
  }

  /** Looks now, because no more rounds will come. */
  look(): Finding {
    if (this.#lookedAt === this.rounds) return this.#finding;
    this.#lookedAt = this.rounds;
    this.#looks++;
    this.#nextLook = Math.ceil(growth * this.rounds);
    const risk = this.#riskOfLook(this.#looks);
    const { centre, lower, upper } = signedRankInterval(this.#logRatios, risk);
    const interval = { lower: Math.expm1(lower), upper: Math.expm1(upper) };
    const verdict = judge(interval, this.#budget);
    this.#finding = { verdict, overhead: Math.expm1(centre), interval };
    return this.#finding;
  }

  /**
   * About how many rounds more would decide. Infinite when the overhead is too near the budget for
   * any number to tell them apart.
   */
  roundsToDecide(): number {
    const { verdict, overhead, interval } = this.#finding;
    if (verdict !== 'undecided') return 0;
    if (interval.upper === Infinity) return Math.max(1, this.#fewestRounds() - this.rounds);
    const distance = Math.abs(this.#budget - overhead);
    const isBelow = overhead < this.#budget;
    const reach = isBelow ? interval.upper - overhead : overhead - interval.lower;
    // An interval narrows with the root of the rounds, and later looks are a little stricter.
    const needed = 1.2 * this.rounds * (reach / distance) ** 2;
    return needed > 10_000 * this.rounds ? Infinity : Math.ceil(needed) - this.rounds;
  }

  /** One more than the interval needs: with just enough, its ends would be the extremes. */
  #fewestRounds(): number {
    return smallestSample(this.#riskOfLook(this.#looks + 1)) + 1;
  }

  #riskOfLook(look: number): number {
    return (9 * this.#risk) / ((look + 8) * (look + 9));
  }
}

function judge({ lower, upper }: Interval, budget: number): BudgetVerdict {
  if (upper < 0) return 'biased';
  if (upper <= budget) return 'within';
  return lower > budget ? 'over' : 'undecided';
}
