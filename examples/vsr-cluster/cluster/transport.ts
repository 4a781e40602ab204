// The network between threads: a port to each of them, over which frames travel in batches. Faults
// can be set on it, as seen from the replica that it belongs to.

import type { MessagePort } from 'node:worker_threads';
import { firstClient } from '../messages/messages.js';

/** What was sent in one turn of the event loop: frame i is for address i. */
export interface Batch {
  /** When each frame left, on the clock that all threads of the process share. */
  readonly sentAt: readonly number[];
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
  /** Bytes by address; all clients have one. */
  readonly counts = { sent: new Map<number, number>(), received: new Map<number, number>() };
  readonly #onBatch: (batch: Batch) => void;
  readonly #ports = new Map<number, MessagePort>();
  readonly #outgoing = new Map<number, { sentAt: number[]; to: number[]; frames: string[] }>();

  constructor(onBatch: (batch: Batch) => void) {
    this.#onBatch = onBatch;
  }

  /** Whoever is at `address` is reached here from now on. */
  connect(address: number, port: MessagePort): void {
    this.#ports.get(address)?.close();
    this.#ports.set(address, port);
    port.on('message', (batch: Batch) => {
      if (this.faults.cut.includes(address)) return;
      count(this.counts.received, address, batch);
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
        () => this.#post(address, { sentAt: [sentAt], to: [to], frames: [frame] }),
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
      batch = { sentAt: [], to: [], frames: [] };
      this.#outgoing.set(address, batch);
    }
    batch.sentAt.push(sentAt);
    batch.to.push(to);
    batch.frames.push(frame);
  }

  #post(address: number, batch: Batch): void {
    count(this.counts.sent, address, batch);
    this.#ports.get(address)?.postMessage(batch);
  }
}

function count(bytes: Map<number, number>, address: number, { frames }: Batch): void {
  const more = frames.reduce((sum, frame) => sum + frame.length, 0);
  bytes.set(address, (bytes.get(address) ?? 0) + more);
}
