// The network between threads: a port to each of them, over which frames travel in batches. Faults
// can be set on it, as seen from the replica that it belongs to.

import type { MessagePort } from 'node:worker_threads';
import { firstClient } from '../messages/messages.js';

/** What was sent in one turn of the event loop: frame i is for address i. */
export interface Batch {
  /** When the last frame left, on the clock that all threads of the process share. */
  readonly sentAt: number;
  readonly to: readonly number[];
  readonly frames: readonly string[];
}

export interface LinkFaults {
  /** Probabilities of each frame. */
  readonly loss: number;
  readonly duplication: number;
  /** Milliseconds for every frame, and at most so many more by chance, which reorders. */
  readonly delay: number;
  readonly jitter: number;
  /** Replicas that are not reached, and not heard. */
  readonly cut: readonly number[];
}

export const noLinkFaults: LinkFaults = { loss: 0, duplication: 0, delay: 0, jitter: 0, cut: [] };

/** All clients live behind one port, which has this address. */
export const clientsAddress = firstClient;

export class Transport {
  faults = noLinkFaults;
  readonly counts = { sentBytes: 0, receivedBytes: 0 };
  readonly #onBatch: (batch: Batch) => void;
  readonly #ports = new Map<number, MessagePort>();
  readonly #outgoing = new Map<number, { sentAt: number; to: number[]; frames: string[] }>();

  constructor(onBatch: (batch: Batch) => void) {
    this.#onBatch = onBatch;
  }

  /** Whoever is at `address` is reached here from now on. */
  connect(address: number, port: MessagePort): void {
    this.#ports.get(address)?.close();
    this.#ports.set(address, port);
    port.on('message', (batch: Batch) => {
      if (this.faults.cut.includes(address)) return;
      for (const frame of batch.frames) this.counts.receivedBytes += frame.length;
      this.#onBatch(batch);
    });
  }

  send(to: number, frame: string, sentAt: number): void {
    const address = to >= firstClient ? clientsAddress : to;
    const { loss, duplication, delay, jitter, cut } = this.faults;
    if (cut.includes(address) || (loss > 0 && Math.random() < loss)) return;
    const copies = duplication > 0 && Math.random() < duplication ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      if (delay + jitter === 0) {
        this.#put(address, to, frame, sentAt);
        continue;
      }
      setTimeout(
        () => this.#post(address, { sentAt, to: [to], frames: [frame] }),
        delay + jitter * Math.random(),
      );
    }
  }

  flush(): void {
    for (const [address, batch] of this.#outgoing) this.#post(address, batch);
    this.#outgoing.clear();
  }

  close(): void {
    for (const port of this.#ports.values()) port.close();
  }

  #put(address: number, to: number, frame: string, sentAt: number): void {
    let batch = this.#outgoing.get(address);
    if (batch === undefined) {
      batch = { sentAt, to: [], frames: [] };
      this.#outgoing.set(address, batch);
    }
    batch.sentAt = sentAt;
    batch.to.push(to);
    batch.frames.push(frame);
  }

  #post(address: number, batch: Batch): void {
    for (const frame of batch.frames) this.counts.sentBytes += frame.length;
    this.#ports.get(address)?.postMessage(batch);
  }
}
