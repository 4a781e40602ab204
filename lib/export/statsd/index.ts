// StatsD:
//
//   import { startStatsd } from 'vsr-metrics/statsd';
//
//   const running = startStatsd(registry);      // localhost:8125, every 10 seconds
//   await running.stop();                       // with what came since

import {
  type ExportOptions,
  type RunningExporter,
  type SnapshotSource,
  startExporter,
} from '../driver.js';
import { createStatsdExporter, type StatsdOptions } from './exporter.js';

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
 * @throws RegistryError when an option does not fit or the registry is closed
 */
export function startStatsd(
  source: SnapshotSource,
  options: StatsdOptions & ExportOptions = {},
): RunningExporter {
  return startExporter(source, createStatsdExporter(options), options);
}

export type { StatsdFormat } from '../../exposition/statsd.js';
export { createStatsdExporter, type StatsdOptions } from './exporter.js';
