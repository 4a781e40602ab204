// How late the event loop of this thread is, and what keeps it alive.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { nodejs } from '../catalogues/nodejs.js';
import type { Metrics } from '../core/recorders/metrics-types.js';
import type { Probe } from './sampler.js';

type NodejsMetrics = Metrics<typeof nodejs>;

/** @param resolutionMs how often the event loop is looked at */
export function eventLoopProbe(metrics: NodejsMetrics, resolutionMs: number): Probe {
  const delays = monitorEventLoopDelay({ resolution: resolutionMs });
  delays.enable();
  const statistics = [
    [metrics.eventLoopLagMin, () => delays.min],
    [metrics.eventLoopLagMax, () => delays.max],
    [metrics.eventLoopLagMean, () => delays.mean],
    [metrics.eventLoopLagStddev, () => delays.stddev],
    [metrics.eventLoopLagP50, () => delays.percentile(50)],
    [metrics.eventLoopLagP90, () => delays.percentile(90)],
    [metrics.eventLoopLagP99, () => delays.percentile(99)],
  ] as const;
  let isClosed = false;
  return {
    name: 'the event loop',
    sample() {
      const start = process.hrtime.bigint();
      setImmediate(() => {
        if (!isClosed) metrics.eventLoopLag.set(Number(process.hrtime.bigint() - start) / 1e9);
      }).unref();
      // Nothing was recorded since the last time, or in a program that has just started.
      if (!(delays.max > 0)) return;
      for (const [gauge, read] of statistics) gauge.set(read() / 1e9);
      delays.reset();
    },
    close() {
      isClosed = true;
      delays.disable();
      for (const [gauge] of statistics) gauge.unset();
      metrics.eventLoopLag.unset();
    },
  };
}

/** What Node.js tells of its handles and requests, without promising to. */
const internals = process as unknown as Readonly<Record<string, (() => object[]) | undefined>>;

export function activeProbes(metrics: NodejsMetrics): readonly Probe[] {
  const { activeResources, activeResourcesAll } = metrics;
  const { activeHandles, activeHandlesAll, activeRequests, activeRequestsAll } = metrics;
  return [
    activeProbe('active resources', activeResources, activeResourcesAll, () =>
      process.getActiveResourcesInfo(),
    ),
    activeProbe('active handles', activeHandles, activeHandlesAll, () =>
      classesOf('_getActiveHandles'),
    ),
    activeProbe('active requests', activeRequests, activeRequestsAll, () =>
      classesOf('_getActiveRequests'),
    ),
  ];
}

function activeProbe(
  name: string,
  byType: NodejsMetrics['activeResources'],
  all: NodejsMetrics['activeResourcesAll'],
  list: () => readonly string[] | undefined,
): Probe {
  // Types that were there stay, at 0: a series that comes and goes makes gaps.
  const counts = new Map<string, number>();
  return {
    name,
    sample() {
      const types = list();
      if (types === undefined) return;
      for (const type of counts.keys()) counts.set(type, 0);
      for (const type of types) counts.set(type, (counts.get(type) ?? 0) + 1);
      for (const [type, count] of counts) byType.with({ type }).set(count);
      all.set(types.length);
    },
    close() {
      for (const type of counts.keys()) byType.with({ type }).unset();
      all.unset();
    },
  };
}

function classesOf(method: string): readonly string[] | undefined {
  return internals[method]?.call(process).map((each) => each?.constructor?.name ?? 'Object');
}
