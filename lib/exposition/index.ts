// Snapshots as text:
//
//   import { negotiate, renderBytes } from 'vsr-metrics/exposition';
//
//   const { format, contentType, escaping } = negotiate(request.headers.accept);
//   const body = renderBytes(format, registry.snapshot(), { escaping });

export type { NameEscaping } from '../core/catalogue/names.js';
export type { EncodeOptions } from '../core/reading/hdr/contents.js';
export { decodeHistogram, HdrHistogram } from '../core/reading/hdr/histogram.js';
export { type CompressedBody, compress } from './compress.js';
export { type LogInterval, readHistogramLog, renderHistogramLog } from './histogram-log.js';
export type {
  JsonExemplar,
  JsonFamily,
  JsonHistogram,
  JsonNumber,
  JsonSnapshot,
  JsonValue,
} from './json.js';
export { toJson } from './json.js';
export { type ExpositionFormat, type Negotiated, negotiate } from './negotiate.js';
export {
  renderPercentileDistribution,
  renderPercentileDistributions,
} from './percentile-distribution.js';
export {
  type RenderOptions,
  renderBytes,
  renderChunks,
  renderJson,
  renderOpenMetrics,
  renderPrometheus,
  renderProtobuf,
} from './render.js';
export { renderStatsd, type StatsdFormat } from './statsd.js';
