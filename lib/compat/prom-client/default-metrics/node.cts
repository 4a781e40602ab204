// Default metrics of Node.js and its event loop.

import perfHooks = require('perf_hooks');
import v8 = require('v8');
import Histogram = require('../histogram.cjs');
import gauges = require('./gauges.cjs');

import type { DefaultMetricsOptions } from './options.cjs';

const { common, makeGauge, makeGaugesByType } = gauges;

function eventLoopLag(options: DefaultMetricsOptions): void {
  const { labels } = common(options);
  const delays = perfHooks.monitorEventLoopDelay({
    resolution: options.eventLoopMonitoringPrecision,
  });
  delays.enable();
  const lag = makeGauge(options, {
    name: 'nodejs_eventloop_lag_seconds',
    help: 'Lag of event loop in seconds.',
    aggregator: 'average',
    collect: () => {
      const start = process.hrtime();
      setImmediate(() => {
        const [seconds, nanoseconds] = process.hrtime(start);
        lag.set(labels, (seconds * 1e9 + nanoseconds) / 1e9);
      });
      for (const [gauge, read] of statistics) gauge.set(labels, read() / 1e9);
      delays.reset();
    },
  });
  const statistic = (name: string, help: string, aggregator: string, read: () => number) => {
    const fullName = `nodejs_eventloop_lag_${name}_seconds`;
    return [makeGauge(options, { name: fullName, help, aggregator }), read] as const;
  };
  const percentile = (percent: number) =>
    statistic(
      `p${percent}`,
      `The ${percent}th percentile of the recorded event loop delays.`,
      'average',
      () => delays.percentile(percent),
    );
  const statistics = [
    statistic('min', 'The minimum recorded event loop delay.', 'min', () => delays.min),
    statistic('max', 'The maximum recorded event loop delay.', 'max', () => delays.max),
    statistic('mean', 'The mean of the recorded event loop delays.', 'average', () => delays.mean),
    statistic(
      'stddev',
      'The standard deviation of the recorded event loop delays.',
      'average',
      () => delays.stddev,
    ),
    percentile(50),
    percentile(90),
    percentile(99),
  ];
}

function processResources(options: DefaultMetricsOptions): void {
  const helps = {
    byType:
      'Number of active resources that are currently keeping the event loop alive, grouped by async resource type.',
    total: 'Total number of active resources.',
  };
  makeGaugesByType(options, 'nodejs_active_resources', helps, () => {
    const types = process.getActiveResourcesInfo();
    return { types, total: types.length };
  });
}

/** What Node.js tells of its handles and requests, without promising to. */
const internals = process as unknown as Record<string, (() => object[]) | undefined>;

function activeObjects(method: string) {
  const objects = internals[method]!.call(process);
  const types = objects.filter((each) => each?.constructor).map((each) => each.constructor.name);
  return { types, total: objects.length };
}

function processHandles(options: DefaultMetricsOptions): void {
  if (typeof internals._getActiveHandles !== 'function') return;
  const helps = {
    byType:
      'Number of active libuv handles grouped by handle type. Every handle type is C++ class name.',
    total: 'Total number of active handles.',
  };
  makeGaugesByType(options, 'nodejs_active_handles', helps, () =>
    activeObjects('_getActiveHandles'),
  );
}

function processRequests(options: DefaultMetricsOptions): void {
  if (typeof internals._getActiveRequests !== 'function') return;
  const helps = {
    byType:
      'Number of active libuv requests grouped by request type. Every request type is C++ class name.',
    total: 'Total number of active requests.',
  };
  makeGaugesByType(options, 'nodejs_active_requests', helps, () =>
    activeObjects('_getActiveRequests'),
  );
}

function heapSizeAndUsed(options: DefaultMetricsOptions): void {
  const { labels } = common(options);
  const total = makeGauge(options, {
    name: 'nodejs_heap_size_total_bytes',
    help: 'Process heap size from Node.js in bytes.',
    collect: () => {
      const usage = process.memoryUsage();
      total.set(labels, usage.heapTotal);
      used.set(labels, usage.heapUsed);
      external.set(labels, usage.external);
    },
  });
  const used = makeGauge(options, {
    name: 'nodejs_heap_size_used_bytes',
    help: 'Process heap size used from Node.js in bytes.',
  });
  const external = makeGauge(options, {
    name: 'nodejs_external_memory_bytes',
    help: 'Node.js external memory size in bytes.',
  });
}

function heapSpacesSizeAndUsed(options: DefaultMetricsOptions): void {
  const { labels } = common(options);
  v8.getHeapSpaceStatistics(); // throws where it is not implemented
  const make = (statistic: string, collect?: () => void) =>
    makeGauge(options, {
      name: `nodejs_heap_space_size_${statistic}_bytes`,
      help: `Process heap space size ${statistic} from Node.js in bytes.`,
      labelNames: ['space'],
      ...(collect && { collect }),
    });
  const total = make('total', () => {
    for (const heapSpace of v8.getHeapSpaceStatistics()) {
      const name = heapSpace.space_name;
      const own = { space: name.slice(0, name.indexOf('_space')), ...labels };
      total.set(own, heapSpace.space_size);
      used.set(own, heapSpace.space_used_size);
      available.set(own, heapSpace.space_available_size);
    }
  });
  const used = make('used');
  const available = make('available');
}

function version(options: DefaultMetricsOptions): void {
  const { labels } = common(options);
  const [major, minor, patch] = process.version.slice(1).split('.').map(Number);
  const gauge = makeGauge(options, {
    name: 'nodejs_version_info',
    help: 'Node.js version info.',
    labelNames: ['version', 'major', 'minor', 'patch'],
    aggregator: 'first',
    // Each time, so that it is there also after a reset.
    collect: () => gauge.set({ version: process.version, major, minor, patch, ...labels }, 1),
  });
}

function gc(options: DefaultMetricsOptions): void {
  const { prefix, labels, labelNames, registers } = common(options);
  const { constants } = perfHooks;
  const kinds = new Map([
    [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
    [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
    [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
    [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
  ]);
  const histogram = new Histogram({
    name: `${prefix}nodejs_gc_duration_seconds`,
    help: 'Garbage collection duration by kind, one of major, minor, incremental or weakcb.',
    labelNames: ['kind', ...labelNames],
    buckets: options.gcDurationBuckets || [0.001, 0.01, 0.1, 1, 2, 5],
    ...(registers && { registers }),
  });
  const observer = new perfHooks.PerformanceObserver((list) => {
    for (const entry of list.getEntries() as perfHooks.PerformanceMeasure[]) {
      const kind = kinds.get((entry.detail as { kind: number }).kind);
      histogram.observe({ kind, ...labels }, entry.duration / 1000);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
}

export = {
  eventLoopLag,
  gc,
  heapSizeAndUsed,
  heapSpacesSizeAndUsed,
  processHandles,
  processRequests,
  processResources,
  version,
};
