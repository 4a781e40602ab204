// startOtlp: pushes a registry to a collector, in one call.

import { optionsCheck, refusals } from '../../core/options.js';
import { type ExportOptions, exportKinds, type RunningExporter, startExporter } from '../driver.js';
import { type OtlpSettings, otlpKinds, resolveOptions } from './options.js';
import { OtlpExporter } from './otlp-exporter.js';

/** What `startOtlp` takes. */
export interface OtlpStart extends OtlpSettings, ExportOptions {
  /** The interval; by default OTEL_METRIC_EXPORT_INTERVAL, else 10,000 ms. */
  readonly everyMs?: number | undefined;
  /** `flush` and `close` wait no longer for the collector; three times `timeoutMs` unless told otherwise. */
  readonly closeTimeoutMs?: number | undefined;
}

const checkOptions = optionsCheck<OtlpStart>('an OTLP exporter', refusals.exporter, {
  ...exportKinds,
  ...otlpKinds,
});

/**
 * Pushes snapshots to an OpenTelemetry collector, every 10 seconds unless told otherwise. Needs
 * `@opentelemetry/sdk-metrics`, `@opentelemetry/resources` and the exporter of the protocol:
 * `@opentelemetry/exporter-metrics-otlp-grpc`, `-proto` or `-http`.
 *
 * @example
 * ```ts
 * import { startOtlp } from 'vsr-metrics/otlp';
 *
 * const otlp = await startOtlp({
 *   registry,
 *   endpoint: 'http://localhost:4317',
 *   serviceName: 'ledger',
 *   serviceVersion: '1.7.0',
 * });
 * process.once('SIGTERM', () => void otlp.close()); // with a last export
 * ```
 * @throws ExporterError when there is no endpoint or an option does not fit; VsrMetricsError when a
 *   package is missing
 */
export async function startOtlp(given: OtlpStart): Promise<RunningExporter> {
  checkOptions(given);
  const { registry, keep, closeTimeoutMs, onWarning, ...settings } = given;
  const options = resolveOptions(settings);
  const exporter = new OtlpExporter(options);
  // Before anything runs: what is missing must be known now, and not from a warning later.
  await exporter.load();
  return startExporter({
    registry,
    exporter,
    everyMs: options.everyMs,
    keep,
    closeTimeoutMs: closeTimeoutMs ?? 3 * options.timeoutMs,
    onWarning,
  });
}
