// A histogram that goes through the journal of its lane (journal.ts).
//
// A class of its own, so that record() stays short. What is rare is done elsewhere: bad values are
// refused here, values out of range and new extremes are known to whoever drains, and values so large
// that the sum could become infinite are recorded by native code.

import { LaneHistogram } from './histogram.js';
import { formOf } from './histogram-forms.js';
import { Journal, mostTimes } from './journal.js';
import { largestUnchecked } from './sums.js';
import {
  type HistogramKind,
  type HistogramMemory,
  isRecordable,
  TimedHistogram,
} from './timed-histogram.js';

// The argument is a constant of the code in it, and shorter than one of a module.
function defineJournalHistogram(tooLarge: number) {
  return class JournalHistogram extends TimedHistogram {
    // Only declared: see counter.ts.
    declare journal: Journal;
    /** Of the series, in the ring. */
    declare number: number;
    declare readonly form: number;
    declare readonly kind: HistogramKind;
    declare memory: HistogramMemory;
    /** Takes over where there is no journal: the registry is closed, or the series was removed. */
    declare direct: LaneHistogram | undefined;

    constructor(memory: HistogramMemory, kind: HistogramKind) {
      super();
      this.journal = memory.journal ?? Journal.none;
      this.number = memory.series + 1;
      this.form = formOf(kind.geometry.scale, kind.unitsPerNanosecond);
      this.kind = kind;
      this.memory = memory;
      this.direct = undefined;
    }

    override bind(memory: HistogramMemory): void {
      this.journal = memory.journal ?? Journal.none;
      this.number = memory.series + 1;
      this.memory = memory;
      this.direct = memory.journal === undefined ? new LaneHistogram(memory, this.kind) : undefined;
    }

    // Hot path. Costs: bench/handlers.
    override record(value: number, times?: number): void {
      // First of all: a BigInt or text would pass for a number below.
      if (typeof value === 'number' && value >= 0 && value < tooLarge && times === undefined) {
        const { journal } = this;
        const { at } = journal;
        if (at !== journal.end) {
          const { ring, sign } = journal;
          ring[at] = this.number * sign;
          // -0 is no value of its own, and has the sign of another lap.
          ring[at + 1] = (value + 0) * sign;
          journal.at = at + 2;
          return;
        }
      }
      recordOtherwise(this, value, times);
    }
  };
}

export const JournalHistogram = defineJournalHistogram(largestUnchecked);
export type JournalHistogram = InstanceType<typeof JournalHistogram>;

/** Everything but one value for which the ring has room. Never throws. */
function recordOtherwise(histogram: JournalHistogram, value: number, times = 1): void {
  const { direct, journal, kind, memory } = histogram;
  if (direct !== undefined) {
    direct.record(value, times);
  } else if (isRecordable(kind, value, times)) {
    if (times <= mostTimes && value * times < largestUnchecked) {
      journal.append(histogram.number, value + 0, times);
    } else if (!journal.record(memory.series, value + 0, times)) {
      kind.rejections.rejectSum(kind.metric, value);
    }
  }
}
