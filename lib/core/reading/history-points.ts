// Earlier values of one series, from the ring that the background thread keeps in the region.

import { RegistryError } from '../errors.js';
import { number, optionsCheck, refusals, texts } from '../options.js';
import { numbersPerSeries } from '../region/described.js';
import type { ReadableRegion } from '../region/native.js';
import type { Bucket } from './distribution.js';
import type { LabelFilter, Snapshot } from './snapshot.js';

/** Which part of the past, and of which series. */
export interface HistoryRange {
  /** Unix milliseconds; from the beginning unless told otherwise. */
  readonly from?: number;
  /** Unix milliseconds; up to now unless told otherwise. */
  readonly to?: number;
  /** Needed when the family has more than one series. */
  readonly labels?: LabelFilter;
}

/** One moment. Of a histogram `value` is its count. */
export interface HistoryPoint {
  /** Unix milliseconds. */
  readonly at: number;
  /**
   * Milliseconds on a clock that nobody sets: what to subtract to know how long it is from one point
   * of a registry to another.
   */
  readonly monotonicMs: number;
  /** NaN: a gauge that nobody had set. */
  readonly value: number;
  /** Histograms only: what had been recorded up to then. */
  readonly sum?: number;
  readonly buckets?: readonly Bucket[];
}

const moment = number(-Infinity, Infinity, 'a time in unix milliseconds');

const checkRange = optionsCheck<HistoryRange>('history', refusals.registry, {
  from: moment,
  to: moment,
  labels: texts,
});

// The last one that a Date can hold. Another's file may speak of later ones.
const lastMoment = 8.64e15;

// Whoever asks for one series mostly asks for more: what was copied for it is kept that long.
const keptMs = 2000;
const forgetting = new WeakMap<ReadableRegion, NodeJS.Timeout>();

function forgetLater(region: ReadableRegion): void {
  const planned = forgetting.get(region);
  if (planned !== undefined) {
    planned.refresh();
    return;
  }
  const forget = () => {
    forgetting.delete(region);
    region.forgetHistory();
  };
  forgetting.set(region, setTimeout(forget, keptMs).unref());
}

export function readHistory(
  region: ReadableRegion,
  snapshot: Snapshot,
  name: string,
  range: HistoryRange = {},
): HistoryPoint[] {
  checkRange(range);
  const { from = 0, to = lastMoment, labels } = range;
  const series = snapshot.find(name, labels);
  if (series === undefined) {
    throw new RegistryError('VSR_METRICS_LABEL_VALUE', {
      metric: name,
      problem: 'history is read of one series, and these labels do not name one',
      given: labels ?? {},
      allowed: (snapshot.family(name)?.series ?? [])
        .slice(0, 10)
        .map(({ info }) => JSON.stringify(Object.fromEntries(info.labels))),
    });
  }
  const { slot, generation, family } = series.info;
  const { bounds, kind } = family;
  const width = numbersPerSeries(family);
  const { times, monotonic, values } = region.history(
    { series: slot, generation, width },
    from,
    Math.min(to, lastMoment),
  );
  forgetLater(region);
  return Array.from(times, (at, point) => {
    const monotonicMs = monotonic[point]!;
    const numbers = values.subarray(point * width, (point + 1) * width);
    if (kind !== 'histogram') return { at, monotonicMs, value: numbers[0]! };
    const count = numbers[bounds.length]!;
    return {
      at,
      monotonicMs,
      value: count,
      sum: numbers[bounds.length + 1]!,
      buckets: [...bounds, Infinity].map((le, bound) => ({ le, count: numbers[bound]! })),
    };
  });
}
