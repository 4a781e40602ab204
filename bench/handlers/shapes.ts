// Handlers as programs have them: one function that records into many handles, once each, and then
// the program does something else that fills the caches. A loop over one handle, in bench/cases, says
// nothing about what a record costs there.
//
// Measured is every number of handles with every size of what is touched between two handlers. To
// touch is to read once from every cache line of so much memory, in an order without pattern.

export const operations = ['counter', 'gauge', 'histogram', 'timed', 'clock'] as const;
export type Operation = (typeof operations)[number];

export const handleCounts = [1, 8, 24, 64] as const;
export const touchedSizes = [0, 256 * 1024, 2 * 1024 * 1024, 32 * 1024 * 1024] as const;

export interface Shape {
  readonly operation: Operation;
  readonly handles: number;
  /** Bytes. */
  readonly touched: number;
}

/** The name of the group of cases that have this shape: `handler-histogram-24-2097152`. */
export function groupOf({ operation, handles, touched }: Shape): string {
  return `handler-${operation}-${handles}-${touched}`;
}

/** The shape of a group; undefined when it is one of loops. */
export function shapeOf(group: string): Shape | undefined {
  const [first, operation, handles, touched] = group.split('-');
  if (first !== 'handler') return undefined;
  return { operation: operation as Operation, handles: Number(handles), touched: Number(touched) };
}

/** All shapes of one operation. */
export function shapesOf(operation: Operation): Shape[] {
  return handleCounts.flatMap((handles) =>
    touchedSizes.map((touched) => ({ operation, handles, touched })),
  );
}

export function formatTouched(bytes: number): string {
  if (bytes === 0) return 'nothing';
  return bytes < 2 ** 20 ? `${bytes / 2 ** 10} kB` : `${bytes / 2 ** 20} MB`;
}
