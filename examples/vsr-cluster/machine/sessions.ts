// The client table: who has a session, and the last reply of each. Part of the replicated state, so
// that every replica answers a repeated request alike and evicts the same client when it is full.

import type { Outcome } from './ledger.js';

export interface Session {
  readonly client: number;
  /** The operation that opened it, which no other session has. */
  readonly session: number;
  /** The last request that was applied, when, and what it gave. */
  readonly request: number;
  readonly op: number;
  readonly outcome: Outcome;
}

export class Sessions {
  readonly #most: number;
  // In the order of last use, because a used one is taken out and put back in.
  #byClient = new Map<number, Session>();

  constructor(most: number) {
    this.#most = most;
  }

  get count(): number {
    return this.#byClient.size;
  }

  get(client: number): Session | undefined {
    return this.#byClient.get(client);
  }

  /** Opens a session, and returns the one that had to go for it. */
  open(client: number, op: number): Session | undefined {
    this.#byClient.delete(client);
    const evicted =
      this.#byClient.size >= this.#most ? this.#byClient.values().next().value : undefined;
    if (evicted !== undefined) this.#byClient.delete(evicted.client);
    const outcome = { status: 'success', result: String(op) } as const;
    this.#byClient.set(client, { client, session: op, request: 0, op, outcome });
    return evicted;
  }

  /** Notes what a request gave. */
  answer(session: Session): void {
    this.#byClient.delete(session.client);
    this.#byClient.set(session.client, session);
  }

  save(): readonly Session[] {
    return [...this.#byClient.values()];
  }

  restore(sessions: readonly Session[]): void {
    this.#byClient = new Map(sessions.map((session) => [session.client, session]));
  }
}
