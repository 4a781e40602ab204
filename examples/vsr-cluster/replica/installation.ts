// Taking over another replica's log, and its state where the log alone does not reach back far
// enough: at the start of a view, after a state transfer, in recovery.
//
// Two logs that agree in the checksum of one entry agree in everything before it, so only what comes
// after the last common entry is replaced. What is committed is never replaced: it is the same
// everywhere, and a log that said otherwise would be a defect that must not spread.

import { statuses } from '../instrumentation/instrumentation.js';
import type { Entry } from '../log/entry.js';
import type { TransferredState } from '../messages/messages.js';
import type { Whole } from './whole.js';

export class Installation {
  readonly #replica: Whole;
  #generation = 0;
  /** Installations that wait for a checkpoint. */
  #deferred = 0;

  constructor(replica: Whole) {
    this.#replica = replica;
  }

  /** Whether what was sent can be put on top of what is here. */
  connects({ tail, snapshot }: TransferredState): boolean {
    return this.#replica.log.connects(tail) || (snapshot?.op ?? 0) > this.#replica.commit;
  }

  /** Follows in a view, beginning with the log that its primary, or another in it, sent. */
  join(view: number, state: TransferredState): void {
    const replica = this.#replica;
    if (!this.connects(state)) {
      replica.stateTransfer.follow(view);
      return;
    }
    if (replica.isNormal) replica.becomes(statuses.viewChange);
    if (view > replica.view) replica.enterView(view);
    replica.normal.leave();
    const { status } = replica;
    const isCurrent = () => replica.view === view && replica.status === status;
    this.install(state, view, () => {
      if (!isCurrent()) return;
      replica.logView = view;
      replica.persist(() => {
        if (!isCurrent()) return;
        replica.durable = replica.log.op;
        replica.becomesNormal();
      });
    });
  }

  /**
   * Puts the log of a view in the place of this one's; `done` when it is on the disk. The caller
   * knows that it connects.
   */
  install(state: TransferredState, view: number, done: () => void): void {
    // A log of this very view may be behind this one's: what was acknowledged in it stays.
    const mayShorten = this.#replica.logView < view;
    this.#takeOver(state, { mayShorten, isAnew: false }, done);
  }

  /** The same where nothing on the disk means anything any more. */
  installAnew(state: TransferredState, done: () => void): void {
    this.#takeOver(state, { mayShorten: true, isAnew: true }, done);
  }

  /** Adds what is committed elsewhere, which holds in every view. */
  adoptCommitted(state: TransferredState): void {
    if (this.#deferred === 0 && this.connects(state))
      this.#takeOver(state, { mayShorten: false, isAnew: false }, () => undefined);
  }

  #takeOver(
    { tail, snapshot }: TransferredState,
    { mayShorten, isAnew }: { readonly mayShorten: boolean; readonly isAnew: boolean },
    done: () => void,
  ): void {
    const replica = this.#replica;
    const { log, application } = replica;
    let isRestored = false;
    if (!log.connects(tail) && snapshot !== undefined) {
      log.restart(snapshot.op, snapshot.checksum);
      application.restore(snapshot);
      isRestored = true;
    }
    const opBefore = log.op;
    const written = this.#replaceSuffix(tail.entries);
    if (mayShorten && written.length === 0 && tail.op >= replica.commit) log.truncate(tail.op);
    replica.durable = Math.min(replica.durable, (written[0]?.op ?? log.op + 1) - 1, log.op);
    replica.configurationChanged(application.latestConfiguration());
    application.commitTo(tail.commit);
    const last = log.op;
    // Behind a snapshot nothing that the ring holds means anything.
    const isAll = isRestored || isAnew;
    const lastToClear = isAll ? log.base + replica.host.storage.slots : opBefore;
    // Whatever is installed later is the one to wait for.
    const generation = ++this.#generation;
    const write = () =>
      this.#write(written, lastToClear, () => {
        if (generation === this.#generation) done();
      });
    if (!isRestored && this.#deferred === 0 && replica.normal.hasRoom(last)) {
      write();
      return;
    }
    // The ring is not touched before the superblock knows of a checkpoint that does without it; and
    // what is installed meanwhile has to wait in line.
    this.#deferred++;
    application.checkpoint(() => {
      this.#deferred--;
      write();
    });
  }

  /** Replaces what differs, and returns the entries that are new. */
  #replaceSuffix(entries: readonly Entry[]): readonly Entry[] {
    const { log, commit, normal } = this.#replica;
    // Before the beginning of this log there is nothing to compare with.
    const known = entries.filter(({ op }) => op > log.base);
    const first = known.findIndex(({ op, checksum }) => log.checksumAt(op) !== checksum);
    const written = first < 0 ? [] : known.slice(first);
    if (written.length === 0) return written;
    if (written[0]!.op <= commit) {
      throw new Error(`replica ${this.#replica.id}: operation ${written[0]!.op} is committed`);
    }
    log.truncate(written[0]!.op - 1);
    for (const entry of written) normal.appendToLog(entry);
    return written;
  }

  #write(installed: readonly Entry[], lastToClear: number, done: () => void): void {
    const { log, host } = this.#replica;
    // Some time may have passed: what the log has got since was written then.
    const written = installed.filter(({ op, checksum }) => log.checksumAt(op) === checksum);
    if (written.length > 0) this.#replica.writeEntries(written, () => undefined);
    // In the order in which they were asked for: when this is done, so is everything before.
    host.storage.clearSlots(log.op + 1, Math.max(log.op, lastToClear), done);
  }
}
