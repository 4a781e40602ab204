// The clock that regions tell intervals and ages by.

/** Milliseconds since a moment that all processes of a machine share. Nobody sets this clock. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
