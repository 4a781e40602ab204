// What a distribution is told in.

/** A count of values that are at most `le`. */
export interface Bucket {
  readonly le: number;
  readonly count: number;
}

/** Values above `low` and at most `high`. */
export interface Cell {
  readonly low: number;
  readonly high: number;
  readonly count: number;
}
