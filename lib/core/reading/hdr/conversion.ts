// Our cells are (low, high] of doubles, HdrHistogram's are [low, high) of whole numbers, and both
// have as many in each power of two. With a unit that is a power of two of what our cells are laid
// out in, each of ours is one of theirs:
//
//                 low                           high
//     ours         (------------ cell ------------]
//     theirs       [------- the same cell -------)      its largest number is high - 1 unit
//
// so counts are the same, and so are values, but for one unit.
//
// The unit depends on what a family declares and on nothing that was recorded, so that all
// histograms of it can be added up by programs that do not know of units. Numbers stay below 2**53,
// because JavaScript reads them too. That is 43 powers of two at three digits; where a family's
// range has more, they go from ten below its smallest bound. What lies below them shares cells that
// are a unit wide; what lies above them counts in the last cell.

import type { FamilyInfo } from '../../region/family-info.js';
import { upperEdge } from '../../region/histogram-geometry.js';
import { HdrHistogram } from './histogram.js';
import { exponentOf, HdrLayout, magnitudeOf } from './layout.js';

const largestPower = 53;
const powersAroundBounds = 10;

/** What a number stands for, in the family's own unit. */
export function hdrUnitOf(info: FamilyInfo): number {
  return 2 ** unitPower(info) / info.cells.scale;
}

export function toHdr(
  info: FamilyInfo,
  cellIndex: Int32Array,
  cellCounts: Float64Array,
  max: number,
): HdrHistogram {
  const highest = 2 ** largestPower - 1;
  const layout = new HdrLayout({ digits: info.digits, lowest: 1, highest });
  const unit = hdrUnitOf(info);
  const scaleOfUnits = 2 ** -unitPower(info);
  const edges = { ...info.cells, scale: 1 };
  const index: number[] = [];
  const counts: number[] = [];
  cellIndex.forEach((cell, position) => {
    let number = Math.floor(upperEdge(edges, cell - 1) * scaleOfUnits);
    if (cell < 0) number = 0;
    if (cell >= info.cells.count) number = Math.floor(max / unit);
    const place = layout.indexOf(Math.min(number, highest));
    const count = cellCounts[position]!;
    if (place === index.at(-1)) counts[counts.length - 1]! += count;
    else {
      index.push(place);
      counts.push(count);
    }
  });
  return new HdrHistogram({
    layout,
    unit,
    index: Int32Array.from(index),
    counts: Float64Array.from(counts),
  });
}

/** Of a unit, in what cells are laid out in: the value times the scale. */
function unitPower({ cells, bounds, digits }: FamilyInfo): number {
  const edges = { ...cells, scale: 1 };
  const lowest = exponentOf(upperEdge(edges, -1));
  const highest = exponentOf(upperEdge(edges, cells.count - 1));
  const first = bounds[0] === undefined ? lowest : exponentOf(bounds[0] * cells.scale);
  const last = bounds.length === 0 ? highest : exponentOf(bounds.at(-1)! * cells.scale);
  // Where full precision starts, and up to where numbers must reach at least.
  const from = Math.max(lowest, first - powersAroundBounds);
  const upTo = Math.min(highest, last + powersAroundBounds);
  return Math.max(from - magnitudeOf(digits), upTo + 1 - largestPower);
}
