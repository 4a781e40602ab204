// vsr-metrics: metrics for programs whose hot path counts nanoseconds.
//
//   const registry = createRegistry({ catalogue: vsr, fixedLabels: { replica_id: '0' } });
//   registry.metrics.viewNumber.set(7);
//   registry.snapshot().value('vsr_view_number');

export type { Capacity } from './core/capacity.js';
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
export type {
  FamilyInfo,
  FamilySnapshot,
  SeriesInfo,
  SeriesSnapshot,
  SnapshotLayout,
} from './core/directory.js';
export {
  BudgetError,
  CatalogueError,
  EncodingError,
  HealthError,
  LabelError,
  RegistryError,
  ServerError,
  VsrMetricsError,
  type VsrMetricsErrorCode,
} from './core/errors.js';
export type { Exemplar } from './core/exemplars.js';
export { type Bucket, type Cell, HistogramReading } from './core/histogram-reading.js';
export type { HistoryPoint, HistoryRange } from './core/history-points.js';
export type { CatalogueOptions, Metrics } from './core/metrics-types.js';
export type { ClockSource } from './core/native.js';
export {
  type AttachedProcess,
  type ReaderOptions,
  type RegistryReader,
  readRegistry,
  type Writer,
  type WriterState,
} from './core/reader.js';
export type { ExemplarContext } from './core/recorders/exemplars.js';
export type {
  CombiningGauge,
  Counter,
  ExemplarLabels,
  Histogram,
  LabelledFamily,
  LastGauge,
  Recorder,
} from './core/recorders/interfaces.js';
export {
  type AttachOptions,
  attachRegistry,
  createRegistry,
  type Registry,
  type RegistryOptions,
  type SharedRegistry,
  type SnapshotSchedule,
} from './core/registry.js';
export { type LabelFilter, Snapshot } from './core/snapshot.js';
