// The past of series as another server tells it. Nothing of it is believed.

import type { FetchedHistory } from '../dashboard/source.js';

const mostSeries = 10_000;
const mostPoints = 10_000;
const mostBounds = 1000;

/** @throws Error when it is no history */
export function decodeHistory(given: unknown): readonly FetchedHistory[] {
  const { series, bounds } = given as { series?: unknown; bounds?: unknown };
  if (!Array.isArray(series) || series.length > mostSeries) throw new Error('it is no history');
  const les = upperBounds(bounds);
  return series.map((each: unknown) => {
    const { labels, points } = each as { labels?: unknown; points?: unknown };
    if (!Array.isArray(points) || typeof labels !== 'object' || labels === null) {
      throw new Error('it is no history');
    }
    const texts = Object.entries(labels).map(([name, value]) => [name, String(value)]);
    return {
      labels: Object.fromEntries(texts) as Record<string, string>,
      points: points.slice(-mostPoints).flatMap((point) => pointOf(point, les)),
    };
  });
}

/** Of the buckets, the last of which has everything; undefined: it is no histogram. */
function upperBounds(given: unknown): readonly number[] | undefined {
  if (given === undefined) return undefined;
  if (!Array.isArray(given) || given.length > mostBounds || !isRising(given, false)) {
    throw new Error('it is no history');
  }
  return [...given, Number.POSITIVE_INFINITY];
}

function pointOf(given: unknown, les: readonly number[] | undefined): FetchedHistory['points'] {
  const { at, value, counts } = (given ?? {}) as Record<string, unknown>;
  if (typeof at !== 'number' || typeof value !== 'number') return [];
  if (les === undefined) return [{ at, value }];
  if (!Array.isArray(counts) || counts.length !== les.length || !isRising(counts, true)) return [];
  return [{ at, value, buckets: les.map((le, index) => ({ le, count: counts[index] as number })) }];
}

function isRising(values: readonly unknown[], mayStay: boolean): values is readonly number[] {
  return values.every((value, index) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) return false;
    const before = values[index - 1] as number | undefined;
    return before === undefined || value > before || (mayStay && value === before);
  });
}
