// The values of each second, to everyone who listens: server-sent events.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BackgroundWatch } from '../catalogues/cluster/background-watch.js';
import type { Cluster } from '../catalogues/cluster/cluster.js';
import type { Snapshot } from '../core/reading/snapshot.js';
import { valuesDocument } from './documents.js';
import { problemOf } from './problem.js';

const everyMs = 1000;
/** Percentiles are of so long, so that a rare operation still has some. */
const windowMs = 10_000;
const mostListeners = 64;
/** Of one address, so that nobody takes the places of all others. */
const mostOfOneAddress = 16;

export class EventStream {
  readonly #snapshot: () => Snapshot;
  readonly #watch: BackgroundWatch;
  readonly #health: ((cluster: Cluster | undefined) => object) | undefined;
  readonly #onError: (error: unknown) => void;
  /** With their addresses. */
  readonly #listeners = new Map<ServerResponse, string>();
  /** Those of the window, and the last one before it. */
  #recent: Snapshot[] = [];
  #last = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(
    snapshot: () => Snapshot,
    options: {
      readonly watch: BackgroundWatch;
      readonly health: ((cluster: Cluster | undefined) => object) | undefined;
      /** Told of what went wrong, unless the library itself says so. */
      readonly onError: (error: unknown) => void;
    },
  ) {
    this.#snapshot = snapshot;
    this.#watch = options.watch;
    this.#health = options.health;
    this.#onError = options.onError;
  }

  /** Whether whoever asks may listen too. */
  hasRoomFor(request: IncomingMessage): boolean {
    const address = addressOf(request);
    const own = [...this.#listeners.values()].filter((each) => each === address);
    return this.#listeners.size < mostListeners && own.length < mostOfOneAddress;
  }

  /** Sends to this response until its client is gone. */
  add(request: IncomingMessage, response: ServerResponse): void {
    this.#listeners.set(response, addressOf(request));
    response.on('close', () => this.#remove(response));
    // A browser that lost us asks again after a second.
    response.write('retry: 1000\n\n');
    if (this.#timer === undefined) {
      this.#last = this.#message();
      this.#timer = setInterval(() => this.#send(), everyMs).unref();
    }
    // The one of this second, as all others have it.
    response.write(this.#last);
  }

  close(): void {
    this.#stop();
    for (const response of this.#listeners.keys()) response.end();
    this.#listeners.clear();
  }

  #remove(response: ServerResponse): void {
    this.#listeners.delete(response);
    if (this.#listeners.size === 0) this.#stop();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#recent = [];
  }

  #send(): void {
    this.#last = this.#message();
    for (const response of this.#listeners.keys()) {
      // Whoever does not keep up misses a second, and gets no queue of them.
      if (!response.writableNeedDrain) response.write(this.#last);
    }
  }

  #message(): string {
    try {
      const snapshot = this.#snapshot();
      const values = valuesDocument(snapshot, this.#earlierThan(snapshot));
      const cluster = this.#watch.current(snapshot);
      const message = { ...values, cluster, health: this.#health?.(cluster) };
      return `data: ${JSON.stringify(message)}\n\n`;
    } catch (error) {
      const { problem } = problemOf(error, this.#onError);
      return `event: problem\ndata: ${JSON.stringify({ message: problem })}\n\n`;
    }
  }

  /** The snapshot that the window begins with, by the time it was taken; the first one while it is short. */
  #earlierThan(snapshot: Snapshot): Snapshot | undefined {
    const begin = snapshot.takenAt - windowMs;
    const inWindow = this.#recent.findIndex(({ takenAt }) => takenAt > begin);
    const first = inWindow < 0 ? this.#recent.length - 1 : Math.max(0, inWindow - 1);
    this.#recent = this.#recent.slice(first);
    const [earlier] = this.#recent;
    this.#recent.push(snapshot);
    return earlier;
  }
}

function addressOf({ socket }: IncomingMessage): string {
  return socket.remoteAddress ?? '';
}
