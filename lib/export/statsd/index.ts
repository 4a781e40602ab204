// StatsD:
//
//   import { startStatsd } from 'vsr-metrics/statsd';
//
//   const running = startStatsd(registry);      // localhost:8125, every 10 seconds
//   await running.stop();                       // with what came since

import { optionsCheck, refusals } from '../../core/options.js';
import {
  type ExportOptions,
  exportKinds,
  type RunningExporter,
  type SnapshotSource,
  startExporter,
} from '../driver.js';
import { createStatsdExporter, type StatsdOptions, statsdKinds } from './exporter.js';

const checkOptions = optionsCheck<StatsdOptions & ExportOptions>(
  'a StatsD exporter',
  refusals.exporter,
  { ...statsdKinds, ...exportKinds },
);

/**
 * Sends what a registry records to a StatsD server at every interval: fire and forget, without
 * waiting for it, and without a word to the program when it is not there.
 *
 * @example
 * ```ts
 * import { startStatsd } from 'vsr-metrics/statsd';
 *
 * startStatsd(registry);
 * startStatsd(registry, {
 *   endpoint: 'unix:/var/run/datadog/dsd.socket',
 *   tags: 'dogstatsd',
 *   histograms: 'd',
 *   everyMs: 1000,
 * });
 * ```
 * @throws ExporterError when an option does not fit; RegistryError when the registry is closed
 */
export function startStatsd(
  source: SnapshotSource,
  options: StatsdOptions & ExportOptions = {},
): RunningExporter {
  checkOptions(options);
  const { everyMs, keep, stopTimeoutMs, ...format } = options;
  const schedule = { everyMs, keep, stopTimeoutMs };
  return startExporter(source, createStatsdExporter(format), schedule);
}

export type { StatsdFormat } from '../../exposition/statsd.js';
export { createStatsdExporter, type StatsdOptions } from './exporter.js';
