// Exemplars in OpenMetrics: what follows the number of a bucket or of a counter's total.
//
//   latency_seconds_bucket{le="1.0"} 17 # {trace_id="0af7651916cd43dd"} 0.67 1520879607.789
//
// They come and go from one snapshot to the next, so that they are no part of a prepared template:
// the template is filled in ranges, with the text of an exemplar after each.

import type { Exemplar } from '../core/reading/exemplars.js';
import type { Snapshot } from '../core/reading/snapshot.js';
import type { Template } from './fill.js';
import { labelList } from './samples.js';

/** Text to be put behind the first `pieces` pieces of a template. */
export interface Insertion {
  readonly pieces: number;
  readonly text: string;
}

/** The exemplars of a snapshot, in the order in which a template has their samples. */
export function exemplarInsertions(template: Template, snapshot: Snapshot): readonly Insertion[] {
  if (!snapshot.hasExemplars) return [];
  const insertions: Insertion[] = [];
  const pieceOf = pieceOfValue(template);
  for (const { series } of snapshot.families) {
    for (const each of series) {
      for (const exemplar of snapshot.exemplars(each)) {
        const piece = pieceOf.get(each.offset + exemplar.bucket);
        if (piece === undefined) continue;
        insertions.push({ pieces: piece + 1, text: exemplarText(exemplar) });
      }
    }
  }
  return insertions.sort((one, other) => one.pieces - other.pieces);
}

function exemplarText({ labels, value, takenAt }: Exemplar): string {
  return ` # {${labelList(labels)}} ${value} ${takenAt / 1000}`;
}

const positions = new WeakMap<Template, ReadonlyMap<number, number>>();

/** Where each number of a snapshot stands first: of a histogram's count that is its last bucket. */
function pieceOfValue(template: Template): ReadonlyMap<number, number> {
  const known = positions.get(template);
  if (known !== undefined) return known;
  const found = new Map<number, number>();
  template.valueIndex.forEach((index, piece) => {
    if (index >= 0 && !found.has(index)) found.set(index, piece);
  });
  positions.set(template, found);
  return found;
}
