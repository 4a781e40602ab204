// The past of series as another server tells it. Nothing of it is believed.

import { shownPercentiles } from '../dashboard/interval-percentiles.js';
import type { FetchedHistory } from '../dashboard/source.js';

const mostSeries = 10_000;
const mostPoints = 10_000;

/** @throws Error when it is no history */
export function decodeHistory(given: unknown): readonly FetchedHistory[] {
  const { series } = given as { series?: unknown };
  if (!Array.isArray(series) || series.length > mostSeries) throw new Error('it is no history');
  return series.map((each: unknown) => {
    const { labels, points } = each as { labels?: unknown; points?: unknown };
    if (!Array.isArray(points) || typeof labels !== 'object' || labels === null) {
      throw new Error('it is no history');
    }
    const texts = Object.entries(labels).map(([name, value]) => [name, String(value)]);
    return {
      labels: Object.fromEntries(texts) as Record<string, string>,
      points: points.slice(-mostPoints).flatMap(pointOf),
    };
  });
}

function pointOf(given: unknown): FetchedHistory['points'] {
  const { at, value, percentiles } = (given ?? {}) as Record<string, unknown>;
  if (typeof at !== 'number' || typeof value !== 'number') return [];
  if (typeof percentiles !== 'object' || percentiles === null) return [{ at, value }];
  const known = shownPercentiles.map((percent) => {
    const found = (percentiles as Record<string, unknown>)[String(percent)];
    return [String(percent), typeof found === 'number' ? found : null];
  });
  return [{ at, value, percentiles: Object.fromEntries(known) }];
}
