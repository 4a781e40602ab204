import { measureOverhead, type OverheadReport } from '../../lib/budget/index.js';
import { claim, type Proof } from './proof.js';

interface Size {
  readonly runs: number;
  /** How much longer the second operation takes, in the runs that must find it. */
  readonly injected: number;
  readonly limitSeconds: number;
  /** Of the runs, how many may miss: an interval that is right 99 times of 100 is wrong once. */
  readonly mayMiss: number;
  readonly mayOverlook: number;
}

const message = Uint8Array.from({ length: 4096 }, (_, index) => index * 31);
let sum = 0;

/** About 100 us of arithmetic, and `share` more. Every call makes another function. */
function operation(share: number): () => void {
  const steps = Math.round(100_000 * (1 + share));
  return () => {
    let hash = 0x811c9dc5;
    for (let step = 0; step < steps; step++) {
      hash = Math.imul(hash ^ message[step & 4095]!, 0x01000193);
    }
    sum ^= hash;
  };
}

/** An overhead that is not there is not found, and one that is there is found. */
export const budget: Proof<Size> = {
  name: 'budget',
  claim: 'overhead intervals contain what is there: nothing, or the 2 % that were put in',
  full: { runs: 100, injected: 0.02, limitSeconds: 60, mayMiss: 2, mayOverlook: 5 },
  // So few runs must not fail by chance: all must miss before it counts.
  short: { runs: 2, injected: 0.5, limitSeconds: 60, mayMiss: 1, mayOverlook: 1 },

  async run({ runs, injected, limitSeconds, mayMiss, mayOverlook }, progress) {
    const figures = {
      runs: 2 * runs,
      containedNothing: 0,
      foundInjected: 0,
      provenWithin: 0,
      provenOver: 0,
    };
    const options = { budget: injected / 2, limitSeconds };
    const measure = (share: number): Promise<OverheadReport> =>
      measureOverhead({ ...options, baseline: operation(0), instrumented: operation(share) });
    for (let run = 0; run < runs; run++) {
      const same = await measure(0);
      const { lower, upper } = same.interval;
      figures.containedNothing += Number(lower <= 0 && upper >= 0);
      figures.provenWithin += Number(same.verdict === 'within');
      progress(2 * run + 1, 2 * runs);
      const more = await measure(injected);
      figures.foundInjected += Number(more.interval.lower > 0);
      figures.provenOver += Number(more.verdict === 'over');
      progress(2 * run + 2, 2 * runs);
    }
    const { containedNothing, foundInjected } = figures;
    claim(containedNothing >= runs - mayMiss, `${containedNothing} of ${runs} contain zero`);
    claim(foundInjected >= runs - mayOverlook, `${foundInjected} of ${runs} found the overhead`);
    claim(Number.isInteger(sum), 'the work was not done');
    return figures;
  },
};
