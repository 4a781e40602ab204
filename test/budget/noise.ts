// Machines that are as noisy as one likes, and the same on every run: what a block takes is computed
// from a seeded generator instead of being measured.

import type { Pair, Side } from '../../lib/budget/round.js';

/** Uniform from 0 to 1, by a linear congruence over 2^48. */
export function seededRandom(seed: number): () => number {
  let state = (BigInt(seed) << 16n) | 0x330en;
  return () => {
    state = (state * 0x5deece66dn + 11n) & 0xffffffffffffn;
    return Number(state) / 2 ** 48;
  };
}

/** The logarithm of how much slower the machine is, block by block. */
type Noise = () => number;

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

export const noises: Readonly<Record<string, (random: () => number) => Noise>> = {
  /** What a neighbour does: mostly little, sometimes very much. */
  'heavy tails': (random) => () => {
    const tail = normal(random) / Math.max(0.02, Math.abs(normal(random)));
    return Math.min(1.5, 0.004 * Math.abs(tail));
  },
  /** A machine that gets slower and slower, by a tenth every fifty blocks. */
  drift: (random) => {
    let block = 0;
    return () => 0.002 * block++ + 0.02 * normal(random);
  },
  /** Two speeds, kept for some time: turbo or not, one processor or another. */
  bimodal: (random) => {
    let isSlow = false;
    return () => {
      if (random() < 0.05) isSlow = !isSlow;
      return (isSlow ? 0.3 : 0) + 0.01 * normal(random);
    };
  },
  /** Every block much like the one before. */
  autocorrelated: (random) => {
    let level = 0;
    return () => {
      level = 0.97 * level + 0.03 * normal(random);
      return level + 0.005 * normal(random);
    };
  },
};

export interface NoisyPair extends Pair {
  /** Operations that were run, of both sides. */
  readonly operations: () => number;
}

/**
 * Two sides on one noisy machine: an operation takes a microsecond and, when instrumented, `overhead`
 * more.
 *
 * @example
 * const pair = noisyPair(noises.drift(random), 0.02);
 */
export function noisyPair(noise: Noise, overhead: number): NoisyPair {
  let ran = 0;
  const side = (factor: number): Side => ({
    run: async (operations) => {
      ran += operations;
      return 1000 * operations * factor * Math.exp(noise());
    },
  });
  return { baseline: side(1), instrumented: side(1 + overhead), operations: () => ran };
}
