// vsr-metrics: metrics for programs whose hot path counts nanoseconds.
//
//   const registry = createRegistry({ catalogue: vsr, fixedLabels: { replica_id: '0' } });
//   registry.metrics.viewNumber.set(7);
//   registry.snapshot().value('vsr_view_number');

export { defineCatalogue } from './core/catalogue/define.js';
export type {
  Catalogue,
  CatalogueDeclaration,
  CatalogueInput,
  Combine,
  CounterDeclaration,
  Digits,
  FamilyDeclaration,
  FamilyDeclarations,
  GaugeDeclaration,
  HistogramDeclaration,
  MetricKind,
} from './core/catalogue/types.js';
export {
  AddonLoadError,
  AlertsError,
  BudgetError,
  CatalogueError,
  EncodingError,
  ExporterError,
  ExpressionError,
  HealthError,
  LabelError,
  RegistryError,
  ServerError,
  type TextPlace,
  VsrMetricsError,
  type VsrMetricsErrorCode,
} from './core/errors.js';
export type { Bucket, Cell } from './core/reading/distribution.js';
export type { Exemplar } from './core/reading/exemplars.js';
export { HistogramReading } from './core/reading/histogram-reading.js';
export type { HistoryPoint, HistoryRange } from './core/reading/history-points.js';
export {
  type AttachedProcess,
  type ReaderOptions,
  type RegistryReader,
  readRegistry,
  type Writer,
  type WriterState,
} from './core/reading/reader.js';
export { type LabelFilter, Snapshot } from './core/reading/snapshot.js';
export type { ExemplarContext } from './core/recorders/exemplars.js';
export type {
  CombiningGauge,
  Counter,
  ExemplarLabels,
  Gauge,
  Histogram,
  LabelledFamily,
  LastGauge,
  Recorder,
} from './core/recorders/interfaces.js';
export type { CatalogueOptions, Metrics } from './core/recorders/metrics-types.js';
export type { Capacity } from './core/region/capacity.js';
export type { FamilySnapshot, SeriesSnapshot, SnapshotLayout } from './core/region/directory.js';
export type { FamilyInfo, SeriesInfo } from './core/region/family-info.js';
export type { ClockSource } from './core/region/native.js';
export {
  type AttachOptions,
  attachRegistry,
  createRegistry,
  type Registry,
  type RegistryOptions,
} from './core/registry.js';
export type { Recording, SharedRegistry, SnapshotSchedule } from './core/registry-types.js';
export type { MetricsWarning, OnWarning, WarningCode } from './core/warnings.js';
