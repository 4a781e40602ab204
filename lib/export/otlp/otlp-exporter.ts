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
import { pointsOf, split } from './splitting.js';
import { Unsettled } from './unsettled.js';

/** The instrumentation scope of metrics: who measured. */
export function scopeOf(name: string): { readonly name: string; readonly version: string } {
  return { name, version: packageVersion() };
}

// As OpenTelemetry's HTTP exporters retry.
const firstBackoffMs = 1000;
const backoffGrowth = 1.5;
const jitter = 0.2;

/** Status codes of gRPC after which the same request may be sent again, as OTLP has it. */
const retryableCodes: ReadonlySet<number> = new Set([1, 4, 10, 11, 14, 15]);

/** What gRPC says when there is not enough of something; and of HTTP: the request is too large. */
const resourceExhausted = 8;
const outOfRange = 11;
const contentTooLarge = 413;

export class OtlpExporter implements Exporter {
  readonly name = 'otlp';
  readonly #options: OtlpOptions;
  readonly #unsettled: Unsettled;
  #report: ExportReport | undefined;
  #sdk: PushMetricExporter | undefined;
  #resource: ResourceMetrics['resource'] | undefined;
  /** How many points the receiver takes in one request, as far as is known. */
  #mostPoints = Infinity;

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
    const scope = scopeOf(this.#options.scopeName);
    const scopeMetrics = batches.map((metrics) => ({ scope, metrics }));
    const deadline = performance.now() + this.#options.timeoutMs;
    try {
      await this.#send({ resource: this.#resource!, scopeMetrics }, deadline);
    } catch (error) {
      if (isFinal(error)) this.#giveUp(pointsOf(scopeMetrics));
      throw error;
    }
    this.#unsettled.settle();
  }

  async close(): Promise<void> {
    await this.#sdk?.shutdown();
  }

  /** What the receiver does not want it will not want the next time either. */
  #giveUp(points: number): void {
    this.#unsettled.settle();
    if (this.#options.temporality === 'delta') this.#report?.dropped(points);
  }

  /** In as many requests as the receiver needs. */
  async #send(metrics: ResourceMetrics, deadline: number): Promise<void> {
    for (const request of split(metrics, this.#mostPoints)) {
      try {
        await this.#sendWithRetries(request, deadline);
      } catch (error) {
        const points = pointsOf(request.scopeMetrics);
        if (!isTooLarge(error) || points < 2) throw error;
        this.#mostPoints = Math.ceil(points / 2);
        await this.#send(request, deadline);
      }
    }
  }

  async #sendWithRetries(metrics: ResourceMetrics, deadline: number): Promise<void> {
    for (let backoff = firstBackoffMs; ; backoff *= backoffGrowth) {
      try {
        return await this.#sendOnce(metrics);
      } catch (error) {
        const pause = backoff * (1 + jitter * (2 * Math.random() - 1));
        const isTooLate = performance.now() + pause > deadline;
        // Over HTTP OpenTelemetry's exporter has done so already.
        if (this.#options.protocol !== 'grpc' || isTooLate || isFinal(error)) throw error;
        if (codeOf(error) === undefined) throw error;
        this.#report?.retried(pointsOf(metrics.scopeMetrics));
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
  if (code === undefined || code === 0) return false;
  if (isTooLarge(error)) return true;
  // Of what is exhausted there will be more only if the receiver says when.
  if (code === resourceExhausted) return !saysWhenToRetry(error);
  return !retryableCodes.has(code);
}

/** In the words of gRPC's implementations in Go and JavaScript, Java, and Rust. */
function isTooLarge(error: unknown): boolean {
  const code = codeOf(error);
  if (code === contentTooLarge) return true;
  const text = error instanceof Error ? error.message : '';
  return (
    (code === resourceExhausted || code === outOfRange) &&
    /larger than max|exceeds maximum size|message length too large/i.test(text)
  );
}

function saysWhenToRetry(error: unknown): boolean {
  const { metadata } = error as { metadata?: { get?(key: string): unknown[] } };
  const details = metadata?.get?.('grpc-status-details-bin') ?? [];
  return details.some((detail) => String(detail).includes('google.rpc.RetryInfo'));
}
