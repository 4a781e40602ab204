// A client of the simulated cluster: one request at a time, made again until it is answered.

import type { Eviction, Message, Reply, Request } from '../messages/messages.js';
import type { Checker } from './checker.js';
import type { EventQueue } from './event-queue.js';
import type { Random } from './random.js';

export interface ClientOptions {
  readonly id: number;
  readonly rosterSize: number;
  readonly accounts: number;
  /** Milliseconds between an answer and the next request, at most. */
  readonly think: number;
  readonly retry: number;
}

export class SimulatedClient {
  readonly #options: ClientOptions;
  readonly #events: EventQueue;
  readonly #random: Random;
  readonly #checker: Checker;
  readonly #send: (to: number, message: Message) => void;
  #session = 0;
  #request = 0;
  #waiting: { readonly request: Request; readonly before: number } | undefined;
  #primary = 0;
  #isThinking = false;
  #stopped = false;
  /** How many requests were answered. */
  answered = 0;
  /** How often its session ended; what it had asked then may have run or not. */
  evictions = 0;

  constructor(
    options: ClientOptions,
    world: { readonly events: EventQueue; readonly random: Random; readonly checker: Checker },
    send: (to: number, message: Message) => void,
  ) {
    this.#options = options;
    this.#events = world.events;
    this.#random = world.random;
    this.#checker = world.checker;
    this.#send = send;
  }

  start(): void {
    this.#begin(0, '');
  }

  stop(): void {
    this.#stopped = true;
  }

  receive(message: Message): void {
    if (message.type === 'Reply') this.#onReply(message);
    else if (message.type === 'Eviction') this.#onEviction(message);
  }

  #onReply(reply: Reply): void {
    const waiting = this.#waiting;
    if (waiting === undefined || reply.request !== waiting.request.request) return;
    const isOpening = waiting.request.session === 0;
    if (!isOpening && reply.session !== this.#session) return;
    this.#waiting = undefined;
    this.#primary = reply.from;
    // An answer about an opening may be that of an earlier one that got lost.
    if (isOpening) this.#session = reply.session;
    else this.#checker.onReply(this.#options.id, reply, waiting.before);
    this.answered++;
    this.#continue();
  }

  #onEviction({ session }: Eviction): void {
    if (session !== this.#session || session === 0) return;
    this.evictions++;
    this.#session = 0;
    this.#waiting = undefined;
    this.#continue();
  }

  #continue(): void {
    if (this.#stopped || this.#isThinking) return;
    this.#isThinking = true;
    this.#events.after(this.#options.think * this.#random.next(), () => {
      this.#isThinking = false;
      if (this.#waiting === undefined && !this.#stopped) this.#begin(this.#session, this.#body());
    });
  }

  #begin(session: number, body: string): void {
    const { id } = this.#options;
    const request: Request = {
      type: 'Request',
      from: id,
      session,
      request: ++this.#request,
      body: session === 0 ? '' : body,
    };
    const waiting = { request, before: this.#checker.acknowledged };
    this.#waiting = waiting;
    this.#send(this.#primary, request);
    this.#retryLater(waiting);
  }

  #retryLater(waiting: { readonly request: Request }): void {
    this.#events.after(this.#options.retry * (0.5 + this.#random.next()), () => {
      if (this.#waiting !== waiting || this.#stopped) return;
      for (let to = 0; to < this.#options.rosterSize; to++) this.#send(to, waiting.request);
      this.#retryLater(waiting);
    });
  }

  #body(): string {
    const { accounts } = this.#options;
    const account = () => this.#random.between(0, accounts - 1);
    const fate = this.#random.next();
    if (fate < 0.4) return `deposit ${account()} ${this.#random.between(1, 100)}`;
    if (fate < 0.8) return `transfer ${account()} ${account()} ${this.#random.between(1, 100)}`;
    return `balance ${account()}`;
  }
}
