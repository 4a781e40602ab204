// Where the cells of a histogram lie.
//
// A value times `scale`, as a double, is cut after `precision` bits of its mantissa: that is the
// index of its cell, log-linear like an HDR histogram's. One is subtracted from the double's bits
// first, which turns [low, high) into (low, high], as `le` means it.
//
// The scale is chosen so that every bound is the upper edge of a cell; then counts per bound are
// exact although only cells are kept. Powers of ten do that for bounds people write down. Bounds
// that no scale aligns (thirds, 0.001 * 1.5 ** n) fall inside a cell; those get a split, a count of
// the cell's values on the near side.

import { CatalogueError } from '../errors.js';
import { layout } from './native.js';

export interface HistogramGeometry {
  readonly scale: number;
  /** Index of cell 0. */
  readonly baseIndex: number;
  readonly cellCount: number;
  /** How far the high word of the double is shifted right. */
  readonly shift: number;
  readonly bounds: readonly number[];
  /** For each bound: how many cells lie wholly within it, plus the flag when it splits the next. */
  readonly boundCells: Uint32Array;
  /** The bounds that lie inside a cell, ascending. */
  readonly splits: readonly { readonly cell: number; readonly bound: number }[];
}

/** The largest double below 1: times it, every normal double becomes its lower neighbour. */
export const lowerNeighbour = 1 - 2 ** -53;

const precisionOfDigits = { 1: 4, 2: 7, 3: 10 } as const;
const bits = new Float64Array(1);
const words = new Int32Array(bits.buffer);
const wide = new BigInt64Array(bits.buffer);
// The byte order of the machine decides which half of a double is which word.
export const highWord = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;

function nextUp(value: number): number {
  bits[0] = value;
  wide[0] = (wide[0] as bigint) + 1n;
  return bits[0] as number;
}

/** The index of a value's cell, not yet counted from cell 0. */
export function cellIndexOf(value: number, scale: number, shift: number): number {
  bits[0] = value * scale * lowerNeighbour;
  return (words[highWord] as number) >>> shift;
}

/** The largest value that belongs to cell `cell`; of cell -1: the largest that is too small. */
export function upperEdge(
  geometry: Pick<HistogramGeometry, 'scale' | 'baseIndex' | 'shift'>,
  cell: number,
): number {
  words[1 - highWord] = 0;
  words[highWord] = (geometry.baseIndex + cell + 1) << geometry.shift;
  return (bits[0] as number) / geometry.scale;
}

// A bound is aligned when the next larger double already falls into the next cell. Multiplication
// is monotonic, so that one probe proves it for every value.
function isAligned(bound: number, scale: number, shift: number): boolean {
  return cellIndexOf(nextUp(bound), scale, shift) === cellIndexOf(bound, scale, shift) + 1;
}

function chooseScale(bounds: readonly number[], maximum: number, shift: number): number {
  let best = 1;
  let bestAligned = -1;
  for (let exponent = 0; exponent <= 12; exponent++) {
    for (const scale of [10 ** exponent, 3 * 10 ** exponent]) {
      if (maximum * scale === Infinity) return best;
      const aligned = bounds.filter((bound) => isAligned(bound, scale, shift)).length;
      if (aligned === bounds.length) return scale;
      if (aligned > bestAligned) [best, bestAligned] = [scale, aligned];
    }
  }
  return best;
}

/** Lays out the cells of a family. `range` is widened to contain every bound. */
export function planHistogram(family: {
  readonly name: string;
  readonly bounds: readonly number[];
  readonly digits: 1 | 2 | 3;
  readonly range: { readonly min: number; readonly max: number };
}): HistogramGeometry {
  const { bounds, digits } = family;
  const shift = 20 - precisionOfDigits[digits];
  const low = bounds.find((bound) => bound <= 0);
  if (low !== undefined) {
    throw new CatalogueError('VSR_METRICS_CATALOGUE_INVALID', {
      metric: family.name,
      problem:
        'this bucket can hold nothing: negative values are refused, zeros count in the first',
      given: low,
      allowed: 'buckets above 0',
    });
  }
  const minimum = Math.min(family.range.min, ...bounds);
  const maximum = Math.max(family.range.max, ...bounds);
  const scale = chooseScale(bounds, maximum, shift);
  const baseIndex = cellIndexOf(minimum, scale, shift);
  const cellCount = cellIndexOf(maximum, scale, shift) - baseIndex + 1;
  if (!(cellCount > 0 && cellCount < 2 ** 24)) {
    throw new CatalogueError('VSR_METRICS_CATALOGUE_INVALID', {
      metric: family.name,
      problem: `the range needs ${cellCount} cells at ${digits} significant digits`,
      given: { min: minimum, max: maximum },
      allowed: 'fewer than 2^24 cells: a narrower range or fewer digits',
    });
  }

  const splits: { cell: number; bound: number }[] = [];
  const boundCells = Uint32Array.from(bounds, (bound) => {
    const cell = cellIndexOf(bound, scale, shift) - baseIndex;
    if (isAligned(bound, scale, shift)) return cell + 1;
    splits.push({ cell, bound });
    return (cell | layout.boundSplitFlag) >>> 0;
  });
  return { scale, baseIndex, cellCount, shift, bounds, boundCells, splits };
}
