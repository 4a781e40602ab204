// A registry as a source of OpenTelemetry's own metric readers:
//
//   const reader = new PeriodicExportingMetricReader({
//     exporter: new OTLPMetricExporter(),
//     metricProducers: [createMetricProducer({ registry })],
//   });
//   new MeterProvider({ resource, readers: [reader] });

import type { CollectionResult, MetricProducer } from '@opentelemetry/sdk-metrics';
import { type Preset, presetKind } from '../../catalogues/preset.js';
import { objectWith, oneOf, optionsCheck, refusals, required } from '../../core/options.js';
import type { SnapshotSource } from '../driver.js';
import { type HistogramForm, toMetricData } from './metric-data.js';
import type { OtlpTemporality } from './options.js';
import { scopeOf } from './otlp-exporter.js';
import { loadResources } from './peers.js';
import { Unsettled } from './unsettled.js';

/** What `createMetricProducer` takes. */
export interface MetricProducerOptions {
  /** A registry, or a reader of one. */
  readonly registry: Pick<SnapshotSource, 'snapshot'>;
  /** `cumulative` unless told otherwise. A reader does not tell producers what its exporter prefers. */
  readonly temporality?: OtlpTemporality;
  /** `explicit` unless told otherwise. */
  readonly histograms?: HistogramForm;
  /** What a catalogue's documents say of names: `vsr.preset`. */
  readonly preset?: Preset | undefined;
}

const checkOptions = optionsCheck<MetricProducerOptions>('a producer', refusals.exporter, {
  registry: required(objectWith(['snapshot'], 'a registry, or a reader of one')),
  temporality: oneOf(['cumulative', 'delta']),
  histograms: oneOf(['explicit', 'exponential']),
  preset: presetKind,
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
 *   metricProducers: [createMetricProducer({ registry })],
 * });
 * const provider = new MeterProvider({ readers: [reader] });
 * process.once('SIGTERM', () => void provider.shutdown());
 * ```
 */
export function createMetricProducer(options: MetricProducerOptions): MetricProducer {
  checkOptions(options);
  const { registry, temporality = 'cumulative', histograms = 'explicit' } = options;
  const scope = scopeOf(options.preset?.otlp?.scopeName ?? 'vsr-metrics');
  const unsettled = new Unsettled(temporality === 'delta');
  return {
    async collect(): Promise<CollectionResult> {
      const { emptyResource } = await loadResources();
      const resource = emptyResource();
      try {
        unsettled.add(registry.snapshot());
      } catch (error) {
        return { resourceMetrics: { resource, scopeMetrics: [] }, errors: [error] };
      }
      const metrics = unsettled.intervals.flatMap((interval) => toMetricData(interval, histograms));
      unsettled.settle();
      return { resourceMetrics: { resource, scopeMetrics: [{ scope, metrics }] }, errors: [] };
    },
  };
}
