// Sends snapshots by OTLP, with OpenTelemetry's own exporters.
//
// These encode and send. Over HTTP they also retry what may be retried, with backoff and jitter, and
// heed Retry-After; over gRPC they don't, so it is done here in the same way. Whatever happens, an
// export ends with its timeout, and what it could not deliver is in the next one: cumulative points
// repeat everything, deltas are kept (see unsettled.ts).

import { setTimeout as wait } from 'node:timers/promises';
import type { PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { packageVersion } from '../../core/package-version.js';
import type { Snapshot } from '../../core/reading/snapshot.js';
import type { Exporter, ExportReport } from '../exporter.js';
import { countPoints, toMetricData } from './metric-data.js';
import type { OtlpOptions } from './options.js';
import { loadResources, loadSdkExporter } from './peers.js';
import { Unsettled } from './unsettled.js';

/** The instrumentation scope of all metrics. */
export const scope = { name: 'kimberlite-vsr', version: packageVersion() };

// As OpenTelemetry's HTTP exporters retry.
const firstBackoffMs = 1000;
const backoffGrowth = 1.5;
const jitter = 0.2;

/** Status codes of gRPC after which the same request may be sent again, as OTLP has it. */
const retryableCodes: ReadonlySet<number> = new Set([1, 4, 8, 10, 11, 14, 15]);

export class OtlpExporter implements Exporter {
  readonly name = 'otlp';
  readonly #options: OtlpOptions;
  readonly #unsettled: Unsettled;
  #report: ExportReport | undefined;
  #sdk: PushMetricExporter | undefined;
  #resource: ResourceMetrics['resource'] | undefined;

  constructor(options: OtlpOptions) {
    this.#options = options;
    this.#unsettled = new Unsettled(options.temporality === 'delta');
  }

  /** Loads OpenTelemetry's packages. Does nothing the second time. */
  async load(): Promise<void> {
    const { resourceFromAttributes } = await loadResources();
    this.#resource ??= resourceFromAttributes(this.#options.attributes);
    this.#sdk ??= await loadSdkExporter(this.#options);
  }

  async start(report: ExportReport): Promise<void> {
    this.#report = report;
    await this.load();
  }

  async export(snapshot: Snapshot): Promise<void> {
    this.#unsettled.add(snapshot);
    const batches = this.#unsettled.intervals.map((interval) =>
      toMetricData(interval, this.#options.histograms),
    );
    const again = batches.slice(0, -1).reduce((sum, batch) => sum + countPoints(batch), 0);
    if (again > 0) this.#report?.retried(again);
    const scopeMetrics = batches.map((metrics) => ({ scope, metrics }));
    try {
      await this.#send({ resource: this.#resource!, scopeMetrics });
    } catch (error) {
      if (isFinal(error)) this.#giveUp(batches.reduce((sum, batch) => sum + countPoints(batch), 0));
      throw error;
    }
    this.#unsettled.settle();
  }

  async stop(): Promise<void> {
    await this.#sdk?.shutdown();
  }

  /** What the receiver does not want it will not want the next time either. */
  #giveUp(points: number): void {
    this.#unsettled.settle();
    if (this.#options.temporality === 'delta') this.#report?.dropped(points);
  }

  async #send(metrics: ResourceMetrics): Promise<void> {
    const { timeoutMs, protocol } = this.#options;
    const deadline = performance.now() + timeoutMs;
    for (let backoff = firstBackoffMs; ; backoff *= backoffGrowth) {
      try {
        return await this.#sendOnce(metrics);
      } catch (error) {
        const pause = backoff * (1 + jitter * (2 * Math.random() - 1));
        const isTooLate = performance.now() + pause > deadline;
        if (protocol !== 'grpc' || isTooLate || !retryableCodes.has(codeOf(error)!)) throw error;
        const points = metrics.scopeMetrics.reduce(
          (sum, each) => sum + countPoints(each.metrics),
          0,
        );
        this.#report?.retried(points);
        await wait(pause, undefined, { ref: false });
      }
    }
  }

  /** OpenTelemetry's exporters have a deadline for silence; a trickle they would listen to for ever. */
  async #sendOnce(metrics: ResourceMetrics): Promise<void> {
    const { timeoutMs } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve, reject) => {
      const tooLate = () => reject(new Error(`no answer within ${2 * timeoutMs} ms`));
      timer = setTimeout(tooLate, 2 * timeoutMs).unref();
      this.#sdk!.export(metrics, ({ code, error }) => {
        if (code === 0) resolve();
        else reject(error ?? new Error('the export failed'));
      });
    }).finally(() => clearTimeout(timer));
  }
}

/** The status of HTTP (three digits) or gRPC, when the receiver has answered with one. */
function codeOf(error: unknown): number | undefined {
  const code = (error as { readonly code?: unknown } | undefined)?.code;
  return typeof code === 'number' ? code : undefined;
}

/** The receiver has understood, and refused for good. */
function isFinal(error: unknown): boolean {
  const code = codeOf(error);
  return code !== undefined && code !== 0 && !retryableCodes.has(code);
}
