// Writes down what happens with every batch, to be recorded a little later.
//
// Recording takes a few nanoseconds where the same was recorded a moment ago. But between two batches a
// replica does so much that counters, histograms, and all that leads to them, come from memory again.
// A journal is one place in memory, whatever it was that happened; and when it is read, most of what
// it tells is recorded several times in a row.
//
//   journal.sent('Prepare', 2);
//   journal.replay(metrics);      // metrics.sent('Prepare', 2)

import { tenants } from '../machine/ledger.js';
import type { MessageType } from '../messages/messages.js';
import type { BatchEvents, Method, Status } from './batch-events.js';

// A line: which event, then its numbers, in the order of its arguments. 64 bytes.
const lineLength = 8;
const received = 0;
const sent = 1;
const arrived = 2;
const departed = 3;
const serialized = 4;
const prepared = 5;
const announced = 6;
const answered = 7;
const none = -1;

const methods = ['query', 'write'] as const;
const statuses = ['success', 'failure'] as const;

export class Journal implements BatchEvents {
  /** Off: nothing is written down. */
  isOn = true;
  #numbers = new Float64Array(256 * lineLength);
  /** Of which type of message each line tells. */
  readonly #types: (MessageType | undefined)[] = [];
  #lines = 0;
  // Where the last line of an event begins that comes once for each entry or request: those that
  // came and went together share it.
  #lastPrepared = none;
  #lastAnnounced = none;
  readonly #lastAnswered = new Int32Array(methods.length * statuses.length).fill(none);
  // What is only added up has no lines. Of each tenant: entries, bytes.
  readonly #appended = new Float64Array(2 * tenants);
  // Of each status: operations, bytes.
  readonly #applied = new Float64Array(2 * statuses.length);
  #written = 0;
  #committed = 0;

  received(type: MessageType, messages: number): void {
    if (!this.isOn) return;
    const line = this.#addLine(received, type);
    this.#numbers[line + 1] = messages;
  }

  sent(type: MessageType, messages: number): void {
    if (!this.isOn || messages === 0) return;
    const line = this.#addLine(sent, type);
    this.#numbers[line + 1] = messages;
  }

  arrived(peer: number, type: MessageType, bytes: number, sentAt: number, at: number): void {
    if (!this.isOn) return;
    const line = this.#addLine(arrived, type);
    const numbers = this.#numbers;
    numbers[line + 1] = peer;
    numbers[line + 2] = bytes;
    numbers[line + 3] = sentAt;
    numbers[line + 4] = at;
  }

  departed(peer: number, type: MessageType, bytes: number): void {
    if (!this.isOn) return;
    const line = this.#addLine(departed, type);
    const numbers = this.#numbers;
    numbers[line + 1] = peer;
    numbers[line + 2] = bytes;
  }

  serialized(start: number, end: number, messages: number, bytes: number): void {
    if (!this.isOn) return;
    const line = this.#addLine(serialized);
    const numbers = this.#numbers;
    numbers[line + 1] = start;
    numbers[line + 2] = end;
    numbers[line + 3] = messages;
    numbers[line + 4] = bytes;
  }

  appended(tenant: number, entries: number, bytes: number): void {
    if (!this.isOn) return;
    this.#appended[2 * tenant]! += entries;
    this.#appended[2 * tenant + 1]! += bytes;
  }

  written(bytes: number): void {
    if (this.isOn) this.#written += bytes;
  }

  prepared(sentAt: number, decided: number, entries: number): void {
    if (!this.isOn) return;
    const last = this.#lastPrepared;
    if (last !== none && this.#isBetween(last, sentAt, decided)) {
      this.#numbers[last + 3]! += entries;
      return;
    }
    const line = this.#addLine(prepared);
    const numbers = this.#numbers;
    numbers[line + 1] = sentAt;
    numbers[line + 2] = decided;
    numbers[line + 3] = entries;
    this.#lastPrepared = line;
  }

  announced(sentAt: number, decided: number, told: number, entries: number): void {
    if (!this.isOn) return;
    const last = this.#lastAnnounced;
    if (
      last !== none &&
      this.#isBetween(last, sentAt, decided) &&
      this.#numbers[last + 3] === told
    ) {
      this.#numbers[last + 4]! += entries;
      return;
    }
    const line = this.#addLine(announced);
    const numbers = this.#numbers;
    numbers[line + 1] = sentAt;
    numbers[line + 2] = decided;
    numbers[line + 3] = told;
    numbers[line + 4] = entries;
    this.#lastAnnounced = line;
  }

  applied(status: Status, operations: number, bytes: number): void {
    if (!this.isOn) return;
    const index = status === 'success' ? 0 : 2;
    this.#applied[index]! += operations;
    this.#applied[index + 1]! += bytes;
  }

  committed(entries: number): void {
    if (this.isOn) this.#committed += entries;
  }

  answered(method: Method, status: Status, since: number, at: number, requests: number): void {
    if (!this.isOn) return;
    const kind = (method === 'query' ? 0 : 2) + (status === 'success' ? 0 : 1);
    const last = this.#lastAnswered[kind]!;
    if (last !== none && this.#isBetween(last, since, at)) {
      this.#numbers[last + 3]! += requests;
      return;
    }
    const line = this.#addLine(answered);
    const numbers = this.#numbers;
    numbers[line + 1] = since;
    numbers[line + 2] = at;
    numbers[line + 3] = requests;
    numbers[line + 4] = kind;
    this.#lastAnswered[kind] = line;
  }

  /** Tells all of it, and begins anew. */
  replay(to: BatchEvents): void {
    for (let index = 0; index < this.#lines; index++) {
      this.#tell(index * lineLength, this.#types[index]!, to);
    }
    this.#lines = 0;
    this.#lastPrepared = none;
    this.#lastAnnounced = none;
    this.#lastAnswered.fill(none);
    this.#tellSums(to);
  }

  #tell(line: number, type: MessageType, to: BatchEvents): void {
    const numbers = this.#numbers;
    const a = numbers[line + 1]!;
    const b = numbers[line + 2]!;
    const c = numbers[line + 3]!;
    const d = numbers[line + 4]!;
    switch (numbers[line]) {
      case received:
        to.received(type, a);
        return;
      case sent:
        to.sent(type, a);
        return;
      case arrived:
        to.arrived(a, type, b, c, d);
        return;
      case departed:
        to.departed(a, type, b);
        return;
      case serialized:
        to.serialized(a, b, c, d);
        return;
      case prepared:
        to.prepared(a, b, c);
        return;
      case announced:
        to.announced(a, b, c, d);
        return;
      case answered:
        to.answered(methods[d >> 1]!, statuses[d & 1]!, a, b, c);
        return;
    }
  }

  #tellSums(to: BatchEvents): void {
    for (let tenant = 0; tenant < tenants; tenant++) {
      const entries = this.#appended[2 * tenant]!;
      if (entries > 0) to.appended(tenant, entries, this.#appended[2 * tenant + 1]!);
    }
    for (const [index, status] of statuses.entries()) {
      const operations = this.#applied[2 * index]!;
      if (operations > 0) to.applied(status, operations, this.#applied[2 * index + 1]!);
    }
    if (this.#written > 0) to.written(this.#written);
    if (this.#committed > 0) to.committed(this.#committed);
    this.#appended.fill(0);
    this.#applied.fill(0);
    this.#written = 0;
    this.#committed = 0;
  }

  #isBetween(line: number, start: number, end: number): boolean {
    return this.#numbers[line + 1] === start && this.#numbers[line + 2] === end;
  }

  /** Returns where it begins. */
  #addLine(event: number, type?: MessageType): number {
    const line = this.#lines * lineLength;
    if (line === this.#numbers.length) this.#grow();
    this.#numbers[line] = event;
    this.#types[this.#lines++] = type;
    return line;
  }

  #grow(): void {
    const numbers = new Float64Array(2 * this.#numbers.length);
    numbers.set(this.#numbers);
    this.#numbers = numbers;
  }
}
