// What an HdrHistogram is made of, and how it is encoded.

import type { HdrLayout } from './layout.js';

/** What `encode` takes. */
export interface EncodeOptions {
  /** Without zlib when false. Logs have compressed ones. */
  readonly compress?: boolean;
}

/** Cells that hold anything, ascending by index, and what is in them. */
export interface HdrCounts {
  readonly index: Int32Array;
  readonly counts: Float64Array;
}

/** Everything that the encoding holds. */
export interface HdrContents extends HdrCounts {
  readonly layout: HdrLayout;
  /** What a recorded number is multiplied by to give a value. */
  readonly unit: number;
}
