// Doubles as tests want them: next to each other, and from everywhere.

import fc from 'fast-check';

const value = new Float64Array(1);
const bits = new BigInt64Array(value.buffer);

/** The double that is so many steps above (or, negative, below) a positive one. */
export function neighbour(of: number, steps: number): number {
  value[0] = of;
  bits[0]! += BigInt(steps);
  return value[0]!;
}

/** The numbers that are likely to be treated wrongly. */
const remarkable = [
  0,
  -0,
  Number.MIN_VALUE,
  3 * Number.MIN_VALUE,
  2 ** -1022, // the smallest that is not subnormal
  neighbour(2 ** -1022, -1),
  neighbour(1e-6, -1),
  1e-6,
  neighbour(1e-6, 1),
  1,
  neighbour(1, -1),
  neighbour(1, 1),
  1e9,
  neighbour(1e9, 1),
  2 ** 32,
  2 ** 53 - 1,
  2 ** 53,
  2 ** 53 + 2,
  1e300,
];

/** Evenly spread over the orders of magnitude. */
function logUniform(min: number, max: number): fc.Arbitrary<number> {
  return fc.double({ min: Math.log(min), max: Math.log(max), noNaN: true }).map(Math.exp);
}

// The sum of thousands of them is finite.
const largest = 2 ** 1010;

/** What a histogram accepts: zero, subnormals, powers of two, any size, mostly latencies. */
export const observation: fc.Arbitrary<number> = fc.oneof(
  { weight: 6, arbitrary: logUniform(1e-8, 1e11) },
  { weight: 2, arbitrary: fc.double({ min: 0, max: largest, noNaN: true }) },
  { weight: 2, arbitrary: fc.integer({ min: -1074, max: 1010 }).map((power) => 2 ** power) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 2000 }) },
  // Many in one cell.
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 40 }).map((steps) => 3 + steps / 2000) },
  { weight: 2, arbitrary: fc.constantFrom(...remarkable) },
);

/** The same, and values so large that the sum of two of them may be infinite. */
export const anyObservation: fc.Arbitrary<number> = fc.oneof(
  { weight: 6, arbitrary: observation },
  { weight: 1, arbitrary: fc.double({ min: largest, max: Number.MAX_VALUE, noNaN: true }) },
  { weight: 1, arbitrary: fc.constant(Number.MAX_VALUE) },
);

/** Observations inside the range that histograms have unless told otherwise. */
export const usualObservation = logUniform(1e-6, 1e9).filter(
  (value) => value >= 1e-6 && value <= 1e9,
);
