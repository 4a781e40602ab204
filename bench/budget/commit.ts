// What a replica does when an operation is committed: read it from the log and check it, apply its
// transfers to the accounts, answer the client.

import type { Handler } from './handler.js';
import { createMessage, encodeHeader, headerBytes, verify } from './messages.js';

const accounts = 1024;
const transferBytes = 8;

export class CommitHandler implements Handler {
  readonly #entry: Uint8Array;
  readonly #transfers: DataView;
  readonly #balances = new Int32Array(accounts);
  readonly #reply = createMessage(32);
  operations = 0;
  digest = 0;

  constructor(messageBytes: number) {
    this.#entry = createMessage(messageBytes);
    this.#transfers = new DataView(this.#entry.buffer, headerBytes);
    encodeHeader(this.#entry, { view: 1, op: 0, commit: 0 });
  }

  handle(): void {
    const op = this.operations++;
    verify(this.#entry);
    let moved = 0;
    for (let at = 0; at + transferBytes <= this.#transfers.byteLength; at += transferBytes) {
      const debit = this.#transfers.getUint16(at, true) % accounts;
      const credit = this.#transfers.getUint16(at + 2, true) % accounts;
      const amount = this.#transfers.getUint32(at + 4, true) >>> 16;
      this.#balances[debit]! -= amount;
      this.#balances[credit]! += amount;
      moved += amount;
    }
    new DataView(this.#reply.buffer, headerBytes).setUint32(0, moved, true);
    const chained = encodeHeader(this.#reply, { view: 1, op, commit: op });
    this.digest = (Math.imul(this.digest, 31) + chained + this.#balances[op % accounts]!) | 0;
  }
}
