// Requests that a receiver finds too large, cut into several. Receivers of gRPC take 4 MiB unless
// they are told otherwise, and nobody knows the size of a request before it is encoded: so the first
// one that is refused is halved, and what was learned holds for the exports to come.

import type { MetricData, ResourceMetrics, ScopeMetrics } from '@opentelemetry/sdk-metrics';
import { countPoints } from './metric-data.js';

/** How many points are in a request. */
export function pointsOf(scopes: readonly ScopeMetrics[]): number {
  return scopes.reduce((sum, { metrics }) => sum + countPoints(metrics), 0);
}

/** The same points in requests of at most so many, in their order. */
export function split(
  { resource, scopeMetrics }: ResourceMetrics,
  most: number,
): ResourceMetrics[] {
  if (pointsOf(scopeMetrics) <= most) return [{ resource, scopeMetrics }];
  const requests: ScopeMetrics[][] = [];
  let room = 0;
  for (const { scope, metrics } of scopeMetrics) {
    for (const metric of metrics) {
      const { dataPoints } = metric;
      for (let start = 0; start < dataPoints.length; ) {
        if (room === 0) {
          requests.push([]);
          room = most;
        }
        const part = dataPoints.slice(start, start + room);
        // What TypeScript cannot follow: points of one kind stay with the descriptor of that kind.
        add(requests.at(-1)!, scope, { ...metric, dataPoints: part } as MetricData);
        start += part.length;
        room -= part.length;
      }
    }
  }
  return requests.map((each) => ({ resource, scopeMetrics: each }));
}

function add(scopes: ScopeMetrics[], scope: ScopeMetrics['scope'], metric: MetricData): void {
  const last = scopes.at(-1);
  // A metric that is there already is of another stretch of time, and stands apart.
  const isThere = last?.metrics.some(({ descriptor }) => descriptor === metric.descriptor) ?? true;
  if (isThere) scopes.push({ scope, metrics: [metric] });
  else last!.metrics.push(metric);
}
