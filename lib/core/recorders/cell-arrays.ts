// The arrays that recorders store into: one of each kind over all that a lane has of series, not windows
// on single cells.
//
// A program does so much between two records of a series that nothing of the recorder is in a cache
// any more. Then each object on the way to a cell costs a wait for memory; these arrays are on the way
// of all recorders, so that the first of several in a row waits for them, and no other.

/** All that one ArrayBuffer holds. */
export interface CellArrays {
  readonly integers: BigInt64Array;
  readonly doubles: Float64Array;
  readonly words: Uint32Array;
}

export function cellArrays(memory: ArrayBuffer): CellArrays {
  return {
    integers: new BigInt64Array(memory),
    doubles: new Float64Array(memory),
    words: new Uint32Array(memory),
  };
}
