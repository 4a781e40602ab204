// Requests that were made before: answered again from the client table, or left to the answer that
// is on its way. Each request is applied at most once however often it arrives.

import type { Entry } from '../log/entry.js';
import { isQuery } from '../machine/ledger.js';
import type { Request } from '../messages/messages.js';
import type { Whole } from './whole.js';

export class Duplicates {
  readonly #replica: Whole;
  /** Per client: the number of its request that is waiting or in the log. */
  readonly #underWay = new Map<number, number>();

  constructor(replica: Whole) {
    this.#replica = replica;
  }

  add(client: number, request: number): void {
    this.#underWay.set(client, request);
  }

  remove(client: number, request: number): void {
    if (this.#underWay.get(client) === request) this.#underWay.delete(client);
  }

  clear(): void {
    this.#underWay.clear();
  }

  /** What an earlier view left uncommitted is under way, too. */
  inherit(entries: readonly Entry[]): void {
    for (const { client, request } of entries) this.#underWay.set(client, request);
  }

  /** True when there is nothing to do for this request but what is done here. */
  check({ from, session, request, body }: Request): boolean {
    const replica = this.#replica;
    const { duplicateRequests } = replica.instrumentation.metrics;
    if (this.#underWay.has(from)) {
      duplicateRequests.inc();
      return true;
    }
    const known = replica.sessions.get(from);
    // A session is opened once more only when its client has used the one it has.
    const opensAgain = session === 0 && known?.request === 0;
    if (session === 0 && !opensAgain) return false;
    if (known === undefined || (!opensAgain && known.session !== session)) {
      replica.sendToClient(from, { type: 'Eviction', view: replica.view, session });
      replica.instrumentation.refused(isQuery(body) ? 'query' : 'write');
      return true;
    }
    if (!opensAgain && request > known.request) return false;
    duplicateRequests.inc();
    if (opensAgain || request === known.request) {
      const { op, outcome } = known;
      replica.sendToClient(from, {
        type: 'Reply',
        view: replica.view,
        session: known.session,
        request,
        op,
        result: outcome.result,
      });
    }
    return true;
  }
}
