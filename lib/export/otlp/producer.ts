// A registry as a source of OpenTelemetry's own metric readers:
//
//   const reader = new PeriodicExportingMetricReader({
//     exporter: new OTLPMetricExporter(),
//     metricProducers: [createMetricProducer(registry)],
//   });
//   new MeterProvider({ resource, readers: [reader] });

import type { CollectionResult, MetricProducer } from '@opentelemetry/sdk-metrics';
import { oneOf, optionsCheck, refusals } from '../../core/options.js';
import type { SnapshotSource } from '../driver.js';
import { type HistogramForm, toMetricData } from './metric-data.js';
import type { OtlpTemporality } from './options.js';
import { scope } from './otlp-exporter.js';
import { loadResources } from './peers.js';
import { Unsettled } from './unsettled.js';

/** What `createMetricProducer` can be told. */
export interface MetricProducerOptions {
  /** `cumulative` unless told otherwise. A reader does not tell producers what its exporter prefers. */
  readonly temporality?: OtlpTemporality;
  /** `explicit` unless told otherwise. */
  readonly histograms?: HistogramForm;
}

const checkOptions = optionsCheck<MetricProducerOptions>('a producer', refusals.exporter, {
  temporality: oneOf(['cumulative', 'delta']),
  histograms: oneOf(['explicit', 'exponential']),
});

/**
 * Makes a registry's metrics part of what a metric reader of OpenTelemetry collects. With `delta` each
 * producer serves one reader: what it has handed over counts as delivered.
 *
 * @example
 * ```ts
 * import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
 * import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
 * import { createMetricProducer } from 'vsr-metrics/otlp';
 *
 * const reader = new PeriodicExportingMetricReader({
 *   exporter: new OTLPMetricExporter({ url: 'http://localhost:4318/v1/metrics' }),
 *   exportIntervalMillis: 10_000,
 *   exportTimeoutMillis: 5_000,
 *   metricProducers: [createMetricProducer(registry)],
 * });
 * const provider = new MeterProvider({ readers: [reader] });
 * process.once('SIGTERM', () => void provider.shutdown());
 * ```
 */
export function createMetricProducer(
  source: Pick<SnapshotSource, 'snapshot'>,
  options: MetricProducerOptions = {},
): MetricProducer {
  checkOptions(options);
  const { temporality = 'cumulative', histograms = 'explicit' } = options;
  const unsettled = new Unsettled(temporality === 'delta');
  return {
    async collect(): Promise<CollectionResult> {
      const { emptyResource } = await loadResources();
      const resource = emptyResource();
      try {
        unsettled.add(source.snapshot());
      } catch (error) {
        return { resourceMetrics: { resource, scopeMetrics: [] }, errors: [error] };
      }
      const metrics = unsettled.intervals.flatMap((interval) => toMetricData(interval, histograms));
      unsettled.settle();
      return { resourceMetrics: { resource, scopeMetrics: [{ scope, metrics }] }, errors: [] };
    },
  };
}
