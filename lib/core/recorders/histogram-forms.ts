// The numbers of histograms that are no whole numbers: what a value is multiplied with before its cell
// is found, and what a nanosecond is in its unit.
//
// An object of V8 has no doubles in it. It refers to each, and in a program that does much between two
// records each would be a wait for memory. Most histograms have the same few numbers; together they fit
// into a few cache lines.

const rowSize = 2;
// Scales are powers of ten and their triples, and there is one unit for each size of a second: there
// are not half as many pairs.
const mostForms = 1024;

/** A scale, then units per nanosecond, for each form. */
export const formNumbers = new Float64Array(rowSize * mostForms);
const known = new Map<string, number>();

/** Where the numbers of a histogram start in `formNumbers`: its scale, and units per nanosecond. */
export function formOf(scale: number, unitsPerNanosecond: number): number {
  const key = `${scale} ${unitsPerNanosecond}`;
  let form = known.get(key);
  if (form === undefined) {
    form = rowSize * known.size;
    if (form >= formNumbers.length) throw new RangeError('no catalogue has so many units');
    known.set(key, form);
    formNumbers.set([scale, unitsPerNanosecond], form);
  }
  return form;
}
