// The metrics SDK of OpenTelemetry, with two attributes on every call: it has no handles that are
// bound to a series.

import { findPeer, loadPeer } from '../harness/peers.js';
import { latencyBounds } from './bench-catalogue.js';

const name = '@opentelemetry/sdk-metrics';

export const openTelemetry = { peer: 'OpenTelemetry SDK', ...findPeer(name) };

/** Made once: what a program does that knows its costs. */
export const attributes = { tenant_id: 'a', outcome: 'ok' } as const;

type Record = (value: number, attributes: object) => void;

interface Meter {
  createCounter(name: string): { add: Record };
  createGauge(name: string): { record: Record };
  createHistogram(name: string, options: object): { record: Record };
}

interface DataPoint {
  readonly value: number | { readonly count: number };
}

interface Reader {
  collect(): Promise<{
    readonly resourceMetrics: {
      readonly scopeMetrics: ReadonlyArray<{
        readonly metrics: ReadonlyArray<{ readonly dataPoints: readonly DataPoint[] }>;
      }>;
    };
  }>;
}

interface Sdk {
  readonly MeterProvider: new (options: {
    readers: Reader[];
  }) => {
    getMeter(name: string): Meter;
  };
  readonly MetricReader: new () => Reader;
}

/** A meter whose totals are read, as an exporter would read them. */
export function createMeter(): {
  meter: Meter;
  /** Of the only instrument. */
  total(): Promise<number>;
  /** Of each instrument. */
  totals(): Promise<number[]>;
} {
  const { MeterProvider, MetricReader } = loadPeer<Sdk>(name);
  class TotalReader extends MetricReader {
    onShutdown() {}
    onForceFlush() {}
  }
  const reader = new TotalReader();
  const provider = new MeterProvider({ readers: [reader] });
  async function totals() {
    const { resourceMetrics } = await reader.collect();
    return resourceMetrics.scopeMetrics[0]!.metrics.map(({ dataPoints }) => {
      const held = dataPoints[0]!.value;
      return typeof held === 'number' ? held : held.count;
    });
  }
  const meter = provider.getMeter('bench');
  return { meter, totals, total: async () => (await totals())[0]! };
}

export const histogramOptions = { advice: { explicitBucketBoundaries: latencyBounds } };
