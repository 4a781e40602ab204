// The sequential test on machines that are as noisy as one likes.

import { type RoundPlan, runRound } from '../../lib/budget/round.js';
import { SequentialTest } from '../../lib/budget/sequential.js';
import { noises, noisyPair, seededRandom } from './noise.js';

export const budget = 0.01;
export const confidence = 0.99;
const block = { operations: 10, quads: 20 };
const plans: readonly RoundPlan[] = [
  { ...block, isTypical: false },
  { ...block, isTypical: true },
];

/** How often it was wrong, over all kinds of noise, overheads, and ways to sum up blocks. */
export interface Outcomes {
  readonly runs: number;
  /** The interval did not hold the overhead. */
  missed: number;
  /** The verdict contradicts the overhead. */
  wrong: number;
  decided: number;
}

/** Measures each of them `each` times, on other machines for other seeds. */
export async function simulateMachines(each: number, firstSeed: number): Promise<Outcomes[]> {
  const outcomes: Outcomes[] = [];
  for (const plan of plans) {
    for (const noise of Object.keys(noises)) {
      for (const overhead of [0, 0.003, 0.02]) {
        const found = { runs: each, missed: 0, wrong: 0, decided: 0 };
        for (let run = 0; run < each; run++) {
          const { verdict, interval } = await simulate(plan, noise, overhead, firstSeed + run);
          if (overhead < interval.lower || overhead > interval.upper) found.missed++;
          const isOver = overhead > budget;
          if (isOver ? verdict === 'within' : verdict === 'over') found.wrong++;
          if (verdict === 'biased') found.wrong++;
          if (verdict !== 'undecided') found.decided++;
        }
        outcomes.push(found);
      }
    }
  }
  return outcomes;
}

/** Rounds on a noisy machine until it is decided, but no more than so many. */
async function simulate(plan: RoundPlan, noise: string, overhead: number, seed: number) {
  const most = 210;
  const random = seededRandom(1000 * seed + 17);
  const pair = noisyPair(noises[noise]!(random), overhead);
  const test = new SequentialTest({ budget, confidence });
  while (test.finding.verdict === 'undecided' && test.rounds < most) {
    const times = await runRound(pair, plan, random);
    test.add(Math.log(times.instrumentedNanoseconds / times.baselineNanoseconds));
  }
  return test.look();
}
