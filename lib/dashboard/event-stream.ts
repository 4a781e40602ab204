// The values of each second, to everyone who listens: server-sent events.

import type { ServerResponse } from 'node:http';
import type { Snapshot } from '../core/reading/snapshot.js';
import { valuesDocument } from './documents.js';

const everyMs = 1000;
/** Percentiles are of so many seconds, so that a rare operation still has some. */
const windowSeconds = 10;
const mostListeners = 64;

export class EventStream {
  readonly #snapshot: () => Snapshot;
  readonly #health: (() => object) | undefined;
  readonly #listeners = new Set<ServerResponse>();
  #recent: Snapshot[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(snapshot: () => Snapshot, health?: () => object) {
    this.#snapshot = snapshot;
    this.#health = health;
  }

  /** Whether one more may listen. */
  get hasRoom(): boolean {
    return this.#listeners.size < mostListeners;
  }

  /** Sends to this response until its client is gone. */
  add(response: ServerResponse): void {
    this.#listeners.add(response);
    response.on('close', () => this.#remove(response));
    // A browser that lost us asks again after a second.
    response.write('retry: 1000\n\n');
    response.write(this.#message());
    this.#timer ??= setInterval(() => this.#send(), everyMs).unref();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const response of this.#listeners) response.end();
    this.#listeners.clear();
  }

  #remove(response: ServerResponse): void {
    this.#listeners.delete(response);
    if (this.#listeners.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#recent = [];
  }

  #send(): void {
    const message = this.#message();
    for (const response of this.#listeners) {
      // Whoever does not keep up misses a second, and gets no queue of them.
      if (!response.writableNeedDrain) response.write(message);
    }
  }

  #message(): string {
    try {
      const snapshot = this.#snapshot();
      const values = valuesDocument(snapshot, this.#recent[0]);
      this.#recent = [...this.#recent, snapshot].slice(-windowSeconds);
      const message = { ...values, health: this.#health?.() };
      return `data: ${JSON.stringify(message)}\n\n`;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return `event: problem\ndata: ${JSON.stringify({ message })}\n\n`;
    }
  }
}
