// The native half of every rendering: native/text.h draws what happens.

import { loadAddon } from '../core/region/load-addon.js';

/** Constant text in pieces, and which number follows each. Made by TemplateBuilder. */
export interface Template {
  /** All pieces, one after the other, as UTF-8. */
  readonly pieces: Uint8Array;
  /** Where each piece ends in `pieces`. */
  readonly pieceEnds: Uint32Array;
  /** For each piece the index of the number that follows it; -1 for none. */
  readonly valueIndex: Int32Array;
  /** Whether the pieces hold nothing but ASCII, which makes strings faster. */
  readonly ascii: boolean;
}

type FillArguments = [
  pieces: Uint8Array,
  pieceEnds: Uint32Array,
  valueIndex: Int32Array,
  values: Float64Array,
  first: number,
  last: number,
];

interface TextAddon {
  fillText(...args: [...FillArguments, ascii: boolean]): string;
  fillBytes(...args: FillArguments): Uint8Array;
}

const { fillText, fillBytes } = loadAddon() as TextAddon;

/**
 * The pieces from `first` up to `last`, exclusive. Throws RangeError when that would be longer than a
 * string can be.
 */
export function fillString(
  { pieces, pieceEnds, valueIndex, ascii }: Template,
  values: Float64Array,
  first = 0,
  last = pieceEnds.length,
): string {
  return fillText(pieces, pieceEnds, valueIndex, values, first, last, ascii);
}

/** The same as UTF-8. */
export function fillUtf8(
  { pieces, pieceEnds, valueIndex }: Template,
  values: Float64Array,
  first = 0,
  last = pieceEnds.length,
): Uint8Array {
  return fillBytes(pieces, pieceEnds, valueIndex, values, first, last);
}
