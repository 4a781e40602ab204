// Exemplars of a snapshot: single records that stand for their bucket, with labels that lead to
// more, such as the trace they belong to. native/exemplar_reading.h says where they come from.

import { characterCount, isExemplarLabelName } from '../catalogue/exemplar-labels.js';
import { layout, type NativeExemplars } from '../region/native.js';

/** One record that stands for its bucket, or for a counter. */
export interface Exemplar {
  /** Histograms: the index of the first bound that the value is within; counters: 0. */
  readonly bucket: number;
  readonly labels: readonly (readonly [name: string, value: string])[];
  /** What was recorded; of a counter, what was added. */
  readonly value: number;
  /** When, in unix milliseconds. */
  readonly takenAt: number;
}

/** By the slot of a series: its exemplars, by bucket. */
export type ExemplarsBySlot = ReadonlyMap<number, readonly Exemplar[]>;

/** Ill-formed ones are left out: the region may be another's file. */
export function decodeExemplars(columns: NativeExemplars | undefined): ExemplarsBySlot {
  const bySlot = new Map<number, Exemplar[]>();
  if (columns === undefined) return bySlot;
  const { series, bucket, value, takenAt, textEnd, text } = columns;
  series.forEach((slot, row) => {
    const labels = decodeLabels(text.subarray(row === 0 ? 0 : textEnd[row - 1]!, textEnd[row]!));
    if (labels === undefined) return;
    const exemplar = { bucket: bucket[row]!, labels, value: value[row]!, takenAt: takenAt[row]! };
    const siblings = bySlot.get(slot);
    if (siblings === undefined) bySlot.set(slot, [exemplar]);
    else siblings.push(exemplar);
  });
  return bySlot;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeLabels(text: Uint8Array): Exemplar['labels'] | undefined {
  const words: string[] = [];
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf(layout.exemplarSeparator, start);
    if (end < 0) return undefined;
    try {
      words.push(utf8.decode(text.subarray(start, end)));
    } catch {
      return undefined;
    }
    start = end + 1;
  }
  if (words.length % 2 !== 0) return undefined;
  const labels: [string, string][] = [];
  for (let at = 0; at < words.length; at += 2) labels.push([words[at]!, words[at + 1]!]);
  const isSound =
    labels.every(([name]) => isExemplarLabelName(name)) &&
    new Set(labels.map(([name]) => name)).size === labels.length &&
    characterCount(labels) <= layout.mostExemplarCharacters;
  return isSound ? labels : undefined;
}
