// Metrics to OpenTelemetry:
//
//   const otlp = await startOtlp({ registry, endpoint: 'http://localhost:4317' });
//   await otlp.close();

export type { HistogramForm } from './metric-data.js';
export type { OtlpProtocol, OtlpSettings, OtlpTemporality } from './options.js';
export {
  defaultOtelConfig,
  type OtelConfig,
  OtelExporter,
  type OtelExporterOptions,
} from './otel-exporter.js';
export { createMetricProducer, type MetricProducerOptions } from './producer.js';
export { type OtlpStart, startOtlp } from './start.js';
