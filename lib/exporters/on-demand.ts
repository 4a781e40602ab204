// Exporters by type and endpoint, which export when they are told to:
//
//   const exporter = createExporter({ type: 'Otlp', endpoint: 'http://localhost:4317' });
//   await exporter.export(registry);

import { oneOf, optionsCheck, refusals, required, text } from '../core/options.js';
import { warnerOf } from '../core/warnings.js';
import type { SnapshotSource } from '../export/driver.js';
import type { Exporter } from '../export/exporter.js';
import { resolveOptions } from '../export/otlp/options.js';
import { OtlpExporter } from '../export/otlp/otlp-exporter.js';
import { createStatsdExporter } from '../export/statsd/exporter.js';
import { PrometheusPage } from './prometheus-page.js';

/** Which exporter, and where to: where it pushes to, or for Prometheus where it listens. */
export type ExporterType =
  | { readonly type: 'Prometheus'; readonly endpoint: string }
  | { readonly type: 'Otlp'; readonly endpoint: string }
  | { readonly type: 'StatsD'; readonly endpoint: string };

/** Exports when it is told to; `startExporter` does so at intervals. */
export interface ExporterOnDemand extends AsyncDisposable {
  /** Exports what has been recorded up to now. Rejects when it has not arrived. */
  export(source: Pick<SnapshotSource, 'snapshot'>): Promise<void>;
  close(): Promise<void>;
}

const checkType = optionsCheck<ExporterType>('an exporter', refusals.exporter, {
  type: required(oneOf(['Prometheus', 'Otlp', 'StatsD'])),
  endpoint: required(text()),
});

/**
 * An exporter that pushes when it is told to, or, for Prometheus, shows what it was given last.
 *
 * @example
 * ```ts
 * import { createExporter } from 'vsr-metrics/exporters';
 *
 * const exporter = createExporter({ type: 'Otlp', endpoint: 'http://localhost:4317' });
 * await exporter.export(registry);
 * await exporter.close();
 * ```
 * @throws ExporterError when the type or the endpoint does not fit
 */
export function createExporter(type: ExporterType): ExporterOnDemand {
  checkType(type);
  return new OnDemand(exporterOf(type));
}

function exporterOf({ type, endpoint }: ExporterType): Exporter {
  switch (type) {
    case 'Prometheus':
      return new PrometheusPage(endpoint);
    case 'Otlp':
      return new OtlpExporter(resolveOptions({ endpoint }));
    case 'StatsD':
      return createStatsdExporter({ endpoint });
  }
}

class OnDemand implements ExporterOnDemand {
  readonly #exporter: Exporter;
  #started: Promise<void> | undefined;
  // One after the other, as an exporter may expect.
  #last: Promise<unknown> = Promise.resolve();

  constructor(exporter: Exporter) {
    this.#exporter = exporter;
  }

  export(source: Pick<SnapshotSource, 'snapshot'>): Promise<void> {
    const done = this.#last.then(async () => {
      await this.#start();
      await this.#exporter.export(source.snapshot());
      await this.#exporter.flush?.();
    });
    this.#last = done.catch(() => undefined);
    return done;
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#exporter.close?.();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #start(): Promise<void> {
    this.#started ??= Promise.resolve(
      this.#exporter.start?.({
        warn: (message) => warnerOf(undefined)({ code: 'VSR_METRICS_EXPORT', message }),
        dropped: () => undefined,
        retried: () => undefined,
      }),
    ).catch((error) => {
      this.#started = undefined;
      throw error;
    });
    return this.#started;
  }
}
