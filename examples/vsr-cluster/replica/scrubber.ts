// Scrubbing: reads the log and the superblock again and again, a little at a time, so that damage is
// found while other replicas still have what was damaged. A tour is once around everything.

import { isIntact } from '../log/entry.js';
import type { SlotReading } from '../log/storage.js';
import type { Whole } from './whole.js';

const slotsPerStep = 4;

export class Scrubber {
  readonly #replica: Whole;
  #next = 0;
  #steppedAt = 0;
  #reading = 0;
  /** Entries read since `#countedFrom`, for the throughput. */
  #read = 0;
  #countedFrom = 0;

  constructor(replica: Whole) {
    this.#replica = replica;
  }

  tick(): void {
    const { host, options, instrumentation } = this.#replica;
    const now = host.now();
    if (now - this.#countedFrom >= 1000) {
      const seconds = (now - this.#countedFrom) / 1000;
      instrumentation.metrics.scrubThroughput.set(this.#read / seconds);
      this.#read = 0;
      this.#countedFrom = now;
    }
    if (now - this.#steppedAt < options.timing.scrub || this.#reading > 0) return;
    this.#steppedAt = now;
    this.#step();
  }

  #step(): void {
    const { log, durable, host, checkpoint } = this.#replica;
    const first = Math.max(log.base, checkpoint.op - host.storage.slots) + 1;
    if (this.#next < first) this.#next = first;
    const last = Math.min(this.#next + slotsPerStep - 1, durable);
    for (let op = this.#next; op <= last; op++) {
      this.#reading++;
      host.storage.readSlot(op, (reading) => {
        this.#reading--;
        this.#examine(op, reading);
      });
    }
    this.#next = last + 1;
    if (this.#next > durable) this.#endTour();
  }

  #examine(op: number, reading: SlotReading): void {
    const { log, durable, instrumentation, repair } = this.#replica;
    this.#read++;
    const checksum = log.checksumAt(op);
    // Replaced or forgotten since it was asked for.
    if (op > durable || op <= log.base || checksum === undefined) return;
    if (reading.state === 'entry' && isIntact(reading.entry)) {
      if (reading.entry.checksum === checksum || reading.entry.op > op) return;
    }
    instrumentation.checksumFailures.log.inc();
    instrumentation.metrics.scrubCorruptionsDetected.inc();
    // What is not committed may be nowhere else.
    if (op > this.#replica.commit) this.#replica.writeEntries([log.get(op)!], () => undefined);
    else repair.want(op, checksum);
  }

  #endTour(): void {
    const replica = this.#replica;
    const { instrumentation, log, host } = replica;
    this.#next = log.base + 1;
    this.#reading++;
    host.storage.checkSuperblock((damaged) => {
      this.#reading--;
      if (damaged > 0) {
        instrumentation.checksumFailures.superblock.inc(damaged);
        instrumentation.metrics.scrubCorruptionsDetected.inc(damaged);
        replica.persist(() => undefined);
      }
      if (replica.durable > log.base) instrumentation.metrics.scrubToursCompleted.inc();
    });
  }
}
