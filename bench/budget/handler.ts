// What every handler of a replica is to those who measure it.

/** Work that can be checked: after as many operations, two handlers have the same digest. */
export interface Handler {
  handle(): void;
  /** Handled so far. */
  readonly operations: number;
  /** Depends on every byte of every operation. */
  readonly digest: number;
}
