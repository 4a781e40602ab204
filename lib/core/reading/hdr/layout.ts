// Where HdrHistogram puts a whole number: buckets that double in size, each cut into equal cells.
//
//   3 digits, lowest 1:
//     cells 0 to 2047       one for each number from 0 to 2047
//     cells 2048 to 3071    two numbers each, from 2048 to 4095
//     cells 3072 to 4095    four numbers each, from 4096 to 8191
//
//   const layout = new HdrLayout({ digits: 3, lowest: 1, highest: 3_600_000_000 });
//   layout.indexOf(2051);                        // 2049
//   layout.lowOf(2049), layout.widthOf(2049);    // 2050, 2
//
// Numbers may be as large as Java's long. From 2**53 on they are rounded, but the edges of cells are
// few bits followed by zeros: those stay exact.

/** What tells one layout from another. */
export interface HdrShape {
  /** Significant digits, 0 to 5. */
  readonly digits: number;
  /** The smallest number that is told from 0. */
  readonly lowest: number;
  /** The largest number there is room for. */
  readonly highest: number;
}

const bits = new DataView(new ArrayBuffer(8));

/** The power of two that is at most `value`, which is at least 1; exact, unlike a logarithm. */
export function exponentOf(value: number): number {
  bits.setFloat64(0, value);
  return (bits.getUint16(0) >>> 4) - 1023;
}

export class HdrLayout implements HdrShape {
  readonly digits: number;
  readonly lowest: number;
  readonly highest: number;
  /** How many cells there are. */
  readonly cellCount: number;
  /** How many of them each bucket but the first has. */
  readonly cellsPerBucket: number;
  /** How many buckets. */
  readonly bucketCount: number;
  /** The size of the smallest cells, as a power of two. */
  readonly #smallest: number;
  /** How many cells a bucket has, as a power of two. */
  readonly #magnitude: number;

  constructor({ digits, lowest, highest }: HdrShape) {
    this.digits = digits;
    this.lowest = lowest;
    this.highest = highest;
    this.#smallest = exponentOf(lowest);
    this.#magnitude = magnitudeOf(digits);
    this.cellsPerBucket = 2 ** this.#magnitude;
    const firstBucket = this.#magnitude + this.#smallest;
    this.bucketCount = Math.max(1, exponentOf(highest) - firstBucket + 1);
    this.cellCount = (this.bucketCount + 1) * this.cellsPerBucket;
  }

  /** Whether every cell is the same one in the other layout, as far as both have it. */
  hasCellsOf(other: HdrLayout): boolean {
    return this.#magnitude === other.#magnitude && this.#smallest === other.#smallest;
  }

  /** The cell of a number. It may lie behind the last one. */
  indexOf(value: number): number {
    const bucket =
      value < 1 ? 0 : Math.max(0, exponentOf(value) - this.#magnitude - this.#smallest);
    return bucket * this.cellsPerBucket + Math.floor(value / 2 ** (bucket + this.#smallest));
  }

  /** The smallest number of a cell. */
  lowOf(index: number): number {
    const bucket = this.#bucketOf(index);
    return (index - bucket * this.cellsPerBucket) * 2 ** (bucket + this.#smallest);
  }

  /** How many numbers share a cell. */
  widthOf(index: number): number {
    return 2 ** (this.#bucketOf(index) + this.#smallest);
  }

  // The first bucket has twice as many cells as the others.
  #bucketOf(index: number): number {
    return Math.max(0, Math.floor(index / this.cellsPerBucket) - 1);
  }
}

/** How many cells a bucket needs for so many digits, as a power of two: 1024 for three. */
export function magnitudeOf(digits: number): number {
  return exponentOf(2 * 10 ** digits - 1);
}
