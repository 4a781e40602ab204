// One session of the load: makes a request, waits for its answer, and makes it again when that takes
// too long.

import type { Message, Request } from '../messages/messages.js';

const accounts = 256;

export class LoadClient {
  readonly #id: number;
  #session = 0;
  #number = 0;
  #waiting: Request | undefined;
  #askedAt = 0;

  constructor(id: number) {
    this.#id = id;
  }

  get isBusy(): boolean {
    return this.#waiting !== undefined;
  }

  /** The next request: opens a session first. */
  begin(now: number): Request {
    this.#number++;
    const body = this.#session === 0 ? '' : operation(this.#id, this.#number);
    this.#askedAt = now;
    this.#waiting = {
      type: 'Request',
      from: this.#id,
      session: this.#session,
      request: this.#number,
      body,
    };
    return this.#waiting;
  }

  /** The request that is under way for too long. */
  late(now: number, afterMs: number): Request | undefined {
    if (this.#waiting === undefined || now - this.#askedAt < afterMs) return undefined;
    this.#askedAt = now;
    return this.#waiting;
  }

  receive(message: Message): 'opened' | 'answered' | 'evicted' | undefined {
    const waiting = this.#waiting;
    if (message.type === 'Eviction' && message.session === this.#session && this.#session !== 0) {
      this.#session = 0;
      this.#waiting = undefined;
      return 'evicted';
    }
    if (message.type !== 'Reply' || message.request !== waiting?.request) return undefined;
    if (waiting.session === 0) {
      this.#session = message.session;
      this.#waiting = undefined;
      return 'opened';
    }
    if (message.session !== this.#session) return undefined;
    this.#waiting = undefined;
    return 'answered';
  }
}

/** Deposits, transfers and queries in turn. */
function operation(client: number, number: number): string {
  const account = (client * 31 + number * 17) % accounts;
  switch (number % 4) {
    case 0:
      return `balance ${account}`;
    case 1:
      return `transfer ${account} ${(account + 13) % accounts} ${number % 50}`;
    default:
      return `deposit ${account} ${number % 100}`;
  }
}
