// Taking snapshots elsewhere:
//
//   import { startExporter } from 'vsr-metrics/export';
//
//   const running = startExporter({ registry, exporter, everyMs: 10_000 });
//   process.once('SIGTERM', () => void running.close());

export {
  type ExporterStart,
  type ExportOptions,
  type RunningExporter,
  type SnapshotSource,
  startExporter,
} from './driver.js';
export type { ExportCounts } from './export-metrics.js';
export type { Exporter, ExportReport } from './exporter.js';
