// One object that exports a registry in the ways of the instrumentation guide: to a collector by
// OTLP, at intervals and on demand; and as lines of StatsD.
//
//   const exporter = new OtelExporter({ registry, otlpEndpoint: 'http://localhost:4317' });
//   await exporter.initOtlp();
//   await exporter.exportMetrics();      // besides every 10 seconds
//   await exporter.close();

import { type Preset, presetKind } from '../../catalogues/preset.js';
import {
  anything,
  number,
  objectWith,
  optionsCheck,
  refusals,
  required,
  text,
} from '../../core/options.js';
import { packageVersion } from '../../core/package-version.js';
import type { Snapshot } from '../../core/reading/snapshot.js';
import { renderStatsd } from '../../exposition/statsd.js';
import type { RunningExporter, SnapshotSource } from '../driver.js';
import { startOtlp } from './start.js';

/** How an `OtelExporter` exports. */
export interface OtelConfig {
  /** Where the collector listens: `http://localhost:4317`. There is no default. */
  readonly otlpEndpoint?: string | undefined;
  readonly exportIntervalSecs: number;
  readonly serviceName: string;
  readonly serviceVersion: string;
}

/** What `new OtelExporter` takes. */
export interface OtelExporterOptions extends Partial<OtelConfig> {
  readonly registry: SnapshotSource;
  /** What a catalogue's documents say of names and intervals: `vsr.preset`. */
  readonly preset?: Preset | undefined;
}

const checkOptions = optionsCheck<OtelExporterOptions>('OtelExporter', refusals.exporter, {
  registry: required(objectWith(['snapshot'], 'a registry, or a reader of one')),
  preset: presetKind,
  // It may come from the environment too.
  otlpEndpoint: anything,
  exportIntervalSecs: number(0.001, 86_400),
  serviceName: text(),
  serviceVersion: text(),
});

/**
 * What `OtelExporter` uses where nothing else is said. It has no endpoint, so with this alone
 * `initOtlp` fails, unless the environment names one.
 *
 * @example
 * ```ts
 * import { defaultOtelConfig } from 'vsr-metrics/otlp';
 *
 * import { vsr } from 'vsr-metrics/catalogues';
 *
 * const config = { ...defaultOtelConfig(vsr.preset), otlpEndpoint: 'http://localhost:4317' };
 * ```
 */
export function defaultOtelConfig(preset?: Preset): OtelConfig {
  const { otlp = {} } = preset ?? {};
  return {
    otlpEndpoint: undefined,
    exportIntervalSecs: (otlp.everyMs ?? 10_000) / 1000,
    serviceName: otlp.serviceName ?? 'unknown_service:node',
    serviceVersion: packageVersion(),
  };
}

/**
 * Exports a registry.
 *
 * @example
 * ```ts
 * import { OtelExporter } from 'vsr-metrics/otlp';
 *
 * const exporter = new OtelExporter({
 *   registry,
 *   otlpEndpoint: 'http://localhost:4317',
 *   exportIntervalSecs: 10,
 *   serviceName: 'ledger',
 * });
 * await exporter.initOtlp();
 * process.once('SIGTERM', () => void exporter.close());
 * ```
 */
export class OtelExporter implements AsyncDisposable {
  readonly config: OtelConfig;
  readonly #registry: SnapshotSource;
  readonly #preset: Preset | undefined;
  #running: RunningExporter | undefined;
  #lastStatsd: Snapshot | undefined;

  constructor(options: OtelExporterOptions) {
    checkOptions(options);
    const { registry, preset, ...config } = options;
    this.#registry = registry;
    this.#preset = preset;
    this.config = { ...defaultOtelConfig(preset), ...config };
  }

  /**
   * Begins to push to the collector, every `exportIntervalSecs`.
   *
   * @throws VsrMetricsError when there is no endpoint, or a package is missing
   */
  async initOtlp(): Promise<void> {
    if (this.#running !== undefined) return;
    const { otlpEndpoint, exportIntervalSecs, serviceName, serviceVersion } = this.config;
    this.#running = await startOtlp({
      registry: this.#registry,
      preset: this.#preset,
      endpoint: otlpEndpoint,
      everyMs: Math.round(1000 * exportIntervalSecs),
      serviceName,
      serviceVersion,
    });
  }

  /**
   * Pushes what has been recorded up to now; true when it has arrived.
   *
   * @throws ExporterError before `initOtlp`
   */
  async exportMetrics(): Promise<boolean> {
    if (this.#running === undefined) {
      throw refusals.exporter({
        problem: 'exportMetrics comes after initOtlp, which has not succeeded',
      });
    }
    return this.#running.flush();
  }

  /**
   * What has been recorded since the last call, as lines of StatsD to be sent wherever one likes.
   *
   * @example
   * ```ts
   * import { createSocket } from 'node:dgram';
   * import { OtelExporter } from 'vsr-metrics/otlp';
   *
   * const socket = createSocket('udp4');
   * const exporter = new OtelExporter({ registry });
   * for (const line of exporter.exportStatsd()) socket.send(line, 8125, 'localhost');
   * ```
   */
  exportStatsd(): string[] {
    const snapshot = this.#registry.snapshot();
    const lines = renderStatsd(snapshot, this.#lastStatsd);
    this.#lastStatsd = snapshot;
    return lines;
  }

  /** Pushes once more and ends; true when that has arrived, or nothing was begun. */
  async close(): Promise<boolean> {
    return (await this.#running?.close()) ?? true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
