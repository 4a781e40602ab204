// What a replica uses of its machine, once a second. The gauges could be filled by the library from
// the operating system; but replicas that are threads of one process would all show the process.

import type { ReplicaMetrics } from './replica-metrics.js';

/** Totals since the start, except memory and utilization. */
export interface ResourceReading {
  readonly memoryBytes: number;
  /** 0 to 1, since the last reading. */
  readonly utilization: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly diskOperations: number;
  readonly diskReadBytes: number;
  readonly diskWrittenBytes: number;
}

const everyMs = 1000;

export class ResourceMeter {
  readonly #metrics: ReplicaMetrics;
  readonly #read: () => ResourceReading;
  #last: ResourceReading;
  #at: number;

  constructor(metrics: ReplicaMetrics, now: number, read: () => ResourceReading) {
    this.#metrics = metrics;
    this.#read = read;
    this.#last = read();
    this.#at = now;
  }

  /** Measures, if a second has passed. */
  tick(now: number): void {
    const seconds = (now - this.#at) / 1000;
    if (seconds * 1000 < everyMs) return;
    const { networkBandwidth, diskBandwidth, ...m } = this.#metrics;
    const reading = this.#read();
    const rate = (name: keyof ResourceReading) => (reading[name] - this.#last[name]) / seconds;
    m.memoryUsed.set(reading.memoryBytes);
    m.cpuUtilization.set(100 * reading.utilization);
    networkBandwidth.with({ direction: 'receive' }).set(rate('receivedBytes'));
    networkBandwidth.with({ direction: 'transmit' }).set(rate('sentBytes'));
    m.diskIops.set(rate('diskOperations'));
    diskBandwidth.with({ direction: 'read' }).set(rate('diskReadBytes'));
    diskBandwidth.with({ direction: 'write' }).set(rate('diskWrittenBytes'));
    this.#last = reading;
    this.#at = now;
  }
}
