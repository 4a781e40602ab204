// What a backup does with a Prepare: check it, append it to the log, answer PrepareOk.

import type { Handler } from './handler.js';
import { createMessage, encodeHeader, headerBytes, verify } from './messages.js';

const slots = 64;

export class PrepareHandler implements Handler {
  readonly entryBytes: number;
  readonly #message: Uint8Array;
  readonly #log: Uint8Array;
  readonly #answer = createMessage(8);
  operations = 0;
  digest = 0;

  constructor(messageBytes: number) {
    this.#message = createMessage(messageBytes);
    this.entryBytes = this.#message.length;
    this.#log = new Uint8Array(slots * this.entryBytes);
    encodeHeader(this.#message, { view: 1, op: 0, commit: 0 });
  }

  get logEntries(): number {
    return Math.min(slots, this.operations);
  }

  get logBytes(): number {
    return this.logEntries * this.entryBytes;
  }

  handle(): void {
    const op = this.operations++;
    verify(this.#message);
    const slot = (op % slots) * this.entryBytes;
    this.#log.set(this.#message, slot);
    const entry = this.#log.subarray(slot, slot + this.entryBytes);
    entry[headerBytes + (op % (this.entryBytes - headerBytes))]! ^= op;
    const chained = encodeHeader(entry, { view: 1, op, commit: op - 1 });
    this.digest = (Math.imul(this.digest, 31) + chained) | 0;
    encodeHeader(this.#answer, { view: 1, op, commit: op - 1 });
  }
}
