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
import type { BatchEvents, Ending, Method } from './batch-events.js';

// A line: which event, then its numbers. 64 bytes.
const lineLength = 8;
const received = 0;
const sent = 1;
const arrived = 2;
const departed = 3;
const serialized = 4;
const prepared = 5;
const announced = 6;
// The first of one for each method and ending.
const answered = 7;
const methods = ['query', 'write'] as const;
const endings = ['success', 'failure', 'late'] as const;
const events = answered + methods.length * endings.length;
const none = -1;
/** Behind the tenants. */
const nobody = tenants;

export class Journal implements BatchEvents {
  /** Off: nothing is written down. */
  isOn = true;
  #numbers = new Float64Array(256 * lineLength);
  /** Of which type of message each line tells. */
  readonly #types: (MessageType | undefined)[] = [];
  #lines = 0;
  /** Where the last line of each event begins, of those that come once for each entry or request. */
  readonly #last = new Int32Array(events).fill(none);
  // What is only added up has no lines. Of each tenant, and of nobody: entries, bytes.
  readonly #written = new Float64Array(2 * (tenants + 1));
  #appended = 0;
  #applied = 0;
  #committed = 0;

  received(type: MessageType, messages: number): void {
    if (this.isOn) this.#addLine(received, type, messages);
  }

  sent(type: MessageType, messages: number): void {
    if (this.isOn && messages > 0) this.#addLine(sent, type, messages);
  }

  arrived(peer: number, type: MessageType, bytes: number, sentAt: number, at: number): void {
    if (this.isOn) this.#addLine(arrived, type, peer, bytes, sentAt, at);
  }

  departed(peer: number, type: MessageType, bytes: number): void {
    if (this.isOn) this.#addLine(departed, type, peer, bytes);
  }

  serialized(start: number, end: number, bytes: number): void {
    if (this.isOn) this.#addLine(serialized, undefined, start, end, bytes);
  }

  appended(bytes: number): void {
    if (this.isOn) this.#appended += bytes;
  }

  written(tenant: number | undefined, entries: number, bytes: number): void {
    if (!this.isOn) return;
    const place = 2 * (tenant ?? nobody);
    this.#written[place]! += entries;
    this.#written[place + 1]! += bytes;
  }

  prepared(sentAt: number, decided: number, entries: number): void {
    if (this.isOn) this.#addTimes(prepared, entries, sentAt, decided);
  }

  announced(sentAt: number, decided: number, told: number, entries: number): void {
    if (this.isOn) this.#addTimes(announced, entries, sentAt, decided, told);
  }

  applied(bytes: number): void {
    if (this.isOn) this.#applied += bytes;
  }

  committed(operations: number): void {
    if (this.isOn) this.#committed += operations;
  }

  answered(method: Method, ending: Ending, since: number, at: number, requests: number): void {
    if (!this.isOn) return;
    const kind = methods.indexOf(method) * endings.length + endings.indexOf(ending);
    this.#addTimes(answered + kind, requests, since, at);
  }

  /** Tells all of it, and begins anew. */
  replay(to: BatchEvents): void {
    for (let index = 0; index < this.#lines; index++) {
      this.#tell(index * lineLength, this.#types[index]!, to);
    }
    this.#lines = 0;
    this.#last.fill(none);
    this.#tellSums(to);
  }

  #tell(line: number, type: MessageType, to: BatchEvents): void {
    const numbers = this.#numbers;
    const event = numbers[line]!;
    const a = numbers[line + 1]!;
    const b = numbers[line + 2]!;
    const c = numbers[line + 3]!;
    const d = numbers[line + 4]!;
    switch (event) {
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
        to.serialized(a, b, c);
        return;
      case prepared:
        to.prepared(b, c, a);
        return;
      case announced:
        to.announced(b, c, d, a);
        return;
      default: {
        const kind = event - answered;
        const method = methods[Math.floor(kind / endings.length)]!;
        to.answered(method, endings[kind % endings.length]!, b, c, a);
      }
    }
  }

  #tellSums(to: BatchEvents): void {
    for (let tenant = 0; tenant <= nobody; tenant++) {
      const entries = this.#written[2 * tenant]!;
      const whose = tenant === nobody ? undefined : tenant;
      if (entries > 0) to.written(whose, entries, this.#written[2 * tenant + 1]!);
    }
    if (this.#appended > 0) to.appended(this.#appended);
    if (this.#applied > 0) to.applied(this.#applied);
    if (this.#committed > 0) to.committed(this.#committed);
    this.#written.fill(0);
    this.#appended = 0;
    this.#applied = 0;
    this.#committed = 0;
  }

  /** So many that have the same moments: those that came and went together share a line. */
  #addTimes(event: number, times: number, first: number, second: number, third = 0): void {
    const numbers = this.#numbers;
    const last = this.#last[event]!;
    const isSame =
      last !== none &&
      numbers[last + 2] === first &&
      numbers[last + 3] === second &&
      numbers[last + 4] === third;
    if (isSame) numbers[last + 1]! += times;
    else this.#last[event] = this.#addLine(event, undefined, times, first, second, third);
  }

  /** Returns where it begins. */
  #addLine(event: number, type: MessageType | undefined, a: number, b = 0, c = 0, d = 0): number {
    const line = this.#lines * lineLength;
    if (line === this.#numbers.length) this.#grow();
    const numbers = this.#numbers;
    numbers[line] = event;
    numbers[line + 1] = a;
    numbers[line + 2] = b;
    numbers[line + 3] = c;
    numbers[line + 4] = d;
    this.#types[this.#lines++] = type;
    return line;
  }

  #grow(): void {
    const numbers = new Float64Array(2 * this.#numbers.length);
    numbers.set(this.#numbers);
    this.#numbers = numbers;
  }
}
