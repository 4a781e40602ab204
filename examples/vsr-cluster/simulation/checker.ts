// Watches a simulated cluster from outside, and ends the simulation when it breaks a promise:
//
//   - what one replica has committed is what every replica commits, in the same order, for ever;
//   - a client is told only of what is committed, with the result it had, and each request runs once;
//   - a request that begins after another was answered comes after it in the order;
//   - replicas that applied the same operations have the same state.
//
// It knows nothing of how the protocol works.

import type { Entry } from '../log/entry.js';
import type { Outcome } from '../machine/ledger.js';
import type { Snapshot } from '../machine/snapshot.js';
import type { Reply } from '../messages/messages.js';

/** A promise was broken. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

interface Committed {
  readonly entry: Entry;
  readonly result: string;
  /** The hash of the ledger after it. */
  readonly hash: number;
}

export class Checker {
  /** Operation n is at n - 1. */
  readonly history: Committed[] = [];
  readonly #applied = new Map<number, number>();
  readonly #ran = new Set<string>();
  #acknowledged = 0;

  /** The highest operation that any client was told of. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** A replica applied an entry, and its ledger has this hash since. */
  onApplied(replica: number, entry: Entry, { result }: Outcome, hash: number): void {
    const { op } = entry;
    const before = this.#applied.get(replica) ?? 0;
    check(op === before + 1, `replica ${replica} applied ${op} after ${before}`);
    this.#applied.set(replica, op);
    const known = this.history[op - 1];
    if (known === undefined) {
      check(op === this.history.length + 1, `operation ${op} was committed before those before it`);
      this.history.push({ entry, result, hash });
      this.#checkOnce(entry, result);
      return;
    }
    check(
      known.entry.checksum === entry.checksum,
      `replica ${replica} committed another operation ${op}: ${text(entry)}, not ${text(known.entry)}`,
    );
    check(known.result === result, `replica ${replica}: ${op} gave ${result}, not ${known.result}`);
    check(known.hash === hash, `replica ${replica} has another state at ${op}`);
  }

  /** A replica has the state of a snapshot: its own checkpoint, or another replica's state. */
  onRestored(replica: number, { op, ledger }: Snapshot): void {
    this.#applied.set(replica, op);
    const hash = this.history[op - 1]?.hash ?? 0;
    check(op <= this.history.length, `replica ${replica} has a snapshot at ${op}, never committed`);
    check(ledger.hash === hash, `replica ${replica} has a snapshot at ${op} with another state`);
  }

  /** A client got an answer to a request that it made when `acknowledged` was `before`. */
  onReply(client: number, reply: Reply, before: number): void {
    const known = this.history[reply.op - 1];
    check(known !== undefined, `client ${client} was told of ${reply.op}, which is not committed`);
    const { entry, result } = known;
    check(
      entry.client === client && entry.request === reply.request && result === reply.result,
      `client ${client} was told ${reply.result} of ${reply.op}, which is ${text(entry)}: ${result}`,
    );
    check(reply.op > before, `client ${client}: ${reply.op} began after ${before} was answered`);
    this.#acknowledged = Math.max(this.#acknowledged, reply.op);
  }

  /** At the end all replicas must have all of it. */
  checkEnd(replica: number, commit: number, hash: number): void {
    const last = this.history.at(-1);
    check(commit === this.history.length, `replica ${replica} ended at ${commit}`);
    check(hash === (last?.hash ?? 0), `replica ${replica} ended in another state`);
  }

  #checkOnce({ kind, client, session, request }: Entry, result: string): void {
    if (kind !== 'operation' || result === 'no session') return;
    const key = `${client} ${session} ${request}`;
    check(!this.#ran.has(key), `request ${key} ran twice`);
    this.#ran.add(key);
  }
}

export function check(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Violation(message);
}

function text({ op, view, kind, client, request, body }: Entry): string {
  return `${kind} ${op} of view ${view} (client ${client}, request ${request}: ${body})`;
}
