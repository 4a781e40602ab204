// prom-client and its successors, which kept its interface.

import type { Counter, Gauge, Histogram } from 'prom-client';
import { findPeer, loadPeer } from '../harness/peers.js';
import { latencyBounds } from './bench-catalogue.js';

export type PromClientModule = typeof import('prom-client');

export interface PromClient {
  readonly peer: string;
  readonly version: string;
  readonly unavailable?: string;
  load(): PromClientModule;
}

/** All of them; some cannot be measured on every Node. */
export const promClients: readonly PromClient[] = [
  'prom-client',
  '@platformatic/prom-client',
  '@prometheus-io/client',
].map((peer) => ({ peer, ...findPeer(peer), load: () => loadPeer<PromClientModule>(peer) }));

const labelNames = ['tenant_id', 'outcome'] as const;
const child = { tenant_id: 'a', outcome: 'ok' };
type Labels = (typeof labelNames)[number];

export function labelledCounter({ load }: PromClient): Counter<Labels> {
  const { Counter } = load();
  return new Counter({ registers: [], name: 'bench_operations_total', help: 'Count', labelNames });
}

export function labelledGauge({ load }: PromClient): Gauge<Labels> {
  const { Gauge } = load();
  return new Gauge({ registers: [], name: 'bench_depth', help: 'Depth', labelNames });
}

export function labelledHistogram({ load }: PromClient): Histogram<Labels> {
  const { Histogram } = load();
  const name = 'bench_latency_ms';
  return new Histogram({ registers: [], name, help: 'Time', buckets: latencyBounds, labelNames });
}

/** The handle of one series, resolved once. */
export function bound<Child>(metric: { labels(labels: Record<Labels, string>): Child }): Child {
  return metric.labels(child);
}

/** What the only series of a counter or a gauge holds. */
export async function heldValue(metric: Counter<string> | Gauge<string>): Promise<number> {
  return (await metric.get()).values[0]!.value;
}

/** How many values a histogram has counted. */
export async function countOf(metric: Histogram<string>): Promise<number> {
  const { values } = await metric.get();
  const count = values.find(({ metricName }) => metricName?.endsWith('_count'));
  return count?.value ?? 0;
}
