// From the cells of an HDR histogram to the buckets of a Prometheus native histogram.
//
// Both are logarithmic, but their edges differ: 2^precision cells of equal width a power of two here,
// 2^schema buckets of equal ratio there. Bucket i holds (2^((i-1) / 2^schema), 2^(i / 2^schema)]. A
// bucket is about three cells wide where it is finest, and a cell goes whole to the bucket that its
// middle lies in: each value is off by less than half a cell.

import type { Cell } from '../../core/reading/distribution.js';
import type { HistogramReading } from '../../core/reading/histogram-reading.js';

export interface NativeHistogram {
  readonly schema: number;
  /** Values up to this count as zero. */
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  /** The buckets that hold anything, ascending by index. */
  readonly buckets: readonly { readonly index: number; readonly count: number }[];
}

/** Schemas that Prometheus knows. */
const coarsestSchema = -4;
const finestSchema = 8;
/** Where there would be more the buckets get twice as wide, as OpenTelemetry's and Go's do. */
const mostBuckets = 160;
/** What Prometheus' own clients take for zero when nothing else is said. */
const defaultZeroThreshold = 1e-128;
/** Above it the sum of counts, and twice a difference of them, would be rounded. */
const mostCounts = 2 ** 51;

/**
 * Undefined when the cells do not add up to the count: in a damaged file, or while one of the values
 * is being recorded.
 */
export function toNativeHistogram(reading: HistogramReading): NativeHistogram | undefined {
  const { shift } = reading.info.cells;
  const precision = 20 - shift;
  let schema = Math.min(finestSchema, Math.max(coarsestSchema, precision - 2));
  let zeroCount = 0;
  let total = 0;
  let counts = new Map<number, number>();
  for (const cell of reading.cells()) {
    if (cell.count < 0) return undefined;
    total += cell.count;
    if (cell.low === 0) zeroCount += cell.count;
    else add(counts, bucketIndex(valueFor(cell), schema), cell.count);
  }
  if (total !== reading.count || total > mostCounts) return undefined;
  while (counts.size > mostBuckets && schema > coarsestSchema) {
    counts = halved(counts);
    schema -= 1;
  }
  const buckets = Array.from(counts, ([index, count]) => ({ index, count }));
  buckets.sort((one, other) => one.index - other.index);
  const zeroThreshold = reading.smallestCellEdge || defaultZeroThreshold;
  return { schema, zeroThreshold, zeroCount, buckets };
}

/** What a cell's values are taken for. The one without an end, above all others, ends at the maximum. */
function valueFor({ low, high }: Cell): number {
  return high > 2 * low ? high : low + (high - low) / 2;
}

function bucketIndex(value: number, schema: number): number {
  return Math.ceil(Math.log2(value) * 2 ** schema);
}

/** Two neighbours become one: exactly what the next coarser schema would have counted. */
function halved(counts: ReadonlyMap<number, number>): Map<number, number> {
  const merged = new Map<number, number>();
  for (const [index, count] of counts) add(merged, Math.ceil(index / 2), count);
  return merged;
}

function add(counts: Map<number, number>, index: number, count: number): void {
  counts.set(index, (counts.get(index) ?? 0) + count);
}
