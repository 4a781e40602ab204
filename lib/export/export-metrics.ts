// What exporters say about themselves: families that appear in the registry whose snapshots are
// exported, and so in the next export, once an exporter is used.

import { defineOwnCatalogue } from '../core/catalogue/define.js';
import { ownMetrics } from '../core/registry.js';

export const exportCatalogue = defineOwnCatalogue({
  name: 'vsr-metrics exporters',
  families: {
    exports: {
      kind: 'counter',
      name: 'vsr_metrics_exports_total',
      help: 'Exports by how they ended',
      labels: { exporter: 'any', outcome: ['success', 'failure'] },
      maxSeries: 100,
    },
    skipped: {
      kind: 'counter',
      name: 'vsr_metrics_export_skipped_total',
      help: 'Snapshots never given to an exporter, because earlier ones took it too long',
      labels: { exporter: 'any' },
      maxSeries: 100,
    },
    dropped: {
      kind: 'counter',
      name: 'vsr_metrics_export_dropped_total',
      help: 'Points or lines that an exporter has given up',
      labels: { exporter: 'any' },
      maxSeries: 100,
    },
    retried: {
      kind: 'counter',
      name: 'vsr_metrics_export_retried_total',
      help: 'Points or lines that an exporter has sent once more',
      labels: { exporter: 'any' },
      maxSeries: 100,
    },
    lastSuccess: {
      kind: 'gauge',
      name: 'vsr_metrics_export_last_success_timestamp_seconds',
      help: 'When an export last succeeded, in unix time; 0 before the first one',
      labels: { exporter: 'any' },
      maxSeries: 100,
    },
    lastDuration: {
      kind: 'gauge',
      name: 'vsr_metrics_export_last_duration_seconds',
      help: 'How long the last export took, whether it succeeded or not',
      labels: { exporter: 'any' },
      maxSeries: 100,
    },
  },
});

/** What became of the exports of one exporter. */
export interface ExportCounts {
  /** Exports that arrived, and that did not. */
  readonly succeeded: number;
  readonly failed: number;
  /** Snapshots never given to the exporter, because earlier ones took it too long. */
  readonly skipped: number;
  /** Points or lines that the exporter has given up, and sent once more. */
  readonly dropped: number;
  readonly retried: number;
  /** In unix milliseconds; undefined before the first success. */
  readonly lastSuccessAt: number | undefined;
}

/** Counts the work of one exporter, here and in the registry that it exports. */
export class ExportMeter {
  #counts: ExportCounts = {
    succeeded: 0,
    failed: 0,
    skipped: 0,
    dropped: 0,
    retried: 0,
    lastSuccessAt: undefined,
  };
  readonly #recorders: ReturnType<typeof recordersFor>;

  /** @throws RegistryError when the registry has no room for these metrics */
  constructor(source: object, exporter: string) {
    this.#recorders = recordersFor(source, exporter);
  }

  get counts(): ExportCounts {
    return this.#counts;
  }

  succeeded(milliseconds: number): void {
    const lastSuccessAt = Date.now();
    this.#counts = { ...this.#counts, succeeded: this.#counts.succeeded + 1, lastSuccessAt };
    this.#recorders?.succeeded.inc();
    this.#recorders?.lastSuccess.set(lastSuccessAt / 1000);
    this.#recorders?.lastDuration.set(milliseconds / 1000);
  }

  failed(milliseconds: number): void {
    this.#add('failed', 1);
    this.#recorders?.lastDuration.set(milliseconds / 1000);
  }

  skipped(): void {
    this.#add('skipped', 1);
  }

  dropped(count: number): void {
    this.#add('dropped', count);
  }

  retried(count: number): void {
    this.#add('retried', count);
  }

  #add(what: 'failed' | 'skipped' | 'dropped' | 'retried', count: number): void {
    this.#counts = { ...this.#counts, [what]: this.#counts[what] + count };
    this.#recorders?.[what].inc(count);
  }
}

function recordersFor(source: object, exporter: string) {
  const metrics = ownMetrics(source, exportCatalogue);
  if (metrics === undefined) return undefined;
  return {
    succeeded: metrics.exports.with({ exporter, outcome: 'success' }),
    failed: metrics.exports.with({ exporter, outcome: 'failure' }),
    skipped: metrics.skipped.with({ exporter }),
    dropped: metrics.dropped.with({ exporter }),
    retried: metrics.retried.with({ exporter }),
    lastSuccess: metrics.lastSuccess.with({ exporter }),
    lastDuration: metrics.lastDuration.with({ exporter }),
  };
}
