// The centre of a sample that is symmetric about it, and how far off that may be: Wilcoxon's signed
// rank test, turned into an interval. It asks nothing of the distribution but symmetry, so outliers
// and heavy tails widen it and cannot make it wrong.
//
//   signedRankInterval([0.011, 0.009, 0.012, ...], 0.001);   // { centre, lower, upper }
//
// The averages of all pairs are put in order. As many of the lowest and of the highest are left out
// as the test allows; the centre is their median (the estimate of Hodges and Lehmann).

export interface Interval {
  readonly lower: number;
  readonly upper: number;
}

export interface CentredInterval extends Interval {
  readonly centre: number;
}

/** Up to here ranks are counted; beyond, a normal tail is close and errs on the wide side. */
const mostCounted = 100;

/**
 * The interval that misses the centre with at most the probability `risk`, half of it on either
 * side. It is infinite when the sample is too small to say so.
 */
export function signedRankInterval(sample: readonly number[], risk: number): CentredInterval {
  const averages = pairAverages(sample);
  const count = averages.length;
  const centre = ((averages[(count - 1) >> 1] ?? NaN) + (averages[count >> 1] ?? NaN)) / 2;
  const left = leftOut(sample.length, risk / 2);
  if (left < 0) return { centre, lower: -Infinity, upper: Infinity };
  return { centre, lower: averages[left]!, upper: averages[count - 1 - left]! };
}

/** The smallest sample that has a finite interval at this risk. */
export function smallestSample(risk: number): number {
  return Math.ceil(1 - Math.log2(risk));
}

/** Averages of every two values, and the values themselves, in order. */
function pairAverages(sample: readonly number[]): Float64Array {
  const averages = new Float64Array((sample.length * (sample.length + 1)) / 2);
  let next = 0;
  for (let one = 0; one < sample.length; one++) {
    for (let other = one; other < sample.length; other++) {
      averages[next++] = (sample[one]! + sample[other]!) / 2;
    }
  }
  return averages.sort();
}

/**
 * How many averages may be left out at one end: the largest rank sum that is reached or stayed
 * below with at most the probability `risk`. -1: none is so unlikely.
 */
function leftOut(size: number, risk: number): number {
  return size <= mostCounted ? countedQuantile(size, risk) : normalQuantile(size, risk);
}

/** By counting the sets of ranks 1 to `size` that have each sum. */
function countedQuantile(size: number, risk: number): number {
  const sums = new Float64Array((size * (size + 1)) / 2 + 1);
  sums[0] = 1;
  for (let rank = 1; rank <= size; rank++) {
    for (let sum = (rank * (rank + 1)) / 2; sum >= rank; sum--) sums[sum]! += sums[sum - rank]!;
  }
  let below = 0;
  let sum = -1;
  while (below + sums[sum + 1]! <= risk * 2 ** size) below += sums[++sum]!;
  return sum;
}

function normalQuantile(size: number, risk: number): number {
  const mean = (size * (size + 1)) / 4;
  const deviation = Math.sqrt((size * (size + 1) * (2 * size + 1)) / 24);
  return Math.floor(mean - 0.5 - normalTail(risk) * deviation);
}

/** How many standard deviations a normal variable exceeds with the probability `risk`. */
function normalTail(risk: number): number {
  // Abramowitz and Stegun 26.2.23: off by less than 0.00045.
  const t = Math.sqrt(-2 * Math.log(risk));
  const above = 2.515517 + t * (0.802853 + t * 0.010328);
  const below = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308));
  return t - above / below + 0.00045;
}
