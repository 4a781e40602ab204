// StatsD:
//
//   import { startStatsd } from 'vsr-metrics/statsd';
//
//   const running = startStatsd({ registry });  // localhost:8125, every 10 seconds
//   await running.close();                      // with what came since

import { optionsCheck, refusals } from '../../core/options.js';
import { type ExportOptions, exportKinds, type RunningExporter, startExporter } from '../driver.js';
import { createStatsdExporter, type StatsdOptions, statsdKinds } from './exporter.js';

/** What `startStatsd` takes. */
export interface StatsdStart extends StatsdOptions, ExportOptions {}

const checkOptions = optionsCheck<StatsdStart>('a StatsD exporter', refusals.exporter, {
  ...statsdKinds,
  ...exportKinds,
});

/**
 * Sends what a registry records to a StatsD server at every interval: fire and forget, without
 * waiting for it, and without a word to the program when it is not there.
 *
 * @example
 * ```ts
 * import { startStatsd } from 'vsr-metrics/statsd';
 *
 * startStatsd({ registry });
 * startStatsd({
 *   registry,
 *   endpoint: 'unix:/var/run/datadog/dsd.socket',
 *   tags: 'dogstatsd',
 *   histograms: 'd',
 *   everyMs: 1000,
 * });
 * ```
 * @throws ExporterError when an option does not fit; RegistryError when the registry is closed
 */
export function startStatsd(options: StatsdStart): RunningExporter {
  checkOptions(options);
  const { registry, everyMs, keep, closeTimeoutMs, onWarning, ...format } = options;
  const exporter = createStatsdExporter(format);
  return startExporter({ registry, exporter, everyMs, keep, closeTimeoutMs, onWarning });
}

export type { StatsdFormat } from '../../exposition/statsd.js';
export { createStatsdExporter, type StatsdOptions } from './exporter.js';
