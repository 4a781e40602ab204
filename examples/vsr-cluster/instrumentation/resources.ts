// What a replica uses of its machine, once a second. The gauges could be filled by the library from
// the operating system; but replicas that are threads of one process would all show the process.

import { isReplica } from '../messages/messages.js';
import type { ReplicaMetrics } from './replica-metrics.js';

/** Totals since the start, except memory. */
export interface ResourceReading {
  readonly memoryBytes: number;
  /** On a processor; undefined: the system does not tell. */
  readonly processorMs: number | undefined;
  /** Bytes by address; those of clients are `clients` together. */
  readonly received: ReadonlyMap<number, number>;
  readonly sent: ReadonlyMap<number, number>;
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
    this.#last = copied(read());
    this.#at = now;
  }

  /** Measures, if a second has passed. */
  tick(now: number): void {
    const seconds = (now - this.#at) / 1000;
    if (seconds * 1000 < everyMs) return;
    const { networkBandwidth, diskBandwidth, ...m } = this.#metrics;
    const reading = this.#read();
    const last = this.#last;
    m.memoryUsed.set(reading.memoryBytes);
    if (reading.processorMs === undefined || last.processorMs === undefined) {
      m.cpuUtilization.unset();
    } else {
      m.cpuUtilization.set((reading.processorMs - last.processorMs) / seconds / 10);
    }
    for (const [direction, what] of [
      ['receive', 'received'],
      ['transmit', 'sent'],
    ] as const) {
      for (const [address, bytes] of reading[what]) {
        const peer = isReplica(address) ? String(address) : 'clients';
        const rate = (bytes - (last[what].get(address) ?? 0)) / seconds;
        networkBandwidth.with({ direction, peer }).set(rate);
      }
    }
    m.diskIops.set((reading.diskOperations - last.diskOperations) / seconds);
    const read = (reading.diskReadBytes - last.diskReadBytes) / seconds;
    const written = (reading.diskWrittenBytes - last.diskWrittenBytes) / seconds;
    diskBandwidth.with({ direction: 'read' }).set(read);
    diskBandwidth.with({ direction: 'write' }).set(written);
    this.#last = copied(reading);
    this.#at = now;
  }
}

/** The maps go on counting. */
function copied(reading: ResourceReading): ResourceReading {
  return { ...reading, received: new Map(reading.received), sent: new Map(reading.sent) };
}
