// A network that loses, delays, doubles and reorders, and that can be cut in two.

import type { EventQueue } from './event-queue.js';
import type { Random } from './random.js';

export interface NetworkFaults {
  /** Probabilities of each message. */
  loss: number;
  duplication: number;
  /** Milliseconds that every message takes, and what chance adds: the more, the less in order. */
  delay: number;
  jitter: number;
}

export const healthyNetwork: Readonly<NetworkFaults> = {
  loss: 0,
  duplication: 0,
  delay: 0.3,
  jitter: 0.5,
};

export class SimulatedNetwork<Packet> {
  readonly faults: NetworkFaults = { ...healthyNetwork };
  readonly #events: EventQueue;
  readonly #random: Random;
  readonly #deliver: (to: number, packet: Packet, sentAt: number) => void;
  /** Who is on the other side; clients are on both. */
  #cutOff: ReadonlySet<number> = new Set();

  constructor(
    events: EventQueue,
    random: Random,
    deliver: (to: number, packet: Packet, sentAt: number) => void,
  ) {
    this.#events = events;
    this.#random = random;
    this.#deliver = deliver;
  }

  send(from: number, to: number, packet: Packet): void {
    const { loss, duplication } = this.faults;
    if (this.isCut(from, to) || this.#random.chance(loss)) return;
    this.#plan(from, to, packet);
    if (this.#random.chance(duplication)) this.#plan(from, to, packet);
  }

  cut(replicas: readonly number[]): void {
    this.#cutOff = new Set(replicas);
  }

  heal(): void {
    this.#cutOff = new Set();
    Object.assign(this.faults, healthyNetwork);
  }

  isCut(from: number, to: number): boolean {
    if (from >= 1000 || to >= 1000) return false;
    return this.#cutOff.has(from) !== this.#cutOff.has(to);
  }

  #plan(from: number, to: number, packet: Packet): void {
    const { delay, jitter } = this.faults;
    const sentAt = this.#events.now;
    this.#events.after(delay + jitter * this.#random.next() ** 2, () => {
      // What was on its way when the network was cut is lost.
      if (!this.isCut(from, to)) this.#deliver(to, packet, sentAt);
    });
  }
}
