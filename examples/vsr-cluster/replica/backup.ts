// What a backup, or a standby, does in normal operation: takes the primary's entries in order,
// writes them down, says so, and applies what is committed.

import { statuses } from '../instrumentation/instrumentation.js';
import type { Entry } from '../log/entry.js';
import type { MessageOf } from '../messages/messages.js';
import type { Whole } from './whole.js';

/** A gap that is wider than this is closed by state transfer rather than entry by entry. */
const widestGap = 32;
const mostAhead = 4096;

export class Backup {
  readonly #replica: Whole;
  /** Entries that came before those in front of them. */
  readonly #ahead = new Map<number, Entry>();
  #aheadView = 0;
  #heardAt = 0;
  #primaryOp = 0;
  #acknowledged = 0;

  constructor(replica: Whole) {
    this.#replica = replica;
  }

  /** This replica follows in a view from now on. */
  follow(): void {
    const { host, log, view } = this.#replica;
    this.#heardAt = host.now();
    this.#primaryOp = log.op;
    this.#acknowledged = 0;
    if (this.#aheadView !== view) this.#ahead.clear();
    const appended: Entry[] = [];
    this.#takeAhead(appended);
    if (appended.length > 0) this.#replica.normal.writeEntries(appended);
  }

  onPrepare(message: MessageOf<'Prepare'>): void {
    const replica = this.#replica;
    const { view, commit, entries } = message;
    if (!this.#isFromOurPrimary(view)) {
      this.#keepForLater(message);
      return;
    }
    const appended: Entry[] = [];
    for (const entry of entries) {
      if (!this.#take(entry, appended)) break;
    }
    this.#takeAhead(appended);
    if (appended.length > 0) {
      replica.normal.writeEntries(appended);
    } else {
      // It did not hear our last answer.
      this.#acknowledged = 0;
    }
    this.#advance(commit, entries.at(-1)?.op ?? 0);
  }

  /** The primary says how far it is. */
  onSign(view: number, commit: number, op: number): void {
    if (!this.#isFromOurPrimary(view)) return;
    this.#advance(commit, op);
  }

  /** An entry that was missing has come. */
  onRepaired(entry: Entry): void {
    const { log, normal, commit } = this.#replica;
    if (entry.op <= log.op) return;
    const appended: Entry[] = [];
    if (!this.#take(entry, appended)) return;
    this.#takeAhead(appended);
    if (appended.length === 0) return;
    normal.writeEntries(appended);
    this.#advance(commit, log.op);
  }

  /** Operations that the primary has, and this replica has not; undefined: it has no word of it. */
  get behind(): number | undefined {
    const { host, options, log } = this.#replica;
    if (host.now() - this.#heardAt >= options.timing.primaryTimeout) return undefined;
    return Math.max(0, this.#primaryOp - log.op);
  }

  flush(): void {
    const replica = this.#replica;
    if (!replica.isVoter || replica.durable <= this.#acknowledged) return;
    this.#acknowledged = replica.durable;
    const { view, durable: op, primary } = replica;
    replica.send(primary, { type: 'PrepareOk', view, op });
  }

  tick(): void {
    const { host, options, viewChange, isVoter } = this.#replica;
    // Not all at once, so that the first can win the others over.
    const patience = options.timing.primaryTimeout * (1 + 0.2 * (this.#replica.id % 5));
    if (host.now() - this.#heardAt < patience || !isVoter) return;
    viewChange.toNextView('primary_timeout');
  }

  #isFromOurPrimary(view: number): boolean {
    const replica = this.#replica;
    if (view < replica.view) return false;
    if (view > replica.view || !replica.isNormal) {
      replica.stateTransfer.follow(view);
      return false;
    }
    this.#heardAt = replica.host.now();
    return true;
  }

  /** False when the message is not to be believed, or there is no room. */
  #take(entry: Entry, appended: Entry[]): boolean {
    const replica = this.#replica;
    const { log } = replica;
    if (entry.op <= log.op) {
      const own = log.get(entry.op);
      if (own === undefined || own.checksum === entry.checksum) return true;
      replica.reject('equivocation');
      return false;
    }
    if (entry.op > log.op + 1) {
      this.#keep(entry);
      return true;
    }
    if (entry.parent !== log.lastChecksum) {
      replica.reject('hash_chain');
      return false;
    }
    if (!replica.normal.hasRoom(entry.op)) return false;
    replica.normal.appendToLog(entry);
    appended.push(entry);
    return true;
  }

  /** What comes while the log of its view is still on its way is not lost. */
  #keepForLater({ view, entries }: MessageOf<'Prepare'>): void {
    const replica = this.#replica;
    if (view !== replica.view || replica.status !== statuses.stateTransfer) return;
    for (const entry of entries) this.#keep(entry);
  }

  #keep(entry: Entry): void {
    const { view } = this.#replica;
    if (this.#aheadView !== view) {
      this.#ahead.clear();
      this.#aheadView = view;
    }
    if (this.#ahead.size < mostAhead) this.#ahead.set(entry.op, entry);
  }

  #takeAhead(appended: Entry[]): void {
    const { log } = this.#replica;
    for (const op of this.#ahead.keys()) if (op <= log.op) this.#ahead.delete(op);
    for (;;) {
      const next = this.#ahead.get(log.op + 1);
      if (next === undefined) return;
      this.#ahead.delete(next.op);
      if (!this.#take(next, appended)) return;
    }
  }

  #advance(commit: number, op: number): void {
    const replica = this.#replica;
    this.#primaryOp = Math.max(this.#primaryOp, op);
    replica.application.commitTo(commit);
    const missing = this.#firstAhead() - replica.log.op - 1;
    const behind = commit - replica.log.op;
    if (missing <= 0 && behind <= 0) return;
    if (Math.max(missing, behind) > widestGap) {
      replica.stateTransfer.follow(replica.view);
      return;
    }
    const last = Math.max(commit, this.#firstAhead() - 1);
    for (let next = replica.log.op + 1; next <= last; next++) replica.repair.want(next);
  }

  /** The lowest operation that waits for those before it; 0 when none does. */
  #firstAhead(): number {
    let first = 0;
    for (const op of this.#ahead.keys()) if (first === 0 || op < first) first = op;
    return first;
  }
}
